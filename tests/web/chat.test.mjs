// The state of the chat, frame by frame: rooms, members, nicknames and notices.

import assert from "node:assert/strict";
import { test } from "node:test";

import { connectQuery, firstFrames } from "../../twisted_chat/web/connect_query.js";
import { sendMessage } from "../../twisted_chat/web/outgoing.js";
import { rowsOf } from "../../twisted_chat/web/rows.js";
import { chat, id, iso, lobby, message, sentFrames, texts, unspoken, welcome } from "./chat_fixture.mjs";

test("the welcome brings the room, its members and its history", () => {
  welcome({ history: [message(1, "bob", "one"), message(2, "bob", "two")], away: { bob: "lunch" } });
  assert.equal(chat.nick, "me");
  assert.equal(chat.currentKey, "#lobby");
  assert.deepEqual(lobby().members, ["bob", "me"]);
  assert.equal(chat.awayTexts.get("bob"), "lunch");
  assert.deepEqual(texts(), ["one", "two"]);
  assert.equal(lobby().unread, 0, "history is not news");
});

test("the connect query has the nickname and rooms, and no secret", () => {
  assert.deepEqual(connectQuery(chat), { format: "json" });
  assert.deepEqual(firstFrames(chat), []);
  chat.chosenNick = "me";
  welcome({ rooms: ["lobby", "garden"] });
  chat.receive(message(12, "bob", "x"));
  assert.deepEqual(connectQuery(chat), {
    ...{ format: "json", nick: "me", resume: "1", rooms: "garden,lobby" },
  });
  assert.deepEqual(firstFrames(chat), [{ type: "resume", session: "s3cret", since: id(12) }]);
});

test("without a session, what was missed is asked for in the query", () => {
  welcome();
  chat.session = "";
  assert.equal(connectQuery(chat).since, chat.position);
  assert.equal(connectQuery(chat).resume, undefined);
  assert.deepEqual(firstFrames(chat), []);
});

