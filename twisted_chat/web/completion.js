// Completion of routes, nicknames and rooms.  Pure: a text and a caret in, options out.

import { fold } from "./names.js";

const MAX_OPTIONS = 8;

const startingWith = (values, typed) => {
  const start = fold(typed);
  return values.filter((value) => fold(value).startsWith(start));
};

function routeOptions({ routes }, prefix, typed) {
  return routes.startingWith(typed).map(({ word, route: { usage, summary } }) => ({
    insert: usage ? `${prefix}${word} ` : `${prefix}${word}`,
    label: usage ? `${prefix}${word} ${usage}` : `${prefix}${word}`,
    hint: summary,
  }));
}

// What a route takes is named in its usage.
function argumentOptions(known, word, index, typed, requested) {
  const { name, isOptional } = known.routes.argument(word, index);
  // Enter after a route that needs no argument is to send it, not to insert one.
  if (isOptional && !typed && !requested) return [];
  switch (name) {
    case "NAME":
      // A new nickname is not one of those.
      return known.routes.find(word).name === "nick" ? [] : nickOptions(known, typed, "", " ");
    case "ROOM":
      return roomOptions(known, typed);
    case "ROUTE":
      return known.routes.startingWith(typed).map(({ word: insert, route }) => ({
        insert,
        label: insert,
        hint: route.summary,
      }));
    default:
      return null;
  }
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

// `known` is {nicks, rooms, me, routes}; the lists are in the order in which they are offered.
// Returns {from, to, options: [{insert, label, hint}]}, or null if there are no options.
//
// Nicknames are offered unasked only after "@" or as the argument of a route; in the
// middle of a sentence, and as an argument that may be left out, only when `requested` (with
// the Tab key) or begun.
export function complete(text, caret, known, requested = false) {
  const before = text.slice(0, caret);
  const offer = (from, options, max = MAX_OPTIONS) =>
    options.length ? { from, to: caret, options: options.slice(0, max) } : null;

  const route = /^([\\/])(\S*)$/u.exec(before);
  // All of them: typing the mark is how to see what there is.
  if (route) return offer(0, routeOptions(known, route[1], route[2]), Infinity);

  const argument = /^[\\/](\S+)((?:\s+\S+)*)\s+(\S*)$/u.exec(before);
  if (argument) {
    const [, name, earlier, typed] = argument;
    const index = earlier.split(/\s+/u).length - 1;
    const options = argumentOptions(known, name, index, typed, requested);
    if (options) return offer(caret - typed.length, options);
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
