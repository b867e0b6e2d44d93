// What the browser remembers from one visit to the next.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { connectQuery, firstFrames } from "../../twisted_chat/web/connect_query.js";
import { Memory } from "../../twisted_chat/web/memory.js";
import { chat, id, iso, message, newChat, texts, welcome } from "./chat_fixture.mjs";

const DAY = 24 * 3_600_000;

let values; // of the browser's storage
let listeners;
let timers;
let used; // sessions of other tabs
let now;
let memory;

const store = {
  get: (key, fallback) => (values.has(key) ? JSON.parse(values.get(key)) : fallback),
  set(key, value) {
    const text = JSON.stringify(value);
    if (text.length > store.room) return false;
    values.set(key, text);
    return true;
  },
  remove: (key) => values.delete(key),
  keys: (beginning) => [...values.keys()].filter((key) => key.startsWith(beginning)),
  onChange: (key, call) => listeners.push([key, call]),
};

// A new tab; `nick` is the one that this browser knows as chosen.
function openTab(nick = "erin") {
  newChat();
  listeners = [];
  chat.chosenNick = nick;
  chat.open("room", "lobby");
  const tabs = { ask: (asked, found) => used.has(asked) && found() };
  const fake = {
    setTimeout: (call) => timers.push(call),
    clearTimeout: () => (timers = []),
  };
  memory = new Memory(chat, { store, tabs, changed: () => {}, now: () => now, timers: fake });
}

async function enter(more = {}) {
  const claimed = memory.claim();
  timers.splice(0).forEach((call) => call());
  await claimed;
  const query = { ...connectQuery(chat), ...firstFrames(chat)[0] };
  welcome({ nick: query.nick ?? "guest_1", recovered: Boolean(query.since), session: query.session ?? `s${values.size}${now}`, ...more });
  memory.welcomed();
  return query;
}

const dm = (n, from, text, to = "erin") => chat.receive({ type: "dm", id: id(n), time: iso(n), from, to, text });
const direct = (name) => chat.conversations.get(`@${name}`);

beforeEach(() => {
  values = new Map();
  timers = [];
  used = new Set();
  now = Date.UTC(2026, 10, 26);
  store.room = Infinity;
  openTab();
});

test("direct messages are there again the next day, with what was read of them", async () => {
  await enter();
  dm(11, "bob", "psst");
  dm(12, "erin", "what?", "bob");
  chat.select("@bob");
  chat.viewingLatest = true;
  chat.markRead();
  chat.viewingLatest = false;
  dm(13, "bob", "later");
  dm(14, "carl", "closed");
  chat.leave("@carl");
  memory.save({ closed: true });
  now += DAY;
  openTab();
  await enter();
  assert.deepEqual(texts(direct("bob")), ["psst", "what?", "later"]);
  assert.equal(direct("bob").unread, 1);
  assert.equal(direct("carl"), undefined, "it was closed");
  assert.deepEqual(texts(chat.open("dm", "carl")), ["closed"]);
});

test("another nickname does not show direct messages", async () => {
  await enter();
  dm(11, "bob", "psst");
  memory.save({ closed: true });
  openTab("frank");
  await enter();
  assert.equal(chat.directs().length, 0);
  memory.save({ closed: true });
  openTab("");
  await enter();
  assert.equal(chat.directs().length, 0);
  openTab("Erin");
  await enter();
  assert.deepEqual(texts(direct("bob")), ["psst"]);
});

test("direct messages go on under a nickname that one takes, and under one that was taken away", async () => {
  await enter();
  dm(11, "bob", "psst");
  memory.save();
  chat.nick = chat.chosenNick = "erika";
  memory.renamed();
  memory.save({ closed: true });
  assert.deepEqual(store.keys("directs "), ["directs erika"]);
  openTab("erika");
  await enter({ nick: "guest_7" });
  assert.deepEqual(texts(direct("bob")), ["psst"]);
  memory.save();
  assert.deepEqual(store.keys("directs "), ["directs erika"]);
});

