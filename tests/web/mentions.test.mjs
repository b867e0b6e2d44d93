// Mentions of a nickname, and of words to watch for.

import assert from "node:assert/strict";
import { test } from "node:test";

import { hasMention, parseWords, splitMentions } from "../../twisted_chat/web/mentions.js";

test("a name is found in any case, with or without @", () => {
  for (const text of ["carl", "Carl: hi", "hi @carl!", "well, CARL.", "@carl", "ｃａｒｌ?"]) {
    assert.ok(hasMention(text, "carl"), text);
  }
});

test("a part of another word is not a mention", () => {
  for (const text of ["carla", "McCarl", "carl-2", "carl_", "", "Cаrl with a Cyrillic a", "é" + "carl"]) {
    assert.ok(!hasMention(text, "carl"), text);
  }
  assert.ok(!hasMention("carl\u0301", "carl"), "another letter");
  assert.ok(!hasMention("𝐚carl 𝐚", "carl"), "a letter outside the basic plane");
});

test("a common word after many blanks takes one look at them", (context) => {
  const slice = context.mock.method(String.prototype, "slice");
  assert.ok(!hasMention(" ".repeat(100) + "he said will ".repeat(50), "will"));
  assert.ok(hasMention(" ".repeat(100) + "will: " + "will ".repeat(50), "will"));
  // A slice from the beginning would be of all blanks.
  for (const { result } of slice.mock.calls) assert.ok(result.length < 10);
});

test("names of every script and with special characters are found", () => {
  assert.ok(hasMention("Привет, дмитрий", "Дмитрий"));
  for (const nick of ["a.b", "a-b", "-", ".", "_x_", "a/b", "[a]", "a\\b", "$1"]) {
    assert.ok(hasMention(`so says ${nick} now`, nick), nick);
  }
  assert.ok(!hasMention("so says axb", "a.b"));
});

test("a name that is a common word is mentioned only where it is marked as a name", () => {
  for (const text of ["@will", "ask @Will!", "will: yes", "Will, yes", "  will, no"]) {
    assert.ok(hasMention(text, "will"), text);
  }
  for (const text of ["I will", "will you?", "this will: work", "yes, will, yes", "the will", "x@willow"]) {
    assert.ok(!hasMention(text, "will"), text);
  }
  for (const nick of ["mark", "June", "Bob", "me", "Hope"]) assert.ok(!hasMention(`tell ${nick} so`, nick), nick);
});

test("an empty name is never mentioned", () => {
  assert.ok(!hasMention("anything", ""));
  assert.deepEqual(splitMentions("", ""), []);
});

test("words to watch for are found as whole words, folded", () => {
  const words = ["deploy", "on call", "C++", "Straße", "I"];
  for (const text of ["DEPLOY now", "who is on call?", "no c++!", "straße 5", "ＤＥＰＬＯＹ", "and i"]) {
    assert.ok(hasMention(text, "carl", words), text);
  }
  for (const text of ["deployed", "redeploy", "c+", "on  call", "ink"]) {
    assert.ok(!hasMention(text, "carl", words), text);
  }
  assert.ok(hasMention("will it", "will", ["will"]), "a common word that was asked for");
});

test("the text is split around each mention", () => {
  assert.deepEqual(splitMentions("carl, ask Carl", "carl"), [
    { text: "carl", mention: true },
    { text: ", ask " },
    { text: "Carl", mention: true },
  ]);
  assert.deepEqual(splitMentions("ﬁne: @ＣＡＲＬ! é", "carl", ["fine", "arl"]), [
    { text: "ﬁne", mention: true },
    { text: ": " },
    { text: "@ＣＡＲＬ", mention: true },
    { text: "! é" },
  ]);
  assert.deepEqual(splitMentions("carl carl", "carl").length, 3);
});

test("the words to watch for are separated by commas, and bounded", () => {
  assert.deepEqual(parseWords(" deploy, Deploy ,, on call،x "), ["deploy", "on call", "x"]);
  assert.equal(parseWords("").length, 0);
  assert.equal(parseWords(Array.from({ length: 99 }, (_, n) => `w${n}`).join()).length, 30);
  assert.equal(parseWords("x".repeat(999))[0].length, 64);
});

test("names that follow each other are each a mention", () => {
  const mentions = splitMentions("carl carl,carl", "carl").filter(({ mention }) => mention);
  assert.deepEqual(mentions.map(({ text }) => text), ["carl", "carl", "carl"]);
});
