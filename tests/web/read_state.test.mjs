// What is new: the New line, the counts, the mentions and the title, from one position.

import assert from "node:assert/strict";
import { test } from "node:test";

import { isAfter, later, mergePositions, readPositions } from "../../twisted_chat/web/read_state.js";
import { rowsOf } from "../../twisted_chat/web/rows.js";
import { chat, id, iso, lobby, message, newChat, sentFrames, unspoken, welcome } from "./chat_fixture.mjs";

// The messages that the server has, and its replies to requests for history.
function messages(from, to, author = "bob") {
  const all = [];
  for (let n = from; n <= to; n += 1) all.push(message(n, author, `line ${n}`));
  return all;
}
const newLine = (conversation = lobby()) => {
  const rows = rowsOf(conversation);
  const index = rows.findIndex(({ kind }) => kind === "new");
  return index < 0 ? undefined : rows[index + 1].entry.text;
};
const look = (isLooking = true) => {
  chat.viewingLatest = isLooking;
  return chat.markRead();
};
const counts = ({ unread, mentions } = lobby()) => [unread, mentions];

// Another visit, with what the browser remembers of the rooms.
function visitAgain() {
  const stored = JSON.parse(JSON.stringify(mergePositions([], chat.rooms())));
  newChat();
  for (const [key, position] of readPositions(stored)) chat.reads.set(key, position);
}

test("a first visit has nothing new, and what comes after it is new", () => {
  welcome({ history: messages(1, 9) });
  assert.deepEqual([counts(), newLine()], [[0, 0], undefined]);
  chat.receive(message(11, "bob", "hi"));
  assert.deepEqual([counts(), newLine()], [[1, 0], "hi"]);
});

test("after another visit what came meanwhile is new", () => {
  welcome({ nick: "erin", history: messages(1, 9) });
  look();
  visitAgain();
  const missed = [...messages(11, 17), message(18, "bob", "erin?")];
  welcome({ nick: "erin", position: id(20), history: [...messages(8, 9), ...missed] });
  assert.deepEqual([counts(), newLine()], [[8, 1], "line 11"]);
  assert.deepEqual(chat.unreadTotal(), { count: 8, mentions: 1, isComplete: true });
  assert.equal(look(), true);
  assert.deepEqual([counts(), newLine()], [[0, 0], "line 11"], "the line stays while one is there");
  chat.open("room", "garden");
  chat.select("#garden");
  chat.select("#lobby");
  assert.equal(newLine(), undefined);
});

test("own messages are not new", () => {
  welcome({ nick: "erin", history: messages(1, 9) });
  look();
  visitAgain();
  welcome({ nick: "erin", position: id(20), history: [...messages(8, 9), message(12, "erin", "mine"), message(13, "bob", "x")] });
  assert.deepEqual([counts(), newLine()], [[1, 0], "x"]);
});

test("what was not read to its end is new when one comes back", () => {
  welcome({ rooms: ["lobby", "garden"] });
  chat.select("#garden");
  for (const one of messages(11, 81)) chat.receive(one);
  chat.select("#lobby");
  look(false);
  assert.deepEqual([counts(), newLine()], [[71, 0], "line 11"]);
  chat.select("#garden");
  chat.select("#lobby");
  assert.deepEqual([counts(), newLine()], [[71, 0], "line 11"]);
  look();
  assert.deepEqual([counts(), newLine()], [[0, 0], "line 11"]);
});

test("what comes while its end is in view is never new", () => {
  welcome();
  look();
  chat.receive(message(11, "bob", "hi"));
  assert.deepEqual([counts(), newLine()], [[0, 0], undefined]);
  look(false);
  chat.receive(message(12, "bob", "psst"));
  look();
  assert.deepEqual([counts(), newLine()], [[0, 0], "psst"]);
  look(false);
  chat.receive(message(13, "bob", "later"));
  assert.deepEqual([counts(), newLine()], [[1, 0], "later"], "the line moves to what is new now");
});

test("what was missed is new, also at the end of the conversation in view", () => {
  welcome();
  look();
  chat.disconnected();
  const [barrier] = sentFrames(welcome({ recovered: true, missesSome: true })).slice(-1);
  chat.receive(message(11, "bob", "missed"));
  assert.equal(look(), false);
  assert.deepEqual([counts(), newLine()], [[1, 0], "missed"]);
  const effects = chat.receive({ type: "notice", text: "help", ref: barrier.ref });
  assert.deepEqual(effects, [{ effect: "caughtUp" }]);
  chat.catchingUp = false; // as the effect does once it is shown
  look();
  assert.deepEqual([counts(), newLine()], [[0, 0], "missed"]);
});

test("a room is loaded until it is known what is new, within a bound", () => {
  welcome({ history: messages(1, 9) });
  look();
  visitAgain();
  let asked = sentFrames(welcome({ position: id(900), history: messages(90, 99) }));
  assert.deepEqual([lobby().unread, lobby().unreadState.isComplete], [10, false]);
  const request = (frames) => frames.find(({ type }) => type === "history");
  const reply = (found, more) =>
    sentFrames(chat.receive({ type: "history", room: "lobby", messages: found, more, ref: request(asked).ref }));
  assert.deepEqual([request(asked).before, request(asked).limit], [id(90), 100]);
  asked = reply(messages(50, 89), true);
  assert.deepEqual([lobby().unread, newLine()], [50, "line 50"]);
  asked = reply(messages(5, 49), true);
  assert.deepEqual(chat.unreadTotal(), { count: 89, mentions: 0, isComplete: true });
  assert.deepEqual([newLine(), asked], ["line 11", []]);
});

