// What may be meant by an unfinished word.  Pure: a text and a caret in, choices out.

import { ROUTES } from "./commands.js";
import { fold } from "./names.js";

const MOST = 8;
const TAKES_NAME = new Set(["dm", "msg", "ignore", "unignore"]);
const TAKES_ROOM = new Set(["join", "leave", "who"]);

const starting = (values, typed) => {
  const start = fold(typed);
  return values.filter((value) => fold(value).startsWith(start));
};

// `known` is {nicks, rooms, me}; both lists in the order in which they are offered.
// Returns {from, to, options: [{insert, label, hint}]}, or null if there is nothing to offer.
//
// Names are offered without being asked for only after "@" or where a route wants one;
// otherwise, while somebody writes a sentence, only on `asked` (the Tab key).
export function complete(text, caret, known, asked = false) {
  const before = text.slice(0, caret);
  const offer = (from, options) =>
    options.length ? { from, to: caret, options: options.slice(0, MOST) } : null;

  const route = /^([\\/])(\S*)$/u.exec(before);
  if (route) {
    const [, mark, typed] = route;
    const found = ROUTES.filter(({ name }) => name.startsWith(typed.toLowerCase()));
    return offer(
      0,
      found.map(({ name, args, hint }) => ({
        insert: args ? `${mark}${name} ` : `${mark}${name}`,
        label: args ? `${mark}${name} ${args}` : `${mark}${name}`,
        hint,
      })),
    );
  }

  const argument = /^[\\/](\S+)\s+(\S*)$/u.exec(before);
  if (argument) {
    const name = argument[1].toLowerCase();
    const typed = argument[2];
    const from = caret - typed.length;
    if (TAKES_NAME.has(name)) {
      const others = known.nicks.filter((nick) => nick !== known.me);
      return offer(
        from,
        starting(others, typed).map((nick) => ({ insert: `${nick} `, label: nick, hint: "" })),
      );
    }
    if (TAKES_ROOM.has(name)) {
      return offer(
        from,
        starting(known.rooms, typed.replace(/^#/u, "")).map((room) => ({
          insert: room,
          label: `#${room}`,
          hint: "",
        })),
      );
    }
  }

  const word = /(^|\s)(@?)([^\s@]*)$/u.exec(before);
  if (!word) return null;
  const [, , at, typed] = word;
  if (!at && !(asked && typed)) return null;
  const from = caret - typed.length - at.length;
  // At the start of a line one speaks to someone: "bob: ".
  const after = from === 0 ? ": " : " ";
  const others = known.nicks.filter((nick) => nick !== known.me);
  return offer(
    from,
    starting(others, typed).map((nick) => ({ insert: at + nick + after, label: nick, hint: "" })),
  );
}

// Puts a choice in: the new text, and where the caret stands then.
export function put(text, { from, to }, insert) {
  const rest = text.slice(to);
  const joined = insert.endsWith(" ") ? rest.replace(/^ /u, "") : rest;
  return { text: text.slice(0, from) + insert + joined, caret: from + insert.length };
}
