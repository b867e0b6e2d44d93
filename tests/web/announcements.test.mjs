// What screen readers are told of new messages.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { Announcements } from "../../twisted_chat/web/announcements.js";
import { sendMessage } from "../../twisted_chat/web/outgoing.js";
import { chat, lobby, message, welcome } from "./chat_fixture.mjs";
import { Clock } from "./clock.mjs";

let said;
let clock;
let announcements;

const pass = (ms) => clock.advance(ms);

beforeEach(() => {
  said = [];
  clock = new Clock();
  announcements = new Announcements({ say: (texts) => said.push(texts), clock });
});

// Receives frames and carries out their announcements.
function receive(...frames) {
  for (const frame of frames) {
    for (const { effect, conversation, entry, text } of chat.receive(frame)) {
      if (effect !== "speak") continue;
      if (entry) announcements.message(conversation, entry, conversation === chat.current);
      else announcements.add(text);
    }
  }
}

test("a message of someone else is announced once", () => {
  welcome();
  receive(message(11, "bob", "hi"));
  receive(message(11, "bob", "hi"));
  pass(10_000);
  assert.deepEqual(said, [["bob: hi"]]);
});

test("the same text twice is two announcements", () => {
  welcome();
  receive(message(11, "bob", "ok"));
  pass(10_000);
  receive(message(12, "bob", "ok"));
  pass(10_000);
  assert.deepEqual(said, [["bob: ok"], ["bob: ok"]]);
});

test("the user's own message is not announced", () => {
  welcome();
  sendMessage(chat, lobby(), "mine");
  receive(message(11, "me", "mine"));
  pass(10_000);
  assert.deepEqual(said, []);
});

test("a page of history is not announced", () => {
  welcome({ history: [message(9, "bob", "old")] });
  receive({ type: "history", room: "lobby", messages: [message(8, "bob", "older")], more: false });
  pass(10_000);
  assert.deepEqual(said, []);
});

test("a burst is summed up", () => {
  welcome();
  receive(...Array.from({ length: 60 }, (_, n) => message(11 + n, "bob", `line ${n}`)));
  pass(10_000);
  assert.deepEqual(said, [["60 new messages"]]);
});

test("a few messages are read one by one, a longer stream every few seconds", () => {
  welcome();
  receive(message(11, "bob", "one"), message(12, "alice", "two"));
  pass(300);
  assert.deepEqual(said, [["bob: one", "alice: two"]]);
  for (let n = 0; n < 20; n += 1) {
    receive(message(20 + n, "bob", `line ${n}`));
    pass(100);
  }
  assert.equal(said.length, 1, "not while the first ones are read");
  pass(3_000);
  assert.deepEqual(said.slice(1), [["20 new messages"]]);
});

test("elsewhere, only what is for the user is announced, with its place", () => {
  welcome({ rooms: ["tea", "lobby"] });
  receive(message(11, "bob", "hi all", { room: "tea" }));
  receive(message(12, "bob", "hi @me", { room: "tea" }));
  receive({ type: "dm", id: "0013", from: "bob", to: "me", text: "psst" });
  pass(10_000);
  assert.deepEqual(said, [["bob in #tea: hi @me", "bob, privately: psst"]]);
});

test("a reply to the user is announced, a long message is cut", () => {
  welcome();
  receive({ type: "notice", text: "you now ignore bob" });
  receive(message(11, "bob", "😀".repeat(2_000)));
  pass(10_000);
  assert.equal(said[0][0], "you now ignore bob");
  assert.ok([...said[0][1]].length < 400);
  assert.ok(said[0][1].endsWith("…"));
});