test("kept direct messages are bounded", async () => {
  await enter();
  let n = 100;
  for (let other = 0; other < 60; other += 1) dm((n += 1), `bob${other}`, "x");
  for (let i = 0; i < 250; i += 1) dm((n += 1), "carl", `line ${i}`);
  memory.save();
  const kept = () => store.get("directs erin").messages;
  assert.equal(kept().length, 50);
  const carls = () => kept().find(({ name }) => name === "carl").messages;
  assert.deepEqual([carls().length, carls()[0].text], [200, "line 50"]);
  assert.ok(!kept().some(({ name }) => name === "bob0"));
  for (let i = 0; i < 90; i += 1) dm((n += 1), "dave", "y".repeat(16_000));
  memory.save();
  assert.ok(values.get("directs erin").length < 1_200_000);
  assert.equal(kept().pop().name, "dave");
  store.room = 100_000;
  memory.save();
  assert.ok(values.get("directs erin").length < 100_000, "less, if the browser has no more room");
  store.room = 10;
  memory.save();
  assert.deepEqual(store.keys("directs "), [], "none rather than old ones");
});

test("direct messages of five nicknames are kept", async () => {
  for (let n = 0; n < 7; n += 1) {
    openTab(`erin${n}`);
    await enter();
    dm(11, "bob", "psst", `erin${n}`);
    now += 1000;
    memory.save({ closed: true });
  }
  assert.deepEqual(store.keys("directs ").sort(), [2, 3, 4, 5, 6].map((n) => `directs erin${n}`));
});

test("direct messages can be forgotten, also in other tabs", async () => {
  await enter();
  dm(11, "bob", "psst");
  dm(12, "carl", "psst");
  chat.leave("@carl");
  chat.select("@bob");
  memory.save();
  memory.forgetDirects();
  assert.equal(chat.currentKey, "#lobby");
  assert.deepEqual([chat.directs(), store.keys("directs ")], [[], []]);
  assert.deepEqual(texts(chat.open("dm", "carl")), []);
  dm(13, "bob", "again");
  listeners.find(([key]) => key === "forgotten")[1](now);
  assert.equal(direct("bob"), undefined);
  memory.save();
  assert.deepEqual(store.keys("directs "), []);
});

test("a closed tab's session is resumed by the next one, once", async () => {
  await enter({ session: "s3cret", position: id(40) });
  memory.save({ closed: true });
  now += DAY;
  openTab();
  assert.deepEqual(await enter(), {
    ...{ format: "json", nick: "erin", resume: "1", rooms: "lobby" },
    ...{ type: "resume", session: "s3cret", since: id(40) },
  });
  used.add("session:s3cret");
  openTab();
  assert.equal((await enter()).session, undefined, "another tab uses it");
});

test("the session of a tab that was killed is resumed if no tab uses it", async () => {
  await enter({ session: "s3cret" });
  memory.save();
  openTab();
  assert.equal((await enter()).session, "s3cret");
});

test("a session is resumed by the same person, and not for ever", async () => {
  await enter({ session: "erins" });
  memory.save({ closed: true });
  openTab("frank");
  assert.equal((await enter({ session: "franks" })).session, undefined);
  memory.save({ closed: true });
  openTab("");
  assert.equal((await enter({ session: "guests" })).session, undefined);
  memory.save({ closed: true });
  openTab("frank");
  assert.equal((await enter()).session, "franks");
  now += 31 * DAY;
  openTab("erin");
  assert.equal((await enter()).session, undefined);
});

test("a page that comes back does not take its session from the tab that resumed it", async () => {
  await enter({ session: "s3cret" });
  memory.save({ closed: true });
  const [page, its] = [chat, memory];
  its.reclaim();
  assert.equal(page.session, "s3cret", "nobody did");
  its.save({ closed: true });
  openTab();
  await enter();
  its.reclaim();
  assert.equal(page.session, "");
});

test("the away text and who is ignored are given to the server again", async () => {
  await enter({ session: "s3cret" });
  chat.receive({ type: "away", nick: "erin", text: "lunch" });
  for (const nick of ["pest", "nuisance", "bob"]) {
    const { ref } = chat.command(`\\ignore ${nick}`);
    if (nick === "bob") chat.receive({ type: "error", ref, code: "no_such_nick", text: "no" });
    else chat.receive({ type: "notice", ref, text: `you now ignore ${nick}` });
  }
  chat.receive({ type: "renamed", from: "pest", to: "plague" });
  memory.save({ closed: true });
  openTab();
  const query = await enter();
  assert.equal(query.away, "lunch");
  assert.deepEqual(query.ignore.split(",").sort(), ["nuisance", "plague"]);
  const { ref } = chat.command("\\unignore PEST");
  chat.receive({ type: "notice", ref, text: "you no longer ignore pest" });
  chat.receive({ type: "away", nick: "erin", text: "" });
  assert.equal(connectQuery(chat).away, undefined);
  assert.equal(connectQuery(chat).ignore, "nuisance");
});

