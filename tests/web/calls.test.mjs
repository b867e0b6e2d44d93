// What calls the user.

import assert from "node:assert/strict";
import { test } from "node:test";

import { Calls, levelsFor } from "../../twisted_chat/web/calls.js";
import { chat, id, iso, message, welcome } from "./chat_fixture.mjs";

const alerts = (effects) => effects.filter(({ effect }) => effect === "notify").length;

test("a room calls for mentions, a direct conversation for every message", () => {
  const calls = new Calls();
  assert.equal(calls.levelOf("#lobby"), "mentions");
  assert.equal(calls.levelOf("@bob"), "all");
  assert.deepEqual(levelsFor("@bob"), ["all", "nothing"]);
});

test("a level is kept, and moves with the conversation", () => {
  const calls = new Calls({ levels: { "#tea": "all", "@bob": "nothing", "#x": "loud", "@y": "mentions" } });
  assert.deepEqual(JSON.parse(JSON.stringify(calls)), { "#tea": "all", "@bob": "nothing" });
  assert.equal(calls.setLevel("#tea", "mentions"), true);
  assert.equal(calls.setLevel("#tea", "louder"), false);
  calls.move("@bob", "@robert");
  assert.deepEqual(JSON.parse(JSON.stringify(calls)), { "@robert": "nothing" });
});

test("the level decides which messages notify", () => {
  welcome({ nick: "erin" });
  const said = (n, text) => alerts(chat.receive(message(n, "bob", text)));
  const dm = (n) => alerts(chat.receive({ type: "dm", id: id(n), time: iso(n), from: "bob", to: "erin", text: "psst" }));
  assert.deepEqual([said(11, "hi"), said(12, "hi erin"), dm(13)], [0, 1, 1]);
  assert.ok(chat.calls.setLevel("#lobby", "all"));
  assert.equal(chat.calls.levelOf("#lobby"), "all");
  assert.equal(said(14, "hi"), 1);
  chat.calls.setLevel("#lobby", "nothing");
  chat.calls.setLevel("@bob", "nothing");
  assert.deepEqual([said(15, "hi erin"), dm(16)], [0, 0]);
});

test("words to watch for are mentions, also in what is shown already", () => {
  welcome({ nick: "erin" });
  chat.receive(message(11, "bob", "the deploy is done"));
  assert.equal(chat.current.entries[0].mention, false);
  chat.calls.watchFor(["deploy"], chat);
  assert.equal(chat.current.entries[0].mention, true);
  assert.equal(alerts(chat.receive(message(12, "bob", "Deploy again"))), 1);
  chat.calls.watchFor([], chat);
  assert.equal(chat.current.entries[0].mention, false);
});
