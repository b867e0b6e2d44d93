// What the page knows, frame by frame.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { rowsOf } from "../../twisted_chat/web/rows.js";
import { Chat, isTooLong } from "../../twisted_chat/web/chat.js";
import { restoreSnapshot, takeSnapshot } from "../../twisted_chat/web/snapshot.js";

const NOON = Date.UTC(2026, 10, 21, 12);
let chat;
let number;

const iso = (n) => new Date(NOON + n * 1000).toISOString();
const id = (n) => String(n).padStart(4, "0");
const message = (n, from, text, more = {}) => ({
  ...{ type: "message", id: id(n), time: iso(n), room: "lobby", from, text },
  ...more,
});

function welcome(more = {}) {
  const effects = chat.receive({
    ...{ type: "welcome", nick: "me", session: "s3cret", room: "lobby", rooms: ["lobby"] },
    ...{ members: ["me", "bob"], away: {}, topic: "", history: [], position: id(10) },
    ...{ recovered: false, motd: [] },
    ...more,
  });
  if (!chat.hasUnsent) chat.holdSends = false;
  return effects;
}

const lobby = () => chat.conversations.get("#lobby");
const texts = (conversation = lobby()) => conversation.entries.map(({ text, kind }) => text ?? kind);
const sent = (effects) => effects.filter((one) => one.effect === "send").map((one) => one.frame);

beforeEach(() => {
  number = 0;
  chat = new Chat({ now: () => NOON + 100_000 + (number += 1) });
});

test("the welcome says where one is, who is here and what was said", () => {
  welcome({ history: [message(1, "bob", "one"), message(2, "bob", "two")], away: { bob: "lunch" } });
  assert.equal(chat.nick, "me");
  assert.equal(chat.currentKey, "#lobby");
  assert.deepEqual(lobby().members, ["bob", "me"]);
  assert.equal(chat.awayTexts.get("bob"), "lunch");
  assert.deepEqual(texts(), ["one", "two"]);
  assert.equal(lobby().unread, 0, "history is not news");
});

test("how to connect: as a newcomer, and as the one that one was", () => {
  assert.deepEqual(chat.connectQuery(), { format: "json" });
  chat.chosenNick = "me";
  welcome({ rooms: ["lobby", "garden"] });
  chat.receive(message(12, "bob", "x"));
  assert.deepEqual(chat.connectQuery(), {
    ...{ format: "json", nick: "me", session: "s3cret", since: id(12), rooms: "garden,lobby" },
  });
});

test("a message is shown once, in the order of the ids", () => {
  welcome();
  chat.receive(message(12, "bob", "b"));
  chat.receive(message(13, "bob", "c"));
  chat.receive(message(12, "bob", "b"));
  chat.receive({ type: "history", room: "lobby", messages: [message(11, "bob", "a"), message(12, "bob", "b")] });
  assert.deepEqual(texts(), ["a", "b", "c"]);
});

test("unread messages are counted until somebody looks, and mentions are urgent", () => {
  welcome();
  assert.deepEqual(chat.receive(message(12, "bob", "hello")), []);
  const [alert] = chat.receive(message(13, "bob", "hello me"));
  assert.equal(alert.effect, "notify");
  assert.equal(chat.unread(), 2);
  assert.equal(lobby().mentions, 1);
  assert.equal(lobby().firstUnreadKey, id(12));
  chat.markRead();
  assert.equal(chat.unread(), 2, "nobody looked");
  chat.viewingLatest = true;
  chat.markRead();
  assert.equal(chat.unread(), 0);
  assert.deepEqual(chat.receive(message(14, "bob", "me again")), []);
  assert.equal(chat.unread(), 0);
});

test("one's own message is shown at once and confirmed by its echo", () => {
  welcome();
  const [frame] = chat.send(lobby(), "hi");
  assert.deepEqual(frame, { type: "message", room: "lobby", text: "hi", ref: frame.ref });
  const { key } = lobby().entries[0];
  assert.equal(lobby().entries[0].status, "sending");
  chat.receive(message(11, "me", "hi"));
  chat.receive({ type: "ok", ref: frame.ref, id: id(11) });
  assert.equal(lobby().entries.length, 1);
  assert.equal(lobby().entries[0].status, undefined);
  assert.equal(lobby().entries[0].key, key, "the same line on the screen");
});

test("the confirmation may come before the echo, and the words may be masked", () => {
  welcome();
  const [frame] = chat.send(lobby(), "darn");
  chat.receive({ type: "ok", ref: frame.ref, id: id(11) });
  chat.receive(message(11, "me", "****"));
  assert.deepEqual(texts(), ["****"]);
});

