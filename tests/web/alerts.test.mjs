// What alerts the user.

import assert from "node:assert/strict";
import { test } from "node:test";

import { Alerts, levelsFor } from "../../twisted_chat/web/alerts.js";
import { chat, id, iso, message, welcome } from "./chat_fixture.mjs";

const countAlerts = (effects) => effects.filter(({ effect }) => effect === "notify").length;

test("in a room mentions are alerts, in a direct conversation all messages", () => {
  const alerts = new Alerts();
  assert.equal(alerts.levelOf("#lobby"), "mentions");
  assert.equal(alerts.levelOf("@bob"), "all");
  assert.deepEqual(levelsFor("@bob"), ["all", "nothing"]);
});

test("a level is kept, and moves with the conversation", () => {
  const alerts = new Alerts({ levels: { "#tea": "all", "@bob": "nothing", "#x": "loud", "@y": "mentions" } });
  assert.deepEqual(JSON.parse(JSON.stringify(alerts)), { "#tea": "all", "@bob": "nothing" });
  assert.equal(alerts.setLevel("#tea", "mentions"), true);
  assert.equal(alerts.setLevel("#tea", "louder"), false);
  alerts.move("@bob", "@robert");
  assert.deepEqual(JSON.parse(JSON.stringify(alerts)), { "@robert": "nothing" });
});

test("the level decides which messages notify", () => {
  welcome({ nick: "erin" });
  const said = (n, text) => countAlerts(chat.receive(message(n, "bob", text)));
  const dm = (n) => countAlerts(chat.receive({ type: "dm", id: id(n), time: iso(n), from: "bob", to: "erin", text: "psst" }));
  assert.deepEqual([said(11, "hi"), said(12, "hi erin"), dm(13)], [0, 1, 1]);
  assert.ok(chat.alerts.setLevel("#lobby", "all"));
  assert.equal(chat.alerts.levelOf("#lobby"), "all");
  assert.equal(said(14, "hi"), 1);
  chat.alerts.setLevel("#lobby", "nothing");
  chat.alerts.setLevel("@bob", "nothing");
  assert.deepEqual([said(15, "hi erin"), dm(16)], [0, 0]);
});

test("words to watch for are mentions, also in what is shown already", () => {
  welcome({ nick: "erin" });
  chat.receive(message(11, "bob", "the deploy is done"));
  assert.equal(chat.current.entries[0].mention, false);
  chat.alerts.watchFor(["deploy"], chat);
  assert.equal(chat.current.entries[0].mention, true);
  assert.equal(countAlerts(chat.receive(message(12, "bob", "Deploy again"))), 1);
  chat.alerts.watchFor([], chat);
  assert.equal(chat.current.entries[0].mention, false);
});