test("without the session, one is not away but still ignores the same people", async () => {
  await enter({ session: "s3cret" });
  chat.receive({ type: "away", nick: "erin", text: "lunch" });
  chat.userState.ignore("pest");
  memory.save();
  used.add("session:s3cret");
  openTab();
  const query = await enter();
  assert.deepEqual([query.away, query.ignore], [undefined, "pest"]);
  assert.equal(connectQuery(chat).away, undefined, "nor after a break of the network");
});

// Visits as one guest after another.
async function visitAsGuests(count, visit) {
  for (let n = 0; n < count; n += 1) {
    now += 1000;
    openTab("");
    await enter({ nick: `guest_${n}`, session: `s${n}` });
    visit(n);
    memory.save();
    used.add(`session:s${n}`);
  }
}

test("a guest who has set nothing leaves nothing", async () => {
  await visitAsGuests(3, () => {});
  assert.deepEqual(store.keys("state "), []);
});

test("what is kept of former nicknames is bounded", async () => {
  values.set("directs old", "null");
  values.set("state old", "null");
  await visitAsGuests(9, (n) => {
    chat.userState.ignore("pest");
    dm(11 + n, "bob", "psst", `guest_${n}`);
  });
  const latest = [4, 5, 6, 7, 8].map((n) => `guest_${n}`);
  for (const kind of ["state", "directs"]) {
    assert.deepEqual(store.keys(`${kind} `).sort(), latest.map((nick) => `${kind} ${nick}`));
  }
});

test("the names in the query are bounded", () => {
  for (let n = 0; n < 150; n += 1) chat.userState.ignore(`ж${"я".repeat(20)}${n}`);
  const { ignore } = connectQuery(chat);
  assert.ok(encodeURIComponent(ignore).length < 6_100);
  assert.ok(ignore.startsWith(`ж${"я".repeat(20)}149,`));
});

test("what another tab has read is read here", async () => {
  await enter({ history: [message(1, "bob", "one")] });
  chat.receive(message(11, "bob", "two"));
  assert.equal(chat.conversations.get("#lobby").unread, 1);
  listeners.find(([key]) => key === "read")[1]([["#lobby", id(11), Date.parse(iso(11))], ["#tea", id(5), 5]]);
  assert.equal(chat.conversations.get("#lobby").unread, 0);
  assert.equal(chat.open("room", "tea").read.id, id(5));
});

test("what is damaged in the storage is forgotten", async () => {
  const damaged = ["1", "null", "[]", '{"x":1}', '{"messages":[{"name":5}]}', '{"ignored":5}', '[{"session":"x"}]'];
  for (const text of damaged) {
    for (const key of ["read", "sessions", "directs erin", "state erin"]) values.set(key, text);
    openTab();
    await enter();
    dm(11, "bob", "psst");
    memory.save();
    assert.equal(store.get("sessions").length, 1);
    assert.equal(store.get("directs erin").messages.length, 1);
  }
});

test("direct messages are kept after the store of the server was replaced", async () => {
  await enter({ position: "f00" });
  chat.receive({ type: "dm", id: "f05", time: iso(5), from: "bob", to: "erin", text: "old" });
  memory.save();
  used.add("session:" + chat.session);
  openTab();
  await enter({ position: "a00" });
  const said = (text, more) => chat.receive({ type: "dm", time: iso(50), from: "bob", to: "erin", text, ...more });
  said("new", { id: "a05" });
  assert.deepEqual(texts(direct("bob")), ["old", "new"]);
  assert.equal(direct("bob").unread, 2);
  memory.save();
  used.add("session:" + chat.session);
  openTab();
  await enter({ position: "a09" });
  said("newest", { id: "a10" });
  assert.deepEqual(texts(direct("bob")), ["old", "new", "newest"]);
});

test("a message in a room does not save all direct messages", async () => {
  await enter();
  dm(11, "bob", "psst");
  memory.save();
  values.delete("directs erin");
  memory.saveSoon({ directs: false });
  timers.splice(0).forEach((call) => call());
  assert.equal(values.has("directs erin"), false);
  memory.saveSoon();
  timers.splice(0).forEach((call) => call());
  assert.equal(values.has("directs erin"), true);
});
