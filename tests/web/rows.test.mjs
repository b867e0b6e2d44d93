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

test("a group lasts five minutes from its first message, however close the others are", () => {
  const made = conversation(...[0, 2, 4, 6, 8, 10].map((minutes) => ({ time: NOON + minutes * 60_000 })));
  assert.deepEqual(kinds(made), ["day", "message+", "message", "message", "message+", "message", "message"]);
});

test("a group ends where its author left or was renamed, and where the user took the name over", () => {
  const left = { kind: "presence", changes: [{ change: "left", nick: "bob" }] };
  assert.deepEqual(kinds(conversation({}, left, {})), ["day", "message+", "presence", "message+"]);
  const renamed = { kind: "renamed", from: "bob", to: "rob" };
  assert.deepEqual(kinds(conversation({}, renamed, {})), ["day", "message+", "renamed", "message+"]);
  assert.deepEqual(kinds(conversation({}, { mine: true }, { mine: true })), ["day", "message+", "message+", "message"]);
});

test("a message of more than twenty lines is folded until it is opened", () => {
  const text = (lines) => Array(lines).fill("x").join("\n");
  const made = conversation({ text: text(20) }, { text: text(21) }, { text: "x".repeat(4000) });
  const folds = () => rowsOf(made).slice(1).map(({ fold }) => fold);
  assert.deepEqual(folds(), ["", "folded", "folded"]);
  const before = rowsOf(made)[2];
  made.entries[1].unfolded = true;
  assert.deepEqual(folds(), ["", "open", "folded"]);
  assert.notEqual(rowsOf(made)[2].look, before.look);
  assert.equal(before.lines, 21);
});

test("a row whose text or whose mode changed has another look", () => {
  const made = conversation({});
  const look = (options) => rowsOf(made, options)[1].look;
  const before = look();
  assert.equal(look(), before);
  assert.notEqual(look({ compact: true }), before);
  made.entries[0].text = "y";
  assert.notEqual(look(), before);
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
