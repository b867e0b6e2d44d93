// What the composer decides.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { ComposerState } from "../../twisted_chat/web/composer_state.js";
import { strings } from "../../twisted_chat/web/strings.js";
import { ROUTES } from "./routes_fixture.mjs";

const known = { nicks: ["alice", "al", "me"], rooms: ["lobby"], me: "me", routes: ROUTES };
let drafts;
let state;

beforeEach(() => {
  drafts = new Map();
  state = new ComposerState(drafts);
  state.switchTo("#lobby", "");
});

const press = (key, text = "", more = {}) => state.keyAction({ key, ...more }, text);
const send = (text, accept = () => true) => {
  const sent = [];
  const { messages, problem } = state.prepare(text, ROUTES);
  if (problem) return { sent, remaining: text, problem };
  const remaining = state.send(text, messages, (message) => accept(message) && sent.push(message));
  return { sent, remaining };
};

test("each conversation has its own draft", () => {
  state.saveDraft("half a thou");
  assert.equal(state.switchTo("#tea", "half a thou"), "");
  state.saveDraft("tea");
  assert.equal(state.switchTo("#lobby", "tea"), "half a thou");
  assert.equal(state.switchTo("#lobby", "half a thought"), null, "the same conversation");
  state.saveDraft("");
  assert.deepEqual([...drafts], [["#tea", "tea"]]);
});

test("text written before any conversation is open belongs to the first one", () => {
  state = new ComposerState(drafts);
  assert.equal(state.switchTo("", "hello"), "hello");
  assert.equal(state.switchTo("#lobby", "hello"), "hello");
});

test("a text of several lines is one message", () => {
  const text = "def f(x):\n\n\treturn x\n/quit";
  assert.deepEqual(send(text), { sent: [text], remaining: "" });
  assert.deepEqual(send(" \n "), { sent: [], remaining: "" });
});

test("a long text is several messages, and a refused one stays in the field with all behind it", () => {
  const lines = Array.from({ length: 250 }, (_, index) => `line ${index}`);
  assert.deepEqual(state.size(lines.join("\n")), { lines: 250, messages: 3 });
  const { sent, remaining } = send(lines.join("\n"), (message) => !message.startsWith("line 100"));
  assert.deepEqual(sent, [lines.slice(0, 100).join("\n")]);
  assert.equal(remaining, lines.slice(100).join("\n"));
});

test("what cannot be sent keeps the whole text", () => {
  const { sent, problem } = send(`one\n${"x".repeat(16385)}`);
  assert.deepEqual(sent, []);
  assert.equal(problem, strings.tooLong.line(2));
  assert.equal(send("x\n".repeat(5000)).problem, strings.tooLong.text());
});

test("the size of a text is counted in lines and in messages", () => {
  assert.deepEqual(state.size(""), { lines: 1, messages: 1 });
  assert.deepEqual(state.size("one\n\ntwo"), { lines: 3, messages: 1 });
  assert.deepEqual(state.size(`${"ü".repeat(8000)}\n${"ü".repeat(8000)}`), { lines: 2, messages: 2 });
});

test("several lines that begin like a direct message are sent only on request", () => {
  const text = "\\dm bob it is\na secret";
  assert.equal(send(text).problem, strings.linesAreNoRoute);
  assert.deepEqual(send(text).sent, [text]);
  assert.equal(send(text).problem, strings.linesAreNoRoute, "each time");
});

test("sent texts are recalled, the newest first, and the way back is the same", () => {
  ["one", "two", "two"].forEach((text) => send(text));
  assert.equal(press("ArrowUp"), "recallOlder");
  assert.equal(state.recall("recallOlder"), "two");
  assert.equal(state.recall("recallOlder"), "one");
  assert.equal(state.recall("recallOlder"), null, "there is nothing older");
  assert.equal(press("ArrowUp", "one"), "recallOlder");
  assert.equal(state.recall("recallNewer"), "two");
  assert.equal(state.recall("recallNewer"), "");
  assert.equal(press("ArrowDown"), null);
});

test("a text that was refused at once is not remembered", () => {
  send("no", () => false);
  assert.equal(state.recall("recallOlder"), null);
});

test("at most fifty sent texts are remembered", () => {
  for (let number = 0; number < 60; number += 1) send(`line ${number}`);
  assert.equal(state.sent.length, 50);
  assert.equal(state.sent[0], "line 59");
});

test("the arrow keys move the caret while a text is being written", () => {
  send("one");
  assert.equal(press("ArrowUp", "half"), null);
  assert.equal(press("ArrowDown", "half"), null);
});

test("Enter sends, but not with a modifier or during composition", () => {
  assert.equal(press("Enter", "hi"), "submit");
  for (const modifier of ["shiftKey", "altKey", "ctrlKey", "metaKey", "isComposing"]) {
    assert.equal(press("Enter", "hi", { [modifier]: true }), null, modifier);
  }
  assert.equal(press("Enter", "hi", { keyCode: 229 }), null);
  assert.equal(press("a", "hi"), null);
});

test("while completions are shown the keys choose among them", () => {
  assert.ok(state.offerCompletions("\\dm al", 6, known, false));
  assert.equal(press("ArrowDown", "\\dm al"), "next");
  assert.equal(press("ArrowUp", "\\dm al"), "previous");
  assert.equal(press("Tab", "\\dm al"), "accept");
  assert.equal(press("Escape", "\\dm al"), "dismiss");
  assert.equal(press("Enter", "\\dm al"), "accept");
  state.select(-1);
  assert.deepEqual(state.insertSelected("\\dm al"), { text: "\\dm al ", caret: 7 });
  state.select(2);
  assert.deepEqual(state.insertSelected("\\dm al"), { text: "\\dm alice ", caret: 10 });
});

test("Enter sends what the selected completion would not change", () => {
  assert.ok(state.offerCompletions("\\rooms", 6, known, false));
  assert.equal(press("Enter", "\\rooms"), "submit");
});

test("without completions Tab asks for them and Escape is not taken", () => {
  assert.equal(state.offerCompletions("", 0, known, true), false);
  assert.equal(press("Tab"), "complete");
  assert.equal(press("Escape"), null);
});
