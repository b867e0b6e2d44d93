// Typed lines and the actions they become.

import assert from "node:assert/strict";
import { test } from "node:test";

import { looksPrivate, parseText, typedForm } from "../../twisted_chat/web/commands.js";
import { RouteTable } from "../../twisted_chat/web/routes.js";
import { ROUTES } from "./routes_fixture.mjs";

const room = { kind: "room", name: "lobby" };
const direct = { kind: "dm", name: "bob" };
const read = (line, conversation = room) => parseText(line, conversation, ROUTES);

test("plain text is sent as a message", () => {
  assert.deepEqual(read("hi all"), { action: "send", text: "hi all" });
  assert.deepEqual(read("   "), { action: "nothing" });
});

test("a route works with a backslash and with a slash, in any case", () => {
  for (const line of ["\\join garden", "/join garden", "/JOIN #garden"]) {
    assert.deepEqual(read(line), { action: "join", room: "garden" });
  }
});

test("a room may be joined with its key", () => {
  assert.deepEqual(read("\\join #tea  s3cret"), { action: "join", room: "tea", key: "s3cret" });
});

test("an unknown slash word is plain text, an unknown backslash word is passed to the server", () => {
  assert.deepEqual(read("/usr/bin is full"), { action: "send", text: "/usr/bin is full" });
  assert.deepEqual(read("\\frob 1"), { action: "command", text: "\\frob 1" });
});

test("a route that only this server has is passed to it", () => {
  for (const line of ["/give bob tea", "\\give bob tea", "/GIVE  bob tea "]) {
    assert.deepEqual(read(line), { action: "command", text: "\\give bob tea" }, line);
  }
});

test("before the routes are known, nothing that may be one is posted", () => {
  const early = (line) => parseText(line, room, new RouteTable());
  assert.match(early("/give bob tea").text, /not known/u);
  assert.equal(early("/msg bob psst").action, "refuse");
  assert.deepEqual(early("/dm bob psst"), { action: "dm", to: "bob", text: "psst" });
  assert.deepEqual(early("/usr/bin is full"), { action: "send", text: "/usr/bin is full" });
  assert.deepEqual(early("\\\\who"), { action: "send", text: "\\who" });
  assert.deepEqual(early("\\give bob"), { action: "command", text: "\\give bob" });
});

test("two backslashes send one", () => {
  assert.deepEqual(read("\\\\who am I"), { action: "send", text: "\\who am I" });
});

test("a direct message keeps its text unchanged", () => {
  assert.deepEqual(read("\\dm bob  one  two"), { action: "dm", to: "bob", text: "one  two" });
  assert.deepEqual(read("/msg bob"), { action: "openDirect", to: "bob" });
  assert.equal(read("\\dm").action, "refuse");
});

test("white space of any kind around a route is ignored", () => {
  for (const line of [
    "   \\dm bob psst",
    "\ufeff\\dm bob psst",
    "\u200b\u2800\\dm bob psst",
    "\u3000\\dm\u3000bob\u3000psst\u3000",
    "\\dm\ufeff bob psst",
    "／dm bob psst",
    "＼ｄｍ　bob　psst",
    "￥dm bob psst",
  ]) {
    assert.deepEqual(read(line), { action: "dm", to: "bob", text: "psst" }, line);
  }
});

test("blanks at the beginning of a message stay, those at its end go", () => {
  assert.deepEqual(read("    x = 1  "), { action: "send", text: "    x = 1" });
  assert.deepEqual(read("  \\\\who "), { action: "send", text: "  \\who" });
});

test("text with a backslash is sent as typed", () => {
  for (const line of [
    "\\",
    "\\ who",
    "\\o/",
    "\\begin{x}",
    "\\\\server\\share\\x",
    "\\alpha\\beta",
    "\\_(-_-)_",
    "＼(^o^)／",
    "¥100",
  ]) {
    assert.deepEqual(read(line), { action: "send", text: line });
  }
  assert.equal(read("\\__word__").action, "command");
});

