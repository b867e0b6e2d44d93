// How far rooms are read, on all devices of an account.

import assert from "node:assert/strict";
import { test } from "node:test";

import { readFrames } from "../../twisted_chat/web/read_marks.js";
import { restoreDirects, takeDirects } from "../../twisted_chat/web/directs.js";
import { chat, id, iso, lobby, message, newChat, welcome } from "./chat_fixture.mjs";

const marks = () => readFrames(chat).map(({ type, room, nick, id: read }) => [type, room ?? `@${nick}`, read]);
const direct = (n, from, text) => ({ type: "dm", id: id(n), time: iso(n), from, to: "me", text });
const bob = () => chat.conversations.get("@bob");

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

test("direct messages that were read are told to the server, and those read elsewhere are not new", () => {
  welcome({ account: "me" });
  readFrames(chat);
  chat.receive(direct(11, "Bob", "one"));
  chat.receive(direct(12, "Bob", "two"));
  assert.equal(bob().unread, 2);
  chat.receive({ type: "read", nick: "bob", id: id(11) });
  assert.equal(bob().unread, 1);
  chat.select("@bob");
  readToTheEnd();
  assert.deepEqual(marks(), [["read", "@Bob", id(12)]]);
  assert.deepEqual(marks(), []);
  chat.receive({ type: "read", nick: "bob", id: id(11) });
  assert.equal(bob().unread, 0, "an older one changes nothing");
});

test("a conversation that was closed is read as well", () => {
  welcome({ account: "me" });
  chat.receive(direct(11, "bob", "one"));
  chat.leave("@bob");
  chat.receive({ type: "read", nick: "bob", id: id(11) });
  assert.equal(chat.open("dm", "bob").unread, 0);
});

test("a device that logs in knows which direct messages were read, and a guest does not", () => {
  welcome({ account: "me", read_direct: { bob: id(11) } });
  chat.receive(direct(11, "bob", "one"));
  chat.receive(direct(12, "bob", "two"));
  assert.equal(bob().unread, 1);
  const kept = takeDirects(chat);
  newChat();
  welcome({ account: "me", read_direct: { bob: id(12) } });
  restoreDirects(chat, kept);
  assert.equal(bob().unread, 0);
  newChat();
  welcome({ account: "me", read_direct: { bob: id(12) } });
  welcome({ account: null });
  restoreDirects(chat, kept);
  assert.equal(bob().unread, 1, "what this browser knows itself");
});