test("what is not stored fails with its text, and can be tried again", () => {
  welcome();
  const [frame] = chat.send(lobby(), "hi");
  chat.receive({ type: "error", ref: frame.ref, code: "store", text: "the disk is full" });
  const [entry] = lobby().entries;
  assert.equal(entry.status, "failed");
  assert.equal(entry.problem, "the disk is full");
  const [again] = chat.retry(lobby(), entry);
  assert.equal(again.text, "hi");
  chat.receive(message(12, "me", "hi"));
  assert.deepEqual(texts(), ["hi"]);
  assert.equal(lobby().entries[0].status, undefined);
});

test("of two, the one refused is the one that fails", () => {
  welcome();
  const [first] = chat.send(lobby(), "one");
  chat.send(lobby(), "two");
  chat.receive(message(11, "me", "two"));
  chat.receive({ type: "error", ref: first.ref, code: "store", text: "no" });
  assert.deepEqual(lobby().entries.map(({ text, status }) => [text, status]), [
    ["two", undefined],
    ["one", "failed"],
  ]);
});

test("what is said while there is no connection waits and is sent", () => {
  welcome();
  chat.disconnected();
  assert.deepEqual(chat.send(lobby(), "later"), []);
  assert.equal(lobby().entries[0].status, "queued");
  welcome({ recovered: true });
  assert.equal(lobby().entries[0].status, "queued", "held until the missed ones are here");
  const barrier = chat.syncBarrier(true);
  const [frame] = sent(chat.receive({ ...barrier, type: "who", room: "lobby", members: ["me"], away: {} }));
  assert.equal(frame.text, "later");
});

test("a message whose confirmation was lost is not said twice", () => {
  welcome();
  chat.send(lobby(), "stored");
  chat.send(lobby(), "lost");
  chat.disconnected();
  welcome({ recovered: true, position: id(12) });
  chat.receive(message(11, "me", "stored"));
  const frames = sent(chat.receive({ ...chat.syncBarrier(true), type: "who", room: "lobby", members: [] }));
  assert.deepEqual(frames.map(({ text }) => text), ["lost"]);
});

test("nor is a guest's, who comes back under another number", () => {
  welcome({ nick: "guest_1" });
  chat.send(lobby(), "stored");
  chat.disconnected();
  welcome({ nick: "guest_2", recovered: true, position: id(12) });
  chat.receive(message(11, "guest_1", "stored"));
  assert.deepEqual(sent(chat.receive({ ...chat.syncBarrier(true), type: "who", room: "lobby", members: [] })), []);
  assert.equal(lobby().entries.length, 1);
  assert.equal(lobby().unread, 0);
});

test("if the server cannot promise, one decides oneself", () => {
  welcome();
  chat.send(lobby(), "perhaps");
  chat.disconnected();
  welcome({ position: id(500) });
  chat.send(lobby(), "later");
  const frames = sent(chat.receive({ ...chat.syncBarrier(false), type: "who", room: "lobby", members: [] }));
  assert.deepEqual(frames.map(({ text }) => text), ["later"]);
  assert.equal(lobby().entries.find(({ text }) => text === "perhaps").status, "failed");
});

test("what was missed is shown and counted, and moves the place to resume from", () => {
  welcome();
  chat.receive(message(11, "bob", "before"));
  chat.disconnected();
  welcome({ recovered: true, position: id(14) });
  assert.equal(chat.position, id(11), "the missed ones are still to come");
  chat.receive(message(13, "bob", "missed"));
  chat.receive(message(14, "bob", "me too"));
  assert.equal(chat.position, id(14));
  assert.deepEqual(texts(), ["before", "missed", "me too"]);
  assert.ok(!lobby().entries.some(({ kind }) => kind === "gap"));
});

test("an answer does not move the place to resume from", () => {
  welcome();
  chat.receive({ type: "history", room: "lobby", messages: [message(50, "bob", "x")] });
  assert.equal(chat.position, id(10));
});

