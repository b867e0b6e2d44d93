// The rows on the screen for the entries of a conversation.

import assert from "node:assert/strict";
import { test } from "node:test";

import { Conversation } from "../../twisted_chat/web/conversation.js";
import { presenceText, rowsOf } from "../../twisted_chat/web/rows.js";

const NOON = new Date(2026, 10, 21, 12).getTime();

function conversation(...entries) {
  const made = new Conversation("room", "lobby");
  for (const [index, entry] of entries.entries()) {
    made.insert({ kind: "message", id: String(index), from: "bob", text: "x", time: NOON, ...entry });
  }
  return made;
}

const kinds = (made) => rowsOf(made).map(({ kind, groupStart }) => (groupStart ? `${kind}+` : kind));

test("messages of one member within five minutes form a group", () => {
  const made = conversation({}, { time: NOON + 60_000 }, { time: NOON + 400_000 }, { from: "al", time: NOON + 410_000 });
  assert.deepEqual(kinds(made), ["day", "message+", "message", "message+", "message+"]);
});

test("an action is a group of its own", () => {
  assert.deepEqual(kinds(conversation({}, { kind: "action" }, {})), ["day", "message+", "action+", "message+"]);
});

test("each day begins with its name", () => {
  assert.deepEqual(kinds(conversation({ time: NOON - 864e5 }, {})), ["day", "message+", "day", "message+"]);
});

test("at midnight the name of a day changes, and so does the look of its row", () => {
  const made = conversation({});
  const day = (now) => rowsOf(made, { now })[0];
  assert.equal(day(NOON).day, "Today");
  assert.equal(day(NOON + 864e5).day, "Yesterday");
  assert.equal(day(NOON).key, day(NOON + 864e5).key);
  assert.notEqual(day(NOON).look, day(NOON + 864e5).look);
});

test("a divider precedes the first unread message", () => {
  const made = conversation({}, {});
  made.entries.forEach((entry, index) => (entry.id = String(index)));
  made.read = { id: "0", time: made.entries[0].time };
  assert.deepEqual(kinds(made), ["day", "message+", "new", "message+"]);
});

test("the start row is shown when there is nothing older", () => {
  const made = conversation({});
  made.hasOlder = false;
  assert.equal(kinds(made)[0], "start");
  assert.deepEqual(kinds(new Conversation("room", "empty")), []);
});

test("a row with another status has another look", () => {
  const made = conversation({});
  const [, before] = rowsOf(made);
  made.entries[0].status = "failed";
  const [, after] = rowsOf(made);
  assert.equal(before.key, after.key);
  assert.notEqual(before.look, after.look);
});

test("unconfirmed rows look different after the user quit, others do not", () => {
  const made = conversation({}, { status: "unconfirmed" });
  const looks = (quit) => rowsOf(made, { quit }).map(({ look }) => look);
  const [before, after] = [looks(false), looks(true)];
  assert.equal(before[1], after[1]);
  assert.notEqual(before[2], after[2]);
});

test("presence changes are summarized", () => {
  const joined = (nick) => ({ change: "joined", nick });
  const left = (nick) => ({ change: "left", nick });
  assert.equal(presenceText([joined("a")]), "a joined");
  assert.equal(presenceText([joined("a"), joined("b"), left("c")]), "a and b joined; c left");
  assert.equal(presenceText([joined("a"), left("a")]), "a joined and left");
  assert.equal(presenceText([left("a"), joined("a")]), "a left and rejoined");
  assert.equal(presenceText([joined("a"), { change: "joined", count: 40 }]), "a and 40 others joined");
  const many = Array.from({ length: 9 }, (_, index) => joined(`n${index}`));
  assert.equal(presenceText(many), "n0, n1, n2, n3, n4, n5 and 3 others joined");
});
