// Mentions of a nickname.

import assert from "node:assert/strict";
import { test } from "node:test";

import { hasMention, splitMentions } from "../../twisted_chat/web/mentions.js";

test("a name is found in any case, with or without @", () => {
  for (const text of ["bob", "Bob: hi", "hi @bob!", "well, BOB."]) assert.ok(hasMention(text, "bob"), text);
});

test("a part of another word is not a mention", () => {
  for (const text of ["bobby", "kebob", "bob-2", "bob_", "", "Bоb with a Cyrillic o"]) {
    assert.ok(!hasMention(text, "bob"), text);
  }
});

test("names of every script and with special characters are found", () => {
  assert.ok(hasMention("Привет, дмитрий", "Дмитрий"));
  for (const nick of ["a.b", "a-b", "-", ".", "_x_", "a/b", "[a]", "a\\b", "$1"]) {
    assert.ok(hasMention(`so says ${nick} now`, nick), nick);
  }
  assert.ok(!hasMention("so says axb", "a.b"));
});

test("an empty name is never mentioned", () => {
  assert.ok(!hasMention("anything", ""));
});

test("the text is split around each mention", () => {
  assert.deepEqual(splitMentions("bob, ask Bob", "bob"), [
    { text: "bob", mention: true },
    { text: ", ask " },
    { text: "Bob", mention: true },
  ]);
});

test("names that follow each other are each a mention", () => {
  const mentions = splitMentions("bob bob,bob", "bob").filter(({ mention }) => mention);
  assert.deepEqual(mentions.map(({ text }) => text), ["bob", "bob", "bob"]);
});
