// How far rooms are read, on all devices of an account.

import assert from "node:assert/strict";
import { test } from "node:test";

import { readFrames } from "../../twisted_chat/web/read_marks.js";
import { chat, id, lobby, message, welcome } from "./chat_fixture.mjs";

const marks = () => readFrames(chat).map(({ type, room, id: read }) => [type, room, read]);

function readToTheEnd() {
  chat.viewingLatest = true;
  chat.markRead();
}

test("what an account has read is told to the server once", () => {
  welcome({ account: "me" });
  readFrames(chat);
  chat.receive(message(11, "bob", "hi"));
  assert.deepEqual(marks(), [], "not read yet");
  readToTheEnd();
  assert.deepEqual(marks(), [["read", "lobby", id(11)]]);
  assert.deepEqual(marks(), []);
});

test("a guest tells nothing", () => {
  welcome({ account: null });
  chat.receive(message(11, "bob", "hi"));
  readToTheEnd();
  assert.deepEqual(marks(), []);
});

test("what was read on another device is not new here, and not told again", () => {
  welcome({ account: "me" });
  readFrames(chat);
  chat.receive(message(11, "bob", "one"));
  chat.receive(message(12, "bob", "two"));
  assert.equal(lobby().unread, 2);
  chat.receive({ type: "read", room: "lobby", id: id(11) });
  assert.equal(lobby().unread, 1);
  chat.receive({ type: "read", room: "lobby", id: id(12) });
  assert.equal(lobby().unread, 0);
  chat.receive({ type: "read", room: "lobby", id: id(11) });
  assert.equal(lobby().unread, 0, "an older one changes nothing");
  assert.deepEqual(marks(), []);
});

test("a new device starts where the others are", () => {
  const history = [message(8, "bob", "a"), message(9, "bob", "b"), message(10, "bob", "c")];
  welcome({ account: "me", read: { lobby: id(8), tea: id(5) }, history });
  assert.equal(lobby().unread, 2);
  assert.deepEqual(chat.open("room", "tea").read, { id: id(5), time: 0 });
});
