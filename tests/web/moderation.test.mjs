// Frames about order in rooms, and what a user may do there.

import assert from "node:assert/strict";
import { test } from "node:test";

import { durationText, moderationText } from "../../twisted_chat/web/moderation_texts.js";
import { nameItems } from "../../twisted_chat/web/on_demand/menu_items.js";
import { enteredOf, settingCommands, severalWordsIn } from "../../twisted_chat/web/on_demand/setting_commands.js";
import { retryMessage, sendMessage } from "../../twisted_chat/web/outgoing.js";
import { strings } from "../../twisted_chat/web/strings.js";
import { withLocalTimes } from "../../twisted_chat/web/time.js";
import { chat, id, iso, lobby, texts, welcome } from "./chat_fixture.mjs";
import { ROUTE_LIST } from "./routes_fixture.mjs";

const route = (name) => ({ name, usage: "NAME", summary: "", aliases: [] });
const routes = [...ROUTE_LIST, route("whois"), route("kick"), route("room")];
const frame = (type, more) => ({ type, id: id(20), time: iso(20), by: "alice", ...more });
const receive = (type, more) => chat.receive(frame(type, more));
const say = (type, more) => moderationText(frame(type, more));
const OPEN = { private: false, quiet: false, hidden: false, key: "", limit: null, topic: "all" };
const settings = (more) => ({ type: "room", room: "lobby", by: null, ...OPEN, ...more });
const actionsFor = (nick, room = lobby()) => nameItems(chat, nick, room).flat().map(({ action }) => action);

test("each act is said in plain English", () => {
  assert.equal(say("kicked", { room: "tea", nick: "bob", text: "spam" }), "alice kicked bob (spam)");
  assert.equal(say("kicked", { room: "tea", nick: "bob", text: "" }), "alice kicked bob");
  assert.equal(say("muted", { room: "tea", nick: "bob", for: "10m" }), "alice muted bob for 10 minutes");
  assert.equal(say("muted", { room: null, nick: "bob", for: null }), "alice muted bob");
  assert.equal(say("unmuted", { room: "tea", nick: "bob" }), "alice unmuted bob");
  const ban = { nick: "bob", for: "2h", text: "spam" };
  assert.equal(say("banned", { room: null, ...ban }), "alice banned bob for 2 hours (spam)");
  assert.equal(say("banned", { room: "tea", nick: "bob", for: "1d" }), "alice banned bob from #tea for 1 day");
  assert.equal(say("unbanned", { room: "tea", nick: "bob" }), "alice unbanned bob from #tea");
});

test("each change of a room is said in plain English", () => {
  const change = (more) => say("room", { room: "tea", ...more });
  assert.equal(change({ private: true }), "alice made #tea private");
  assert.equal(change({ private: false }), "alice made #tea public");
  assert.equal(change({ quiet: false }), "alice made #tea open");
  assert.equal(change({ outside: true }), "alice let those outside talk in #tea");
  assert.equal(change({ private: true, topic: "all" }), "alice made #tea private, let all set the topic of #tea");
  assert.equal(change({ hidden: false }), "alice made #tea listed");
  assert.equal(change({ key: true }), "alice set a key for #tea");
  assert.equal(change({ limit: 5 }), "alice set the limit of #tea to 5");
  assert.equal(change({ limit: null }), "alice removed the limit of #tea");
  assert.equal(change({ topic: "operators" }), "alice let only operators set the topic of #tea");
  assert.equal(change({ topic: "all" }), "alice let all set the topic of #tea");
  assert.equal(change({ nick: "bob", operator: true }), "alice made bob a room operator");
  assert.equal(change({ nick: "bob", voice: false }), "alice removed voice from bob");
  assert.equal(change({ nick: "bob", exception: true }), "alice excepted bob from the bans of #tea");
  assert.equal(change({ nick: "bob", exception: false }), "alice removed the exception for bob from the bans of #tea");
  assert.equal(change({ nick: "bob", invite_exception: true }), "alice let bob into #tea without an invitation");
  assert.equal(change({ nick: "bob", invite_exception: false }), "alice let bob into #tea only by invitation");
  assert.equal(change({ future: 1 }), "alice changed #tea");
});