test("more than enough are not counted", () => {
  welcome({ history: messages(1, 9) });
  look();
  visitAgain();
  const [asked] = sentFrames(welcome({ position: id(9000), history: messages(900, 909) }));
  const frames = sentFrames(chat.receive({ type: "history", room: "lobby", messages: messages(800, 899), more: true, ref: asked.ref }));
  assert.deepEqual(frames, []);
  assert.deepEqual(chat.unreadTotal(), { count: 110, mentions: 0, isComplete: false });
  // Somebody who writes alone is not followed back for ever.
  visitAgain();
  let [ask] = sentFrames(welcome({ nick: "erin", position: id(9999), history: messages(990, 999, "erin") }));
  let requests = 0;
  while (ask?.type === "history") {
    requests += 1;
    const end = Number(ask.before) - 1;
    [ask] = sentFrames(chat.receive({ type: "history", room: "lobby", messages: messages(end - 4, end, "erin"), more: true, ref: ask.ref }));
  }
  assert.equal(requests, 3);
});

test("a store that was replaced makes nothing read or new for ever", () => {
  welcome({ position: `f${id(10)}`, history: [message(1, "bob", "x", { id: `f${id(1)}` })] });
  look();
  visitAgain();
  const of = (prefix) => [5, 50].map((n) => message(n, "bob", `line ${n}`, { id: prefix + id(n) }));
  // Its ids are smaller than those of the store before.
  welcome({ position: `a${id(60)}`, history: of("a") });
  assert.deepEqual([counts(), newLine()], [[2, 0], "line 5"]);
  look();
  chat.receive(message(70, "bob", "next", { id: `a${id(70)}` }));
  assert.equal(lobby().unread, 0);
  look(false);
  chat.receive(message(71, "bob", "and next", { id: `a${id(71)}` }));
  assert.equal(lobby().unread, 1);
  visitAgain();
  welcome({ position: `a${id(80)}`, history: [message(70, "bob", "next", { id: `a${id(70)}` }), message(71, "bob", "x", { id: `a${id(71)}` })] });
  assert.equal(lobby().unread, 1, "ids count again");
});

test("ids of another journal are not compared", () => {
  const read = { id: "f5", time: 5000 };
  assert.equal(isAfter({ id: "a9", time: 9000 }, { ...read, id: null }), true);
  assert.equal(isAfter({ id: "f9", time: 4000, otherJournal: true }, read), false);
  assert.equal(isAfter({ id: "f9", time: 4000 }, read), true);
});

test("tabs share the later position of each room", () => {
  const position = (n) => ({ id: id(n), time: n });
  assert.deepEqual(later(position(1), position(2)), position(2));
  assert.deepEqual(later(null, position(2)), position(2));
  assert.deepEqual(later({ id: "b", time: 1 }, { id: null, time: 1 }), { id: "b", time: 1 });
  const stored = mergePositions([["#tea", id(5), 5], ["#lobby", id(1), 1]], [
    { key: "#lobby", read: position(3) },
    { key: "#tea", read: position(4) },
    { key: "#new", read: null },
  ]);
  assert.deepEqual(stored, [["#tea", id(5), 5], ["#lobby", id(3), 3]]);
  assert.equal(mergePositions([], Array.from({ length: 999 }, (_, n) => ({ key: `#${n}`, read: position(n) }))).length, 300);
});

test("positions that are damaged are ignored", () => {
  for (const bad of [null, {}, "x", [["#a"]], [["#a", 5, 5]], [["#a", "1", "2"]], [null], [["#a", "1", NaN]]]) {
    assert.deepEqual(readPositions(bad), []);
  }
});

test("a muted room has its count, but alerts nobody", () => {
  welcome({ nick: "erin" });
  chat.alerts.setLevel("#lobby", "nothing");
  assert.deepEqual(unspoken(chat.receive(message(11, "bob", "erin!"))), []);
  assert.equal(lobby().unread, 1);
  assert.deepEqual(chat.unreadTotal(), { count: 0, mentions: 0, isComplete: true });
});

test("a room that one leaves is known when one comes back", () => {
  welcome({ rooms: ["lobby", "tea"] });
  chat.select("#tea");
  chat.receive(message(11, "bob", "one", { room: "tea" }));
  look();
  chat.receive({ type: "left", room: "tea", nick: "me", id: id(12), time: iso(12) });
  const [ask] = chat.join("tea");
  chat.receive({ type: "topic", room: "tea", text: "" });
  chat.receive({ type: "history", room: "tea", messages: [message(11, "bob", "one", { room: "tea" }), message(13, "bob", "two", { room: "tea" })], more: false });
  chat.receive({ type: "joined", room: "tea", nick: "me", id: id(14), time: iso(14), ref: ask.ref });
  assert.deepEqual([chat.current.unread, newLine(chat.current)], [1, "two"]);
});
