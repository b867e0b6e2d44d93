// Messages: sending, confirming, unread counts and direct conversations.

import assert from "node:assert/strict";
import { test } from "node:test";

import { firstFrames } from "../../twisted_chat/web/connect_query.js";
import { retryMessage, sendMessage } from "../../twisted_chat/web/outgoing.js";
import { rowsOf } from "../../twisted_chat/web/rows.js";
import { restoreSnapshot, takeSnapshot } from "../../twisted_chat/web/snapshot.js";
import { chat, id, iso, lobby, message, newChat, sentFrames, texts, unspoken, welcome } from "./chat_fixture.mjs";

test("a message is shown once, in the order of the ids", () => {
  welcome();
  chat.receive(message(12, "bob", "b"));
  chat.receive(message(13, "bob", "c"));
  chat.receive(message(12, "bob", "b"));
  chat.receive({ type: "history", room: "lobby", messages: [message(11, "bob", "a"), message(12, "bob", "b")] });
  assert.deepEqual(texts(), ["a", "b", "c"]);
});

test("messages are unread until their conversation is looked at, and mentions notify", () => {
  welcome();
  assert.deepEqual(unspoken(chat.receive(message(12, "bob", "hello"))), []);
  const [alert] = chat.receive(message(13, "bob", "hello @me"));
  assert.equal(alert.effect, "notify");
  assert.equal(chat.unreadTotal().count, 2);
  assert.equal(lobby().mentions, 1);
  assert.equal(lobby().firstUnreadKey, id(12));
  chat.markRead();
  assert.equal(chat.unreadTotal().count, 2, "the conversation is not in view");
  chat.viewingLatest = true;
  chat.markRead();
  assert.equal(chat.unreadTotal().count, 0);
  assert.deepEqual(unspoken(chat.receive(message(14, "bob", "@me again"))), [{ effect: "remember", directs: false }]);
  assert.equal(chat.unreadTotal().count, 0);
});

test("an own message is shown at once and confirmed by its echo", () => {
  welcome();
  const [frame] = sendMessage(chat, lobby(), "hi");
  assert.deepEqual(frame, { type: "message", room: "lobby", text: "hi", ref: frame.ref });
  const { key } = lobby().entries[0];
  assert.equal(lobby().entries[0].status, "sending");
  chat.receive(message(11, "me", "hi"));
  chat.receive({ type: "ok", ref: frame.ref, id: id(11) });
  assert.equal(lobby().entries.length, 1);
  assert.equal(lobby().entries[0].status, undefined);
  assert.equal(lobby().entries[0].key, key, "the same line on the screen");
});

test("the reply may come before the echo, and the word filter may change the text", () => {
  welcome();
  const [frame] = sendMessage(chat, lobby(), "darn");
  chat.receive({ type: "ok", ref: frame.ref, id: id(11) });
  chat.receive(message(11, "me", "****"));
  assert.deepEqual(texts(), ["****"]);
});

test("a message that is not stored fails, and can be retried", () => {
  welcome();
  const [frame] = sendMessage(chat, lobby(), "hi");
  chat.receive({ type: "error", ref: frame.ref, code: "store", text: "the disk is full" });
  const [entry] = lobby().entries;
  assert.equal(entry.status, "failed");
  assert.equal(entry.problem, "the disk is full");
  const [again] = retryMessage(chat, lobby(), entry);
  assert.equal(again.text, "hi");
  chat.receive(message(12, "me", "hi"));
  assert.deepEqual(texts(), ["hi"]);
  assert.equal(lobby().entries[0].status, undefined);
});

test("a failed message does not advise to type a command", () => {
  welcome();
  const [frame] = sendMessage(chat, lobby(), "hi");
  const reason = "nobody here is called bob";
  const text = `${reason} (try \\who)`;
  chat.receive({ type: "error", ref: frame.ref, code: "no_such_nick", text, reason });
  assert.equal(lobby().entries[0].problem, reason);
});

test("what is shown at a form does not advise to type a command, and the answer to one does", () => {
  welcome();
  const refuse = ({ ref }, error) => chat.receive({ type: "error", ref, ...error })[0];
  const refusals = [
    ["no_such_nick", "nobody is called bob", "nobody is called bob (try \\who)"],
    ["usage", undefined, "usage: \\room key WORD"],
    ["usage", undefined, "a key has 1 to 32 characters"],
  ];
  for (const [code, reason, text] of refusals) {
    const [error, shown] = [{ code, reason, text }, reason ?? text];
    assert.equal(refuse(chat.changeNick("bob"), error).text, shown);
    assert.equal(refuse(chat.commandOf({}, "\\room key x y", "lobby"), error).problem, shown);
    assert.equal(refuse(chat.command("\\foo"), error).text, text);
  }
});

test("where the page has a form for what the server would have typed, it names that", () => {
  welcome();
  const [frame] = sendMessage(chat, lobby(), "hi");
  const text = "log in first: \\login NAME PASSWORD, or \\register PASSWORD";
  const refused = { type: "error", ref: frame.ref, code: "account_required", text, reason: "log in first" };
  chat.receive(refused);
  const { problem } = lobby().entries[0];
  assert.match(problem, /^log in first: .*Name and settings/u);
  assert.doesNotMatch(problem, /\\/u);
});