test("durations have a unit, and one that is not known stays as it is", () => {
  assert.deepEqual(["30s", "1m", "2h", "7d", "soon"].map(durationText), [
    ...["30 seconds", "1 minute", "2 hours", "7 days", "soon"],
  ]);
});

test("someone else who is kicked is out of the list of members, and the room sees why", () => {
  welcome();
  receive("kicked", { room: "lobby", nick: "bob", text: "" });
  assert.deepEqual(lobby().members, ["me"]);
  assert.equal(lobby().entries.at(-1).text, "alice kicked bob");
});

test("whoever is kicked leaves the room, which is offered again", () => {
  welcome({ rooms: ["lobby", "tea"], room: "tea" });
  const effects = receive("kicked", { room: "tea", nick: "me", text: "" });
  assert.deepEqual(chat.rooms().map(({ name }) => name), ["lobby"]);
  const left = chat.leftConversation;
  assert.equal(left.name, "tea");
  assert.deepEqual(left.removal, { text: "You were kicked from #tea by alice.", mayReturn: true });
  assert.ok(effects.some(({ effect }) => effect === "left"));
});

test("whoever is banned from a room reads until when, and is not offered to return", () => {
  welcome({ rooms: ["lobby", "tea"], room: "tea" });
  receive("banned", { room: "tea", nick: "me", for: "2h", text: "spam" });
  const text = "You were banned from #tea for 2 hours by alice (spam).";
  assert.deepEqual(chat.leftConversation.removal, { text, mayReturn: false });
});

test("until when somebody is muted or banned is said in the reader's time, wherever the server says it", () => {
  welcome();
  const said = "bob by alice until 2026-11-27 10:05 UTC";
  const local = withLocalTimes(said);
  assert.notEqual(local, said);
  chat.receive({ type: "notice", text: said });
  chat.receive({ type: "error", code: "muted", text: said });
  assert.deepEqual(texts(), [local, local]);
  const { ref } = chat.whois("bob");
  assert.deepEqual(chat.receive({ type: "notice", ref, text: said }), [{ effect: "whois", nick: "bob", lines: [local] }]);
});

test("whoever is banned from the chat sends nothing until it is over", () => {
  const banned = "you are banned until tomorrow";
  const problem = "You are banned until tomorrow.";
  const send = (said) => sendMessage(chat, lobby(), said);
  const states = () => lobby().entries.map(({ text: said, status, problem: why }) => [said, status, why]);
  welcome();
  send("under way");
  chat.disconnected();
  send("waiting");
  chat.wasBanned(banned);
  assert.deepEqual(send("later"), []);
  assert.deepEqual(states(), [
    ["under way", "failed", strings.mayNotHaveArrived],
    ["waiting", "failed", problem],
    ["later", "failed", problem],
  ]);
  assert.deepEqual(retryMessage(chat, lobby(), lobby().entries[1]), []);
  assert.deepEqual(states().at(-1), ["waiting", "failed", problem]);
  welcome();
  assert.equal(chat.banned, "");
  assert.equal(send("back").length, 1);
});

test("a ban from the chat is shown where the member is, else as a notice", () => {
  welcome();
  receive("banned", { room: null, nick: "bob", for: null, text: "" });
  assert.deepEqual(texts(), ["alice banned bob"]);
  assert.equal(lobby().entries[0].kind, "event");
  receive("unbanned", { room: null, nick: "10.0.0.0/8", id: id(21) });
  assert.equal(lobby().entries[1].kind, "notice");
});

test("a name offers nothing of this to someone without the right", () => {
  welcome({ routes });
  assert.deepEqual(actionsFor("bob"), ["whois", "openDirect", "ignore"]);
  chat.receive(settings({ rank: null }));
  assert.deepEqual(actionsFor("bob"), ["whois", "openDirect", "ignore"]);
});

