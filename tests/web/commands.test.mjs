// What a typed line means.

import assert from "node:assert/strict";
import { test } from "node:test";

import { readLine } from "../../twisted_chat/web/commands.js";

const room = { kind: "room", name: "lobby" };
const talk = { kind: "dm", name: "bob" };
const read = (line, place = room) => readLine(line, place);

test("plain text is said", () => {
  assert.deepEqual(read("hi all"), { do: "say", text: "hi all" });
  assert.deepEqual(read("   "), { do: "nothing" });
});

test("a route works with a backslash and with a slash, in any case", () => {
  for (const line of ["\\join garden", "/join garden", "/JOIN #garden"]) {
    assert.deepEqual(read(line), { do: "join", room: "garden" });
  }
});

test("an unknown slash word is plain text, an unknown backslash word is for the server", () => {
  assert.deepEqual(read("/usr/bin is full"), { do: "say", text: "/usr/bin is full" });
  assert.deepEqual(read("\\frob 1"), { do: "command", text: "\\frob 1" });
});

test("two backslashes say one", () => {
  assert.deepEqual(read("\\\\who am I"), { do: "say", text: "\\who am I" });
});

test("a private message keeps its text whole", () => {
  assert.deepEqual(read("\\dm bob  one  two"), { do: "dm", to: "bob", text: "one  two" });
  assert.deepEqual(read("/msg bob"), { do: "talk", to: "bob" });
  assert.equal(read("\\dm").do, "refuse");
});

test("what acts on a room is refused between two people, so that the text stays", () => {
  assert.equal(read("\\topic x", talk).do, "refuse");
  assert.equal(read("\\me waves", talk).do, "refuse");
  assert.deepEqual(read("\\me waves"), { do: "act", text: "waves" });
});

test("who is in no room is told so, and can still go to one", () => {
  const none = { kind: "none", name: "" };
  for (const line of ["hi", "/usr/bin", "\\\\x", "\\me waves", "\\topic", "\\history", "\\search a", "\\leave"]) {
    assert.match(read(line, none).text, /no room/u, line);
    assert.equal(read(line, none).do, "refuse");
  }
  assert.equal(read("\\join tea", none).do, "join");
  assert.equal(read("\\dm bob hi", none).do, "dm");
});

test("leaving means the open conversation unless another is named", () => {
  assert.deepEqual(read("\\leave"), { do: "leave", room: "lobby" });
  assert.deepEqual(read("\\part #x"), { do: "leave", room: "x" });
  assert.deepEqual(read("\\leave", talk), { do: "close" });
});

test("every other route goes to the server as it is", () => {
  assert.deepEqual(read("/away at lunch"), { do: "command", text: "\\away at lunch" });
  assert.deepEqual(read("\\help"), { do: "command", text: "\\help" });
});

test("each deed of the page has its route", () => {
  assert.deepEqual(read("\\nick bob"), { do: "nick", nick: "bob" });
  assert.deepEqual(read("\\rooms"), { do: "rooms" });
  assert.deepEqual(read("\\search a b"), { do: "search", words: "a b" });
  assert.deepEqual(read("\\history 5"), { do: "history" });
  assert.deepEqual(read("\\who"), { do: "who", room: "" });
  assert.deepEqual(read("\\quit bye"), { do: "quit", text: "bye" });
  assert.deepEqual(read("\\join"), { do: "rooms" });
  for (const line of ["\\nick", "\\me"]) assert.equal(read(line).do, "refuse");
});
