// Where the words of a search occur in a text.  Pure; approximates journals/tokenizer.py.
//
// A word occurs where a word of the text begins with it, regardless of case, accents, vowel
// points and width.  In scripts without spaces between words it may occur anywhere.

const DROPPED =
  /[\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u05bf-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u0640\p{Default_Ignorable_Code_Point}]/gu;
const WORD = /[\p{L}\p{M}\p{N}\p{Co}\p{So}]+/gu;
const ENDS_IN_WORD = /[\p{L}\p{M}\p{N}]$/u;
const BEGINS_ALONE =
  /^[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2190-\u2bff\u2e80-\u312f\u3190-\u9fff\uf900-\ufaff\u{1f000}-\u{1ffff}\u{20000}-\u{3ffff}]/u;
const LOWER = { ß: "ss", ς: "σ", ı: "i" };
const MAX_WORDS = 64; // of one search, as on the server
const MAX_BEFORE = 60; // characters before the first hit in an excerpt

function folded(character) {
  const bare = character.normalize("NFKD").replace(DROPPED, "").toLowerCase();
  return bare.replace(/[ßςı]/gu, (letter) => LOWER[letter]);
}

// The folded text, and for each of its code units the place of its character in the text.
function foldText(text) {
  const places = [];
  let form = "";
  let at = 0;
  for (const character of text) {
    const part = folded(character);
    for (let unit = 0; unit < part.length; unit += 1) places.push(at);
    form += part;
    at += character.length;
  }
  return { form, places: [...places, at] };
}

const wordsIn = (query) => (foldText(query).form.match(WORD) ?? []).slice(0, MAX_WORDS);

function occurrences(form, word) {
  const found = [];
  const alone = BEGINS_ALONE.test(word);
  for (let at = form.indexOf(word); at >= 0; at = form.indexOf(word, at + 1)) {
    // Two code units: a letter may be a pair of them.
    if (alone || !ENDS_IN_WORD.test(form.slice(Math.max(0, at - 2), at))) found.push(at);
  }
  return found;
}

// Whether every word of a search occurs in a text.
export function hasHits(text, query) {
  const words = wordsIn(query);
  const { form } = foldText(text);
  return words.length > 0 && words.every((word) => occurrences(form, word).length > 0);
}

// "ein Fisch", "fisch" -> [{text: "ein "}, {text: "Fisch", hit: true}]
export function splitHits(text, query) {
  const { form, places } = foldText(text);
  const hits = wordsIn(query).flatMap((word) =>
    occurrences(form, word).map((at) => [places[at], afterUnit(places, at + word.length)]),
  );
  hits.sort(([a], [b]) => a - b);
  const parts = [];
  let end = 0;
  for (const [start, stop] of hits) {
    if (stop <= end) continue;
    const from = Math.max(start, end);
    if (from > end) parts.push({ text: text.slice(end, from) });
    parts.push({ text: text.slice(from, stop), hit: true });
    end = stop;
  }
  if (end < text.length) parts.push({ text: text.slice(end) });
  return parts;
}

// The place after a hit that ends before the folded unit `at`: marks that were dropped and
// the rest of a character belong to the hit.
function afterUnit(places, at) {
  let next = at;
  while (next < places.length - 1 && places[next] === places[at - 1]) next += 1;
  return places[next];
}

// The parts from shortly before the first hit on.
export function excerpt(parts) {
  const [first, ...others] = parts;
  if (!first || first.hit || first.text.length <= MAX_BEFORE) return parts;
  const before = first.text.slice(-MAX_BEFORE);
  const lineStart = before.lastIndexOf("\n") + 1;
  const wordStart = before.search(/\s/u) + 1;
  return [{ text: `…${before.slice(lineStart || wordStart)}` }, ...others];
}