test("a room operator keeps order in the room, an operator in the chat", () => {
  welcome({ routes });
  chat.receive(settings({ rank: "room operator" }));
  const own = ["op", "mute", "kick", "banFromRoom"];
  assert.deepEqual(actionsFor("bob").slice(3), own);
  assert.deepEqual(actionsFor("bob", null).slice(3), []);
  chat.receive(settings({ rank: "operator" }));
  assert.deepEqual(actionsFor("bob").slice(3), [...own, "ban"]);
  assert.deepEqual(actionsFor("bob", null).slice(3), ["ban"]);
});

test("what is offered follows from the settings, and these from the changes that are shown", () => {
  welcome({ routes });
  chat.receive(settings({ rank: "room operator", muted: ["Bob"] }));
  assert.deepEqual(actionsFor("bob").slice(3), ["op", "unmute", "kick", "banFromRoom"]);
  receive("room", { room: "lobby", nick: "bob", operator: true });
  receive("room", { room: "lobby", quiet: true, id: id(21) });
  assert.deepEqual(actionsFor("bob").slice(3, 5), ["deop", "voice"]);
  receive("room", { room: "lobby", nick: "bob", operator: false, id: id(22) });
  receive("room", { room: "lobby", nick: "bob", voice: true, id: id(23) });
  assert.deepEqual(actionsFor("bob").slice(3, 5), ["op", "devoice"]);
});

test("who is muted is known at once", () => {
  welcome({ routes });
  chat.receive(settings({ rank: "room operator" }));
  receive("muted", { room: "lobby", nick: "bob", for: "10m" });
  assert.deepEqual(actionsFor("bob").slice(3), ["op", "unmute", "kick", "banFromRoom"]);
  receive("unmuted", { room: "lobby", nick: "bob", id: id(21) });
  assert.deepEqual(actionsFor("bob").slice(3), ["op", "mute", "kick", "banFromRoom"]);
});

test("who is excepted is listed at once", () => {
  welcome({ routes });
  chat.receive(settings({ rank: "room operator" }));
  receive("room", { room: "lobby", nick: "bob*!*@*", exception: true });
  receive("room", { room: "lobby", nick: "carol", invite_exception: true, id: id(21) });
  assert.deepEqual(chat.current.settings.excepted, ["bob*!*@*"]);
  assert.deepEqual(chat.current.settings.invite_excepted, ["carol"]);
  receive("room", { room: "lobby", nick: "bob*!*@*", exception: false, id: id(22) });
  assert.deepEqual(chat.current.settings.excepted, []);
});

test("whoever is muted can be unmuted under another nickname", () => {
  welcome({ routes });
  lobby().settings = settings({ rank: "room operator", muted: ["bob"], operators: ["bob"] });
  assert.ok(actionsFor("bob").includes("unmute"));
  chat.receive({ type: "renamed", id: id(21), time: iso(21), from: "bob", to: "elf" });
  assert.ok(actionsFor("elf").includes("unmute"));
  assert.ok(actionsFor("elf").includes("deop"));
  assert.ok(!actionsFor("bob").includes("unmute"));
});

test("someone who has left can be muted and banned, but not kicked", () => {
  welcome({ routes });
  chat.receive(settings({ rank: "room operator" }));
  assert.deepEqual(actionsFor("carol").slice(3), ["mute", "banFromRoom"]);
});

test("only what was changed in the form is sent, each as a route", () => {
  const before = settings({ hidden: true, key: "tea", limit: 5 });
  const entered = enteredOf(before);
  assert.deepEqual(settingCommands(before, entered), []);
  const changes = { private: true, hidden: false, topic: true, key: " ", limit: "6" };
  assert.deepEqual(settingCommands(before, { ...entered, ...changes }), [
    ...["\\room private", "\\room listed", "\\room topic operators", "\\room key -", "\\room limit 6"],
  ]);
});

test("a key or a limit of several words is not sent", () => {
  const before = settings({ key: "old key" });
  const entered = (more) => ({ ...enteredOf(before), ...more });
  assert.equal(severalWordsIn(before, entered({ key: "two words" })), "key");
  assert.equal(severalWordsIn(before, entered({ limit: "1 2" })), "limit");
  // What is not changed is not sent.
  for (const more of [{}, { key: " word ", limit: "12" }, { key: "", limit: "" }]) {
    assert.equal(severalWordsIn(before, entered(more)), undefined);
  }
});
