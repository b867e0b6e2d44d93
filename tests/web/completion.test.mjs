// Completions of an unfinished word.

import assert from "node:assert/strict";
import { test } from "node:test";

import { applyCompletion, complete } from "../../twisted_chat/web/completion.js";
import { ROUTES, ROUTE_LIST } from "./routes_fixture.mjs";

const known = { nicks: ["bob", "Bodo", "alice", "me"], rooms: ["lobby", "garden"], me: "me", routes: ROUTES };
const labels = (text, requested = false) =>
  complete(text, text.length, known, requested)?.options.map((option) => option.label) ?? null;
const tab = (text) => {
  const found = complete(text, text.length, known, true);
  return applyCompletion(text, found, found.options[0].insert).text;
};

test("routes are offered at the start of a line only", () => {
  assert.deepEqual(labels("\\jo"), ["\\join ROOM"]);
  assert.deepEqual(labels("/jo"), ["/join ROOM"]);
  assert.deepEqual(labels("/part"), ["/part [ROOM]"], "an alias, with the arguments of its route");
  assert.deepEqual(labels("/gi"), ["/give NAME ROOM [TEXT]"]);
  assert.equal(labels("/").length, ROUTE_LIST.length);
  assert.equal(complete("/jo", 3, known).options[0].hint, "about join");
  assert.equal(labels("see \\jo"), null);
  assert.equal(labels("/usr/bin"), null);
});

test("nicknames are offered after @ and as the argument of a route", () => {
  assert.deepEqual(labels("hi @bo"), ["bob", "Bodo"]);
  assert.deepEqual(labels("\\dm al"), ["alice"]);
  assert.deepEqual(labels("\\dm "), ["bob", "Bodo", "alice"]);
  assert.deepEqual(labels("/tell al"), ["alice"]);
});

test("each argument is completed by what the usage calls it", () => {
  assert.deepEqual(labels("/give al"), ["alice"]);
  assert.deepEqual(labels("/give alice g"), ["#garden"]);
  assert.equal(labels("/give alice garden al"), null);
  assert.deepEqual(labels("/help jo"), ["join"]);
  assert.equal(labels("/nick al"), null, "a new nickname is not that of another");
  assert.equal(labels("/frob al"), null);
});

test("in a sentence nicknames are offered only with Tab", () => {
  assert.equal(labels("hi bo"), null);
  assert.deepEqual(labels("hi bo", true), ["bob", "Bodo"]);
  assert.equal(labels("hi ", true), null, "Tab after a space moves on");
  assert.equal(labels("", true), null, "Tab in an empty field moves on");
});

test("rooms are offered as the argument of a route", () => {
  assert.deepEqual(labels("\\join #g"), ["#garden"]);
  assert.deepEqual(labels("/leave g"), ["#garden"]);
});

test("an argument that may be left out is offered with Tab, or once it is begun", () => {
  assert.equal(labels("/leave "), null);
  assert.equal(labels("\\help "), null);
  assert.deepEqual(labels("/leave ", true), ["#lobby", "#garden"]);
  assert.deepEqual(labels("/help jo"), ["join"]);
});

test("a nickname at the start of a line is followed by a colon", () => {
  assert.equal(tab("al"), "alice: ");
  assert.equal(tab("hi al"), "hi alice ");
  assert.equal(tab("hi @al"), "hi @alice ");
  assert.equal(tab("\\dm al"), "\\dm alice ");
  assert.equal(tab("\\who"), "\\who ");
});

test("the text behind the caret stays, with one space between", () => {
  const found = complete("al how are you", 2, known, true);
  const done = applyCompletion("al how are you", found, found.options[0].insert);
  assert.deepEqual(done, { text: "alice: how are you", caret: 7 });
});
