// Mentions of the user in a text: of the nickname, and of words that the user watches for.
// Pure: text in, parts out.
//
// A nickname is mentioned by "@will", by "will:" or "will," at the beginning, and by any
// whole word "will", unless it is a common English word.  Words to watch for are found
// wherever they are whole words.  Everything is compared folded: in any case and width.

import { COMMON_WORDS } from "./common_words.js";
import { fold } from "./names.js";

const NAME_CHARACTER = /[\p{L}\p{M}\p{N}_-]/u;
const ASCII = /^[\0-\x7f]*$/u;
const CLUSTER = /\P{M}\p{M}*|\p{M}+/gu;

// The folded text, and for each of its units the span of the original that it comes from.
function foldWithOffsets(text) {
  if (ASCII.test(text)) {
    return { folded: text.toLowerCase(), startOf: (index) => index, endOf: (index) => index };
  }
  let folded = "";
  const starts = [];
  const ends = [];
  for (const { 0: cluster, index } of text.matchAll(CLUSTER)) {
    const part = fold(cluster);
    folded += part;
    for (let unit = 0; unit < part.length; unit += 1) {
      starts.push(index);
      ends.push(index + cluster.length);
    }
  }
  return { folded, startOf: (index) => starts[index], endOf: (index) => ends[index - 1] };
}

function isWhole(folded, start, end) {
  // The last character before, which may be a pair of units.
  const before = folded.slice(Math.max(0, start - 2), start);
  const last = [...before].pop() ?? "";
  const [next = ""] = folded.slice(end, end + 2);
  return !NAME_CHARACTER.test(last) && !NAME_CHARACTER.test(next);
}

// Whether a common word stands where only a name would; `begin` is where the text begins.
function isMarked(folded, begin, start, end) {
  if (folded[start - 1] === "@") return true;
  return start === begin && (folded[end] === ":" || folded[end] === ",");
}

function* occurrences(folded, word, isCommon) {
  const begin = folded.search(/\S/u);
  for (let from = 0; ; ) {
    const start = folded.indexOf(word, from);
    if (start < 0) return;
    const end = start + word.length;
    from = end;
    if (!isWhole(folded, start, end) || (isCommon && !isMarked(folded, begin, start, end))) continue;
    yield [folded[start - 1] === "@" ? start - 1 : start, end];
  }
}

// The spans [start, end] in the text, in order and apart from each other.
function mentionsIn(text, nick, words) {
  const { folded, startOf, endOf } = foldWithOffsets(text);
  const found = [];
  const name = fold(nick);
  if (name) found.push(...occurrences(folded, name, COMMON_WORDS.has(name)));
  for (const word of words) found.push(...occurrences(folded, fold(word), false));
  found.sort(([a], [b]) => a - b);
  const spans = [];
  let last = 0;
  for (const [start, end] of found) {
    if (start < last) continue;
    spans.push([startOf(start), endOf(end)]);
    last = end;
  }
  return spans;
}

export const hasMention = (text, nick, words = []) => mentionsIn(text, nick, words).length > 0;

// "hi bob!" -> [{text: "hi "}, {text: "bob", mention: true}, {text: "!"}]
export function splitMentions(text, nick, words = []) {
  const parts = [];
  let end = 0;
  for (const [from, to] of mentionsIn(text, nick, words)) {
    if (from > end) parts.push({ text: text.slice(end, from) });
    parts.push({ text: text.slice(from, to), mention: true });
    end = to;
  }
  if (end < text.length) parts.push({ text: text.slice(end) });
  return parts;
}

const MAX_WORDS = 30;
const MAX_WORD_LENGTH = 64;

// "deploy, Deploy ,, on call" -> ["deploy", "on call"]
export function parseWords(text) {
  const words = new Map();
  for (const word of text.split(/[,\n،、，]/u).map((one) => one.trim().slice(0, MAX_WORD_LENGTH))) {
    if (word && !words.has(fold(word))) words.set(fold(word), word);
  }
  return [...words.values()].slice(0, MAX_WORDS);
}
