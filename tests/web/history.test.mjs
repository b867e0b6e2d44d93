// History: resuming, gaps, older messages and search.

import assert from "node:assert/strict";
import { test } from "node:test";

import { restoreSnapshot } from "../../twisted_chat/web/snapshot.js";
import { chat, id, iso, lobby, message, sentFrames, texts, welcome } from "./chat_fixture.mjs";

test("missed messages are shown, counted, and advance the position", () => {
  welcome();
  chat.receive(message(11, "bob", "before"));
  chat.disconnected();
  welcome({ recovered: true, position: id(14) });
  assert.equal(chat.position, id(11), "the missed events are still to come");
  chat.receive(message(13, "bob", "missed"));
  chat.receive(message(14, "bob", "me too"));
  assert.equal(chat.position, id(14));
  assert.deepEqual(texts(), ["before", "missed", "me too"]);
  assert.ok(!lobby().entries.some(({ kind }) => kind === "gap"));
});

test("a reply does not advance the position", () => {
  welcome();
  chat.receive({ type: "history", room: "lobby", messages: [message(50, "bob", "x")] });
  assert.equal(chat.position, id(10));
});

test("a gap is marked where messages may be missing, and can be closed", () => {
  welcome();
  chat.receive(message(11, "bob", "old"));
  chat.disconnected();
  const effects = welcome({ position: id(99), history: [message(98, "bob", "new")] });
  assert.ok(effects.some((one) => one.effect === "welcomed" && one.missing));
  assert.deepEqual(texts(), ["old", "gap", "new"]);
  const [ask] = chat.loadGap(lobby(), lobby().entries[1]);
  assert.equal(ask.before, id(98));
  const messages = [message(11, "bob", "old"), message(50, "bob", "between")];
  chat.receive({ type: "history", room: "lobby", messages, more: true, ref: ask.ref });
  assert.deepEqual(texts(), ["old", "between", "new"]);
});

test("a gap stays until it is closed, and older history goes before it", () => {
  welcome();
  chat.receive(message(20, "bob", "old"));
  chat.disconnected();
  welcome({ position: id(99), history: [message(98, "bob", "new")] });
  const [ask] = chat.loadGap(lobby(), lobby().entries[1]);
  chat.receive({ type: "history", room: "lobby", messages: [message(90, "bob", "late")], more: true, ref: ask.ref });
  chat.receive({ type: "history", room: "lobby", messages: [message(3, "bob", "ancient")], more: false });
  assert.deepEqual(texts(), ["ancient", "old", "gap", "late", "new"]);
});

test("history that reaches a known message leaves no gap", () => {
  welcome();
  chat.receive(message(11, "bob", "known"));
  chat.disconnected();
  welcome({ position: id(12), history: [message(11, "bob", "known"), message(12, "bob", "new")] });
  assert.deepEqual(texts(), ["known", "new"]);
});

test("the entries of another journal stay apart from the new ones", () => {
  welcome();
  chat.receive(message(40, "bob", "old"));
  chat.disconnected();
  welcome({ position: id(2), history: [message(1, "bob", "new"), message(2, "bob", "newer")] });
  assert.deepEqual(texts(), ["old", "gap", "new", "newer"]);
  assert.equal(chat.position, id(2));
  chat.receive(message(40, "bob", "the same id"));
  assert.equal(texts().at(-1), "the same id");
});

test("older messages are requested once at a time", () => {
  welcome({ history: [message(5, "bob", "x")] });
  const [ask] = chat.loadOlder(lobby());
  assert.deepEqual([ask.type, ask.room, ask.before], ["history", "lobby", id(5)]);
  assert.deepEqual(chat.loadOlder(lobby()), []);
  chat.receive({ type: "history", room: "lobby", messages: [message(4, "bob", "w")], more: false, ref: ask.ref });
  assert.deepEqual(texts(), ["w", "x"]);
  assert.deepEqual(chat.loadOlder(lobby()), [], "that was all");
});

test("history that cannot be read is requested again later", () => {
  welcome({ history: [message(5, "bob", "x")] });
  const [ask] = chat.loadOlder(lobby());
  const [effect] = chat.receive({ type: "error", ref: ask.ref, code: "store", text: "no" });
  assert.equal(effect.effect, "historyFailed");
  assert.deepEqual(chat.loadOlder(lobby()), []);
});

test("a search is of one room, and reports that there are more results", () => {
  welcome();
  const [ask] = chat.search(lobby(), "two words");
  assert.deepEqual([ask.text, ask.room, ask.limit], ["\\search two words", "lobby", 100]);
  const found = { type: "history", room: "lobby", words: "two words", messages: [message(4, "bob", "x")] };
  const [effect] = chat.receive({ ...found, more: true, ref: ask.ref });
  assert.deepEqual([effect.effect, effect.conversation, effect.messages.length, effect.hasMore], ["searchResults", lobby(), 1, true]);
  const [again] = chat.search(lobby(), "?");
  const [refused] = chat.receive({ type: "error", ref: again.ref, code: "store", text: "no" });
  assert.deepEqual([refused.effect, refused.problem], ["searchResults", "no"]);
});

test("a restored session requests the history", () => {
  restoreSnapshot(chat, { session: "s", position: id(9), nick: "me" });
  const frames = sentFrames(welcome({ recovered: true }));
  assert.ok(frames.some(({ type, room }) => type === "history" && room === "lobby"));
});

test("a room that nobody reads back in is trimmed", () => {
  welcome();
  chat.viewingLatest = true;
  for (let n = 11; n < 1000; n += 1) chat.receive(message(n, "bob", "x"));
  assert.ok(lobby().entries.length <= 600);
  assert.ok(lobby().hasOlder);
});

test("a message comes after its author’s arrival, and history before it", () => {
  welcome();
  chat.receive({ type: "joined", room: "lobby", nick: "zoe", id: id(11), time: iso(11) });
  chat.receive(message(12, "zoe", "hello"));
  chat.receive({ type: "history", room: "lobby", messages: [message(4, "bob", "earlier")] });
  assert.deepEqual(texts(), ["earlier", "presence", "hello"]);
});