test("the names that routes have in other chats are aliases", () => {
  for (const word of ["dm", "msg", "w", "pm", "tell", "whisper", "query", "Query"]) {
    for (const mark of ["\\", "/"]) {
      assert.deepEqual(read(`${mark}${word} bob hi`), { action: "dm", to: "bob", text: "hi" });
    }
    assert.match(read(`/${word}`).text, new RegExp(`\\\\${word.toLowerCase()} NAME TEXT`, "u"));
  }
  assert.deepEqual(read("/n bob"), { action: "nick", nick: "bob" });
  assert.deepEqual(read("/j tea"), { action: "join", room: "tea" });
  assert.deepEqual(read("/names"), { action: "who", room: "" });
  assert.deepEqual(read("/list"), { action: "rooms" });
  assert.deepEqual(read("/exit bye"), { action: "quit", text: "bye" });
});

test("room routes are refused in a direct conversation", () => {
  assert.equal(read("\\topic x", direct).action, "refuse");
  assert.equal(read("\\me waves", direct).action, "refuse");
  assert.deepEqual(read("\\me waves"), { action: "sendAction", text: "waves" });
});

test("without a conversation only routes that lead to one are accepted", () => {
  const none = { kind: "none", name: "" };
  for (const line of ["hi", "/usr/bin", "\\\\x", "\\me waves", "\\topic", "\\history", "\\search a", "\\leave"]) {
    assert.match(read(line, none).text, /not in a room/u, line);
    assert.equal(read(line, none).action, "refuse");
  }
  assert.equal(read("\\join tea", none).action, "join");
  assert.equal(read("\\dm bob hi", none).action, "dm");
});

test("leave without an argument leaves the current conversation", () => {
  assert.deepEqual(read("\\leave"), { action: "leave", room: "lobby" });
  assert.deepEqual(read("\\part #x"), { action: "leave", room: "x" });
  assert.deepEqual(read("\\leave", direct), { action: "close" });
});

test("other routes are passed to the server unchanged", () => {
  assert.deepEqual(read("/away at lunch"), { action: "command", text: "\\away at lunch" });
  assert.deepEqual(read("\\help"), { action: "command", text: "\\help" });
});

test("routes that the page handles itself become actions", () => {
  assert.deepEqual(read("\\nick bob"), { action: "nick", nick: "bob" });
  assert.deepEqual(read("\\rooms"), { action: "rooms" });
  assert.deepEqual(read("\\search a b"), { action: "search", words: "a b" });
  assert.deepEqual(read("\\history 5"), { action: "history" });
  assert.deepEqual(read("\\who"), { action: "who", room: "" });
  assert.deepEqual(read("\\quit bye"), { action: "quit", text: "bye" });
  assert.deepEqual(read("\\join"), { action: "rooms" });
  for (const line of ["\\nick", "\\me"]) assert.equal(read(line).action, "refuse");
});

test("a text of several lines is never a route, whatever its lines begin with", () => {
  for (const text of [
    "one\n/quit\nthree",
    "/quit\nthree",
    "\\begin{x}\n  \\frac{1}{2}\n\\end{x}",
    "\\dm bob one\ntwo",
    "\\\\who\nwhere",
    "\tif x:\n\n\t\treturn 1",
  ]) {
    assert.deepEqual(read(text), { action: "send", text }, text);
  }
  assert.deepEqual(read("/me waves\n"), { action: "sendAction", text: "waves" }, "one line");
  assert.equal(read("one\ntwo", { kind: "none", name: "" }).action, "refuse");
});

test("several lines that begin like a direct message are recognized", () => {
  assert.ok(looksPrivate("\\dm bob one\ntwo", ROUTES));
  assert.ok(looksPrivate("/msg bob one\ntwo", ROUTES));
  for (const text of ["\\dm bob one", "one\n\\dm bob two", "\\me waves\nand smiles", "/quit\nx"]) {
    assert.ok(!looksPrivate(text, ROUTES), text);
  }
});

test("a message that was not sent is typed again as what it was", () => {
  for (const [typed, conversation] of [
    ["hi", room],
    ["\\\\who am I", room],
    ["  \\\\dm bob x", room],
    ["\\begin{x}", room],
    ["/quit\nnow", room],
    ["/me waves", room],
    ["\\\\nick x", direct],
    ["\\＼ｎｉｃｋ x", room],
  ]) {
    const parsed = read(typed, conversation);
    const kind = parsed.action === "sendAction" ? "action" : "message";
    assert.deepEqual(read(typedForm({ kind, text: parsed.text }, ROUTES), conversation), parsed, typed);
  }
});