test("of two messages, the refused one fails", () => {
  welcome();
  const [first] = sendMessage(chat, lobby(), "one");
  sendMessage(chat, lobby(), "two");
  chat.receive(message(11, "me", "two"));
  chat.receive({ type: "error", ref: first.ref, code: "store", text: "no" });
  assert.deepEqual(lobby().entries.map(({ text, status }) => [text, status]), [
    ["two", undefined],
    ["one", "failed"],
  ]);
});

test("a message written offline is queued and sent later", () => {
  welcome();
  chat.disconnected();
  assert.deepEqual(sendMessage(chat, lobby(), "later"), []);
  assert.equal(lobby().entries[0].status, "queued");
  welcome({ recovered: true });
  assert.equal(lobby().entries[0].status, "queued", "held until the missed events have come");
  const barrier = chat.syncBarrier(true);
  const [frame] = sentFrames(chat.receive({ ...barrier, type: "who", room: "lobby", members: ["me"], away: {} }));
  assert.equal(frame.text, "later");
});

test("a message whose confirmation was lost is not sent twice", () => {
  welcome();
  sendMessage(chat, lobby(), "stored");
  sendMessage(chat, lobby(), "lost");
  chat.disconnected();
  welcome({ recovered: true, position: id(12) });
  chat.receive(message(11, "me", "stored"));
  const frames = sentFrames(chat.receive({ ...chat.syncBarrier(true), type: "who", room: "lobby", members: [] }));
  assert.deepEqual(frames.map(({ text }) => text), ["lost"]);
});

test("a guest's message is not sent twice after a reconnect under another nickname", () => {
  welcome({ nick: "guest_1" });
  sendMessage(chat, lobby(), "stored");
  chat.disconnected();
  welcome({ nick: "guest_2", recovered: true, position: id(12) });
  chat.receive(message(11, "guest_1", "stored"));
  assert.deepEqual(sentFrames(chat.receive({ ...chat.syncBarrier(true), type: "who", room: "lobby", members: [] })), []);
  assert.equal(lobby().entries.length, 1);
  assert.equal(lobby().unread, 0);
});

test("without replay an unconfirmed message fails, and a queued one is sent", () => {
  welcome();
  sendMessage(chat, lobby(), "perhaps");
  chat.disconnected();
  welcome({ position: id(500) });
  sendMessage(chat, lobby(), "later");
  const frames = sentFrames(chat.receive({ ...chat.syncBarrier(false), type: "who", room: "lobby", members: [] }));
  assert.deepEqual(frames.map(({ text }) => text), ["later"]);
  assert.equal(lobby().entries.find(({ text }) => text === "perhaps").status, "failed");
});

test("a direct message opens a conversation and notifies", () => {
  welcome();
  const [, alert] = chat.receive({ type: "dm", id: id(11), time: iso(11), from: "bob", to: "me", text: "psst" });
  assert.equal(alert.conversation.key, "@bob");
  assert.equal(chat.conversations.get("@bob").unread, 1);
  assert.deepEqual(texts(), []);
  const [frame] = sendMessage(chat, chat.conversations.get("@bob"), "what?");
  assert.deepEqual([frame.type, frame.to], ["dm", "bob"]);
  chat.receive({ type: "dm", id: id(12), time: iso(12), from: "me", to: "bob", text: "what?" });
  assert.deepEqual(texts(chat.conversations.get("@bob")), ["psst", "what?"]);
});

test("a direct conversation continues under the other's new nickname", () => {
  welcome();
  chat.receive({ type: "dm", id: id(11), time: iso(11), from: "bob", to: "me", text: "psst" });
  chat.select("@bob");
  chat.receive({ type: "renamed", from: "bob", to: "Robert" });
  assert.equal(chat.currentKey, "@robert");
  assert.equal(chat.current.name, "Robert");
});

test("a closed direct conversation is reopened with its messages", () => {
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

test("a snapshot keeps pending messages and the session", () => {
  welcome();
  chat.receive({ type: "dm", id: id(11), time: iso(11), from: "bob", to: "me", text: "psst" });
  sendMessage(chat, lobby(), "on its way");
  chat.disconnected();
  sendMessage(chat, chat.conversations.get("@bob"), "not yet sent");
  chat.select(chat.open("dm", "carl").key);
  const kept = JSON.parse(JSON.stringify(takeSnapshot(chat)));
  newChat();
  restoreSnapshot(chat, kept);
  assert.deepEqual(firstFrames(chat), [{ type: "resume", session: "s3cret", since: id(11) }]);
  assert.equal(lobby().entries[0].status, "unconfirmed");
  assert.equal(chat.conversations.get("@bob").entries[0].status, "queued");
  assert.equal(chat.current.name, "carl");
});

test("after a member has left, the same name in a direct conversation starts a group", () => {
  welcome();
  chat.receive(message(11, "bob", "one", { type: "dm", to: "me" }));
  chat.receive({ type: "left", room: null, nick: "bob", id: id(12), time: iso(12) });
  chat.receive(message(13, "bob", "two", { type: "dm", to: "me" }));
  const rows = rowsOf(chat.conversations.get("@bob"));
  assert.deepEqual(rows.map(({ kind }) => kind), ["day", "new", "dm", "presence", "dm"]);
  assert.ok(rows.at(-1).groupStart);
  chat.receive({ type: "left", room: null, nick: "carol", id: id(14), time: iso(14) });
  assert.ok(!chat.conversations.has("@carol"));
});