test("if something may be missing, the place is marked and can be filled", () => {
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

test("a gap stays open until it is filled, and older history goes before it", () => {
  welcome();
  chat.receive(message(20, "bob", "old"));
  chat.disconnected();
  welcome({ position: id(99), history: [message(98, "bob", "new")] });
  const [ask] = chat.loadGap(lobby(), lobby().entries[1]);
  chat.receive({ type: "history", room: "lobby", messages: [message(90, "bob", "late")], more: true, ref: ask.ref });
  chat.receive({ type: "history", room: "lobby", messages: [message(3, "bob", "ancient")], more: false });
  assert.deepEqual(texts(), ["ancient", "old", "gap", "late", "new"]);
});

test("history that reaches what is known leaves no gap", () => {
  welcome();
  chat.receive(message(11, "bob", "known"));
  chat.disconnected();
  welcome({ position: id(12), history: [message(11, "bob", "known"), message(12, "bob", "new")] });
  assert.deepEqual(texts(), ["known", "new"]);
});

test("a server with another journal: what was there stays, and is not mixed up", () => {
  welcome();
  chat.receive(message(40, "bob", "old"));
  chat.disconnected();
  welcome({ position: id(2), history: [message(1, "bob", "new"), message(2, "bob", "newer")] });
  assert.deepEqual(texts(), ["old", "gap", "new", "newer"]);
  assert.equal(chat.position, id(2));
  chat.receive(message(40, "bob", "the same id"));
  assert.equal(texts().at(-1), "the same id");
});

test("scrolling back asks for what is before the first message, once at a time", () => {
  welcome({ history: [message(5, "bob", "x")] });
  const [ask] = chat.loadOlder(lobby());
  assert.deepEqual([ask.type, ask.room, ask.before], ["history", "lobby", id(5)]);
  assert.deepEqual(chat.loadOlder(lobby()), []);
  chat.receive({ type: "history", room: "lobby", messages: [message(4, "bob", "w")], more: false, ref: ask.ref });
  assert.deepEqual(texts(), ["w", "x"]);
  assert.deepEqual(chat.loadOlder(lobby()), [], "that was all");
});

test("history that cannot be read is asked for again, but not at once", () => {
  welcome({ history: [message(5, "bob", "x")] });
  const [ask] = chat.loadOlder(lobby());
  const [effect] = chat.receive({ type: "error", ref: ask.ref, code: "store", text: "no" });
  assert.equal(effect.effect, "historyFailed");
  assert.deepEqual(chat.loadOlder(lobby()), []);
});

test("people come, go and change their names, in one line while nobody speaks", () => {
  welcome();
  chat.receive({ type: "joined", room: "lobby", nick: "carol", id: id(11), time: iso(11) });
  chat.receive({ type: "joined", room: "lobby", nick: "dave", id: id(12), time: iso(12) });
  chat.receive({ type: "left", room: null, nick: "carol", id: id(13), time: iso(13) });
  assert.deepEqual(lobby().members, ["bob", "dave", "me"]);
  assert.equal(lobby().entries.length, 1);
  chat.receive({ type: "renamed", from: "dave", to: "eve" });
  assert.deepEqual(lobby().members, ["bob", "eve", "me"]);
  chat.receive({ type: "left", room: "garden", nick: "bob" });
  assert.ok(lobby().members.includes("bob"), "another room is not ours");
});

test("after a storm it asks who is here", () => {
  welcome();
  const [effect] = chat.receive({ type: "joined", room: "lobby", nicks: ["a", "b"], count: 50 });
  assert.equal(effect.effect, "refreshMembers");
  assert.deepEqual(lobby().entries[0].changes.at(-1), { change: "joined", count: 48 });
});

test("a private message has a conversation of its own and is urgent", () => {
  welcome();
  const [alert] = chat.receive({ type: "dm", id: id(11), time: iso(11), from: "bob", to: "me", text: "psst" });
  assert.equal(alert.conversation.key, "@bob");
  assert.equal(chat.conversations.get("@bob").unread, 1);
  assert.deepEqual(texts(), []);
  const [frame] = chat.send(chat.conversations.get("@bob"), "what?");
  assert.deepEqual([frame.type, frame.to], ["dm", "bob"]);
  chat.receive({ type: "dm", id: id(12), time: iso(12), from: "me", to: "bob", text: "what?" });
  assert.deepEqual(texts(chat.conversations.get("@bob")), ["psst", "what?"]);
});

test("a private conversation follows the other's name", () => {
  welcome();
  chat.receive({ type: "dm", id: id(11), time: iso(11), from: "bob", to: "me", text: "psst" });
  chat.select("@bob");
  chat.receive({ type: "renamed", from: "bob", to: "Robert" });
  assert.equal(chat.currentKey, "@robert");
  assert.equal(chat.current.name, "Robert");
});

test("entering a room: its topic, people and history come before one's own arrival", () => {
  welcome();
  const [ask] = chat.join("Garden");
  chat.receive({ type: "topic", room: "garden", text: "flowers" });
  chat.receive({ type: "who", room: "garden", members: ["me", "zoe"], away: {}, count: 2 });
  chat.receive({ type: "history", room: "garden", messages: [message(4, "zoe", "hi", { room: "garden" })], more: true });
  chat.receive({ type: "joined", room: "garden", nick: "me", id: id(12), time: iso(12) });
  chat.receive({ type: "ok", ref: ask.ref, id: id(12) });
  assert.equal(chat.currentKey, "#garden");
  assert.equal(chat.current.topic, "flowers");
  assert.deepEqual(chat.current.members, ["me", "zoe"]);
  assert.deepEqual(texts(chat.current), ["hi"]);
  assert.deepEqual(chat.join("GARDEN"), [], "one is there already");
});

test("whoever asked to enter a room is told whether they did, where they asked", () => {
  welcome();
  let [ask] = chat.join("a b");
  const refusal = { type: "error", ref: ask.ref, code: "room_invalid", text: "no space" };
  assert.deepEqual(chat.receive(refusal), [{ effect: "joinRefused", text: "no space" }]);
  assert.deepEqual(texts(), [], "it is shown where it was asked for, and there alone");
  [ask] = chat.join("garden");
  assert.deepEqual(chat.receive({ type: "joined", room: "garden", nick: "me", id: id(12) }), [{ effect: "joined" }]);
  [ask] = chat.join("Ｇarden ß");
  assert.deepEqual(chat.receive({ type: "notice", ref: ask.ref, text: "in it already" }), [{ effect: "joined" }]);
  assert.equal(chat.joining, false);
});

test("leaving a room shows the one before", () => {
  welcome({ rooms: ["lobby", "garden"] });
  chat.select("#garden");
  chat.receive({ type: "left", room: "garden", nick: "me", id: id(12) });
  assert.equal(chat.currentKey, "#lobby");
  assert.ok(!chat.conversations.has("#garden"));
});

test("a room that was left can be come back to, until one goes on elsewhere", () => {
  welcome({ rooms: ["lobby", "garden", "tea"] });
  chat.select("#garden");
  chat.receive({ type: "left", room: "garden", nick: "me", id: id(12) });
  assert.equal(chat.leftConversation.name, "garden");
  const [ask] = chat.returnToLeft();
  assert.deepEqual([ask.type, ask.room], ["join", "garden"]);
  chat.receive({ type: "joined", room: "garden", nick: "me", id: id(13) });
  assert.equal(chat.currentKey, "#garden");
  assert.equal(chat.leftConversation, null);
  for (const go of [() => chat.select("#tea"), () => chat.send(lobby(), "well")]) {
    chat.select("#lobby");
    chat.leave(chat.open("room", "garden").key);
    assert.ok(chat.leftConversation);
    go();
    assert.equal(chat.leftConversation, null);
  }
});

test("a private conversation that was closed comes back with what was said", () => {
  welcome();
  const psst = { type: "dm", id: id(11), time: iso(11), from: "bob", to: "me", text: "psst" };
  chat.receive(psst);
  chat.leave("@bob");
  assert.deepEqual(chat.returnToLeft(), []);
  assert.deepEqual(texts(chat.current), ["psst"]);
  chat.leave("@bob");
  chat.receive({ ...psst, id: id(12), text: "still there?" });
  assert.deepEqual(texts(chat.conversations.get("@bob")), ["psst", "still there?"]);
  assert.equal(chat.leftConversation, null);
});

test("rooms that the server forgot are joined again", () => {
  welcome({ rooms: ["lobby", "garden"] });
  chat.disconnected();
  const frames = sent(welcome({ rooms: ["lobby"], recovered: true }));
  assert.ok(frames.some(({ type, room }) => type === "join" && room === "garden"));
});

test("a name that is taken on the way in is told, and one comes in as a guest", () => {
  chat.chosenNick = "bob";
  const [effect] = chat.receive({ type: "error", code: "nick_taken", text: "taken" });
  assert.deepEqual(effect, { effect: "nickRefused", text: "taken", nick: "bob", taken: true });
  assert.equal(chat.chosenNick, "bob", "to be asked for again next time");
});

test("a name that is refused leaves one the former", () => {
  chat.chosenNick = "me";
  welcome();
  const ask = chat.changeNick("bob");
  const [effect] = chat.receive({ type: "error", ref: ask.ref, code: "nick_taken", text: "taken" });
  assert.equal(effect.effect, "nickRefused");
  assert.equal(chat.chosenNick, "me");
});

test("a reload keeps private conversations, what waits, and who one is", () => {
  welcome();
  chat.receive({ type: "dm", id: id(11), time: iso(11), from: "bob", to: "me", text: "psst" });
  chat.send(lobby(), "on its way");
  chat.disconnected();
  chat.send(chat.conversations.get("@bob"), "not yet sent");
  const kept = JSON.parse(JSON.stringify(takeSnapshot(chat)));
  chat = new Chat({ now: () => NOON });
  restoreSnapshot(chat, kept);
  assert.equal(chat.connectQuery().session, "s3cret");
  assert.equal(chat.connectQuery().since, id(11));
  assert.deepEqual(texts(chat.conversations.get("@bob")), ["psst", "not yet sent"]);
  assert.equal(lobby().entries[0].status, "unconfirmed");
  assert.equal(chat.conversations.get("@bob").entries[1].status, "queued");
});

test("a search is of one room, and says if there is more than it found", () => {
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

test("after a reload the history is asked for", () => {
  restoreSnapshot(chat, { session: "s", position: id(9), nick: "me" });
  const frames = sent(welcome({ recovered: true }));
  assert.ok(frames.some(({ type, room }) => type === "history" && room === "lobby"));
});

test("a room that nobody reads back in does not grow for ever", () => {
  welcome();
  chat.viewingLatest = true;
  for (let n = 11; n < 1000; n += 1) chat.receive(message(n, "bob", "x"));
  assert.ok(lobby().entries.length <= 600);
  assert.ok(lobby().hasOlder);
});

test("frames that are not known are passed over", () => {
  assert.deepEqual(chat.receive({ type: "constructor" }), []);
  assert.deepEqual(chat.receive({ type: "tomorrow" }), []);
  assert.deepEqual(chat.receive({}), []);
});

test("the length of a message is that of its bytes", () => {
  assert.ok(!isTooLong("x".repeat(4096)));
  assert.ok(isTooLong("ü".repeat(2049)));
});

test("away is told of those here and forgotten when they are back", () => {
  welcome();
  chat.receive({ type: "away", nick: "bob", text: "lunch" });
  assert.equal(chat.awayTexts.get("bob"), "lunch");
  chat.receive({ type: "away", nick: "bob", text: "" });
  assert.equal(chat.awayTexts.has("bob"), false);
});

test("a topic that somebody sets is told, one that is asked for is answered", () => {
  welcome();
  chat.receive({ type: "topic", room: "lobby", from: "bob", text: "tea", id: id(11), time: iso(11) });
  assert.equal(lobby().topic, "tea");
  assert.equal(lobby().entries[0].kind, "topic");
  const ask = chat.command("\\topic");
  assert.equal(ask.room, "lobby");
  chat.receive({ type: "topic", room: "lobby", text: "tea", ref: ask.ref });
  assert.match(lobby().entries[1].text, /tea/u);
});

test("refusals and notices are for this person alone, in the open conversation", () => {
  welcome({ motd: ["Be kind."] });
  chat.receive({ type: "notice", text: "one\ntwo" });
  chat.receive({ type: "error", code: "no_such_command", text: "no such command: \\x" });
  assert.deepEqual(texts(), ["Be kind.", "one\ntwo", "no such command: \\x"]);
  assert.ok(rowsOf(lobby()).length > 0);
});

test("who has left is not here until the next welcome", () => {
  welcome();
  chat.send(lobby(), "on its way");
  chat.disconnected({ quit: true });
  assert.equal(chat.quit, true);
  assert.equal(lobby().entries[0].status, "unconfirmed");
  welcome({ recovered: true });
  assert.equal(chat.quit, false);
});

test("in no room, what is for this person alone is told by the page", () => {
  welcome();
  chat.receive({ type: "left", room: "lobby", nick: "me", id: id(12) });
  assert.equal(chat.current, null);
  assert.deepEqual(chat.receive({ type: "notice", text: "one" }), [{ effect: "notice", text: "one", error: false }]);
  const refused = chat.receive({ type: "error", code: "usage", text: "no" });
  assert.deepEqual(refused.at(-1), { effect: "notice", text: "no", error: true });
});

test("what somebody says comes after their arrival, and history before it", () => {
  welcome();
  chat.receive({ type: "joined", room: "lobby", nick: "zoe", id: id(11), time: iso(11) });
  chat.receive(message(12, "zoe", "hello"));
  chat.receive({ type: "history", room: "lobby", messages: [message(4, "bob", "earlier")] });
  assert.deepEqual(texts(), ["earlier", "presence", "hello"]);
});
