// Completion of routes, nicknames and rooms.  Pure: a text and a caret in, options out.

import { ROUTES, routeNamed } from "./commands.js";
import { fold } from "./names.js";

const MAX_OPTIONS = 8;
const TAKES_NICK = new Set(["dm", "ignore", "unignore"]);
const TAKES_ROOM = new Set(["join", "leave", "who"]);

const startingWith = (values, typed) => {
  const start = fold(typed);
  return values.filter((value) => fold(value).startsWith(start));
};

function routeOptions(prefix, typed) {
  return ROUTES.filter(({ name }) => name.startsWith(typed.toLowerCase())).map(
    ({ name, args, hint }) => ({
      insert: args ? `${prefix}${name} ` : `${prefix}${name}`,
      label: args ? `${prefix}${name} ${args}` : `${prefix}${name}`,
      hint,
    }),
  );
}

function nickOptions({ nicks, me }, typed, before, after) {
  const others = nicks.filter((nick) => nick !== me);
  return startingWith(others, typed).map((nick) => ({
    insert: before + nick + after,
    label: nick,
    hint: "",
  }));
}

function roomOptions({ rooms }, typed) {
  return startingWith(rooms, typed.replace(/^#/u, "")).map((room) => ({
    insert: room,
    label: `#${room}`,
    hint: "",
  }));
}

// `known` is {nicks, rooms, me}; the lists are in the order in which they are offered.
// Returns {from, to, options: [{insert, label, hint}]}, or null if there are no options.
//
// Nicknames are offered unasked only after "@" or as the argument of a route; in the
// middle of a sentence only when `requested` (with the Tab key).
export function complete(text, caret, known, requested = false) {
  const before = text.slice(0, caret);
  const offer = (from, options) =>
    options.length ? { from, to: caret, options: options.slice(0, MAX_OPTIONS) } : null;

  const route = /^([\\/])(\S*)$/u.exec(before);
  if (route) return offer(0, routeOptions(route[1], route[2]));

  const argument = /^[\\/](\S+)\s+(\S*)$/u.exec(before);
  if (argument) {
    const [, name, typed] = argument;
    const from = caret - typed.length;
    if (TAKES_NICK.has(routeNamed(name))) return offer(from, nickOptions(known, typed, "", " "));
    if (TAKES_ROOM.has(routeNamed(name))) return offer(from, roomOptions(known, typed));
  }

  const word = /(^|\s)(@?)([^\s@]*)$/u.exec(before);
  if (!word) return null;
  const [, , at, typed] = word;
  if (!at && !(requested && typed)) return null;
  const from = caret - typed.length - at.length;
  // At the start of a line a nickname addresses someone: "bob: ".
  return offer(from, nickOptions(known, typed, at, from === 0 ? ": " : " "));
}

// Inserts a chosen option: the new text, and where the caret is then.
export function applyCompletion(text, { from, to }, insert) {
  const rest = text.slice(to);
  const after = insert.endsWith(" ") ? rest.replace(/^ /u, "") : rest;
  return { text: text.slice(0, from) + insert + after, caret: from + insert.length };
}