test("presence changes update the members and share one entry", () => {
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

test("bulk presence asks for the members of the room", () => {
  welcome();
  const [effect] = chat.receive({ type: "joined", room: "lobby", nicks: ["a", "b"], count: 50 });
  assert.equal(effect.effect, "refreshMembers");
  assert.deepEqual(lobby().entries[0].changes.at(-1), { change: "joined", count: 48 });
});

test("the topic, members and history of a joined room come before the own arrival", () => {
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
  assert.deepEqual(chat.join("GARDEN"), [], "the user is a member already");
});

test("the reply to a join reaches whoever asked, and only there", () => {
  welcome();
  const [invalid] = chat.join("a b");
  const refusal = { type: "error", ref: invalid.ref, code: "room_invalid", text: "no space" };
  assert.deepEqual(chat.receive(refusal), [{ effect: "joinRefused", text: "no space", atForm: "no space" }]);
  assert.deepEqual(texts(), [], "it is not shown in the conversation");
  chat.join("garden");
  assert.deepEqual(chat.receive({ type: "joined", room: "garden", nick: "me", id: id(12) }), [{ effect: "joined" }]);
  const [known] = chat.join("Ｇarden ß");
  const notice = { type: "notice", ref: known.ref, text: "in it already" };
  assert.deepEqual(unspoken(chat.receive(notice)), [{ effect: "joined" }]);
  assert.equal(chat.joining, false);
});

test("leaving a room shows the last one", () => {
  welcome({ rooms: ["lobby", "garden"] });
  chat.select("#garden");
  chat.receive({ type: "left", room: "garden", nick: "me", id: id(12) });
  assert.equal(chat.currentKey, "#lobby");
  assert.ok(!chat.conversations.has("#garden"));
});

test("a room just left can be joined again until the user moves on", () => {
  welcome({ rooms: ["lobby", "garden", "tea"] });
  chat.select("#garden");
  chat.receive({ type: "left", room: "garden", nick: "me", id: id(12) });
  assert.equal(chat.leftConversation.name, "garden");
  const [ask] = chat.returnToLeft();
  assert.deepEqual([ask.type, ask.room], ["join", "garden"]);
  chat.receive({ type: "joined", room: "garden", nick: "me", id: id(13) });
  assert.equal(chat.currentKey, "#garden");
  assert.equal(chat.leftConversation, null);
  for (const go of [() => chat.select("#tea"), () => sendMessage(chat, lobby(), "well")]) {
    chat.select("#lobby");
    chat.leave(chat.open("room", "garden").key);
    assert.ok(chat.leftConversation);
    go();
    assert.equal(chat.leftConversation, null);
  }
});

test("rooms that the server does not know of are joined again", () => {
  welcome({ rooms: ["lobby", "garden"] });
  chat.disconnected();
  const frames = sentFrames(welcome({ rooms: ["lobby"], recovered: true }));
  assert.ok(frames.some(({ type, room }) => type === "join" && room === "garden"));
});

test("a nickname taken at the connect is reported and kept for the next attempt", () => {
  chat.chosenNick = "bob";
  const [effect] = chat.receive({ type: "error", code: "nick_taken", text: "taken" });
  assert.deepEqual(effect, { effect: "nickRefused", text: "taken", nick: "bob", taken: true });
  assert.equal(chat.chosenNick, "bob", "to be asked for again next time");
});

test("a refused nickname leaves the previous one", () => {
  chat.chosenNick = "me";
  welcome();
  const ask = chat.changeNick("bob");
  const [effect] = chat.receive({ type: "error", ref: ask.ref, code: "nick_taken", text: "taken" });
  assert.equal(effect.effect, "nickRefused");
  assert.equal(chat.chosenNick, "me");
});

test("unknown frames are ignored", () => {
  assert.deepEqual(chat.receive({ type: "constructor" }), []);
  assert.deepEqual(chat.receive({ type: "tomorrow" }), []);
  assert.deepEqual(chat.receive({}), []);
});

test("an away text is set and cleared", () => {
  welcome();
  chat.receive({ type: "away", nick: "bob", text: "lunch" });
  assert.equal(chat.awayTexts.get("bob"), "lunch");
  chat.receive({ type: "away", nick: "bob", text: "" });
  assert.equal(chat.awayTexts.has("bob"), false);
});

test("a topic that is set becomes an entry, one that was asked for a notice", () => {
  welcome();
  chat.receive({ type: "topic", room: "lobby", from: "bob", text: "tea", id: id(11), time: iso(11) });
  assert.equal(lobby().topic, "tea");
  assert.equal(lobby().entries[0].kind, "topic");
  const ask = chat.command("\\topic");
  assert.equal(ask.room, "lobby");
  chat.receive({ type: "topic", room: "lobby", text: "tea", ref: ask.ref });
  assert.match(lobby().entries[1].text, /tea/u);
});

test("errors and notices are shown in the current conversation", () => {
  welcome({ motd: ["Be kind."] });
  chat.receive({ type: "notice", text: "one\ntwo" });
  chat.receive({ type: "error", code: "no_such_command", text: "no such command: \\x" });
  assert.deepEqual(texts(), ["Be kind.", "one\ntwo", "no such command: \\x"]);
  assert.ok(rowsOf(lobby()).length > 0);
});

test("a user who quit is back with the next welcome", () => {
  welcome();
  sendMessage(chat, lobby(), "on its way");
  chat.disconnected({ quit: true });
  assert.equal(chat.quit, true);
  assert.equal(lobby().entries[0].status, "unconfirmed");
  welcome({ recovered: true });
  assert.equal(chat.quit, false);
});

test("without a conversation notices are effects", () => {
  welcome();
  chat.receive({ type: "left", room: "lobby", nick: "me", id: id(12) });
  assert.equal(chat.current, null);
  assert.deepEqual(chat.receive({ type: "notice", text: "one" }), [{ effect: "notice", text: "one", error: false }]);
  const refused = chat.receive({ type: "error", code: "usage", text: "no" });
  assert.deepEqual(refused.at(-1), { effect: "notice", text: "no", error: true });
});

test("it is known which members are registered, through renames, logins and departures", () => {
  welcome({ members: ["me", "bob", "eve"], accounts: { bob: "robert" } });
  const known = () => ["bob", "rob", "eve", "carol"].map((nick) => chat.accountOf(nick));
  assert.deepEqual(known(), ["robert", "", "", ""]);
  chat.receive({ type: "renamed", id: id(11), from: "bob", to: "Rob" });
  assert.deepEqual(known(), ["", "robert", "", ""]);
  chat.receive({ type: "joined", id: id(12), room: "lobby", nick: "carol", account: "carol" });
  chat.receive({ type: "account", id: id(13), nick: "eve", account: "eve" });
  assert.deepEqual(known(), ["", "robert", "eve", "carol"]);
  chat.receive({ type: "account", id: id(14), nick: "eve", account: null });
  chat.receive({ type: "left", id: id(15), room: null, nick: "carol" });
  chat.receive({ type: "joined", id: id(16), room: "lobby", nick: "carol", account: null });
  assert.deepEqual(known(), ["", "robert", "", ""]);
  chat.receive({ type: "who", room: "lobby", members: ["me", "rob"], count: 2, away: {}, accounts: {} });
  assert.deepEqual(known(), ["", "", "", ""]);
});
