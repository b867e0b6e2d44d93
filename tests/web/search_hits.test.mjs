// Hits of a search in a text.

import assert from "node:assert/strict";
import { test } from "node:test";

import { excerpt, hasHits, splitHits } from "../../twisted_chat/web/on_demand/search_hits.js";

// "a [b] c": the hits in brackets.
const marked = (text, query) => splitHits(text, query).map((part) => (part.hit ? `[${part.text}]` : part.text)).join("");

test("hits are found regardless of case, accents, vowel points, width and composition", () => {
  for (const [text, query, expected] of [
    ["ein Fisch, FISCHE", "fisch", "ein [Fisch], [FISCH]E"],
    ["Straße", "STRASSE", "[Straße]"],
    ["ein ﬁsch", "fisch", "ein [ﬁsch]"],
    ["ΣΊΣΥΦΟΣ", "σισυφος", "[ΣΊΣΥΦΟΣ]"],
    ["ёлка", "Елка", "[ёлка]"],
    ["e\u0301tude", "étude", "[e\u0301tude]"],
    ["שָׁלוֹם", "שלום", "[שָׁלוֹם]"],
    ["ｆｕｌｌ", "full", "[ｆｕｌｌ]"],
    ["İstanbul ılık", "istanbul ilik", "[İstanbul] [ılık]"],
    ["d\u00adarn", "darn", "[d\u00adarn]"],
  ]) {
    assert.equal(marked(text, query), expected);
    assert.ok(hasHits(text, query), text);
  }
});

test("a word is found at the beginning of a word, and a character without spaces anywhere", () => {
  assert.equal(marked("art, party, artist", "art"), "[art], party, [art]ist");
  assert.equal(marked("我喜欢猫", "喜欢"), "我[喜欢]猫");
  assert.equal(marked("ok👍👍", "👍"), "ok[👍][👍]");
  assert.equal(marked("𝒳art", "art"), "𝒳art", "a letter outside the basic plane");
});

test("several words are marked, also where they overlap, and all must occur", () => {
  assert.equal(marked("foo-bar", "bar foo"), "[foo]-[bar]");
  assert.equal(marked("foobar", "foo foobar"), "[foo][bar]");
  assert.ok(!hasHits("foo", "foo bar"));
  assert.ok(!hasHits("foo", " - "), "without a word there is nothing to find");
  assert.equal(marked("a.b", ".*"), "a.b");
});

test("the parts are the text", () => {
  const text = "Ein ﬁsch\nschwimmt, ﬁ ﬁ";
  for (const query of ["f", "fi", "sch", "e s f", ""]) {
    assert.equal(splitHits(text, query).map((part) => part.text).join(""), text);
  }
});

test("an excerpt begins shortly before its first hit", () => {
  const short = splitHits("a hit", "hit");
  assert.equal(excerpt(short), short);
  const [before, hit] = excerpt(splitHits(`${"word ".repeat(100)}hit`, "hit"));
  assert.deepEqual(hit, { text: "hit", hit: true });
  assert.match(before.text, /^…word .{40,60}$/u);
  const [line] = excerpt(splitHits(`${"word\n".repeat(100)}in the line hit`, "hit"));
  assert.equal(line.text, "…in the line ");
});
