// The messages that a text becomes.

import assert from "node:assert/strict";
import { test } from "node:test";

import { MAX_BYTES, MAX_LINES, countLines, messagesIn } from "../../twisted_chat/web/message_parts.js";

const numbered = (count) => Array.from({ length: count }, (_, index) => `    line ${index}`);
const fits = (message) =>
  countLines(message) <= MAX_LINES && Buffer.byteLength(message) <= MAX_BYTES && message.trim() !== "";

test("a text within the limits is one message, unchanged", () => {
  for (const text of ["hi", "\tif x:\n\n\t\treturn 1", numbered(100).join("\n"), "x".repeat(MAX_BYTES)]) {
    assert.deepEqual(messagesIn(text), { messages: [text], problem: "" });
  }
});

test("blank lines around a text are dropped, and a text of blanks is no message", () => {
  assert.deepEqual(messagesIn("\n \t\n  x \t\n\n").messages, ["  x"]);
  for (const text of ["", " ", "\n\n\t"]) assert.deepEqual(messagesIn(text).messages, []);
});

test("all kinds of line ends are line ends", () => {
  assert.deepEqual(messagesIn("a\r\nb\rc\nd").messages, ["a\nb\nc\nd"]);
});

test("two hundred lines are two messages, which joined are the text", () => {
  const text = numbered(200).join("\n");
  const { messages } = messagesIn(text);
  assert.deepEqual(messages.map(countLines), [100, 100]);
  assert.equal(messages.join("\n"), text);
});

test("a text of many bytes is divided at line ends", () => {
  const text = Array(9).fill("ü".repeat(3000)).join("\n");
  const { messages } = messagesIn(text);
  assert.deepEqual(messages.map(countLines), [2, 2, 2, 2, 1]);
  assert.equal(messages.join("\n"), text);
});

test("line ends count towards the bytes", () => {
  const line = "x".repeat(MAX_BYTES / 2);
  assert.equal(messagesIn(`${line}\n${line}`).messages.length, 2);
  assert.equal(messagesIn(`${line}\n${line.slice(1)}`).messages.length, 1);
});

test("a text is not divided at a blank line, which the server would remove", () => {
  for (const blanks of [[99], [100], [98, 99], [99, 100, 101], [97, 99, 101]]) {
    const lines = numbered(250);
    for (const blank of blanks) lines[blank] = "";
    const { messages } = messagesIn(lines.join("\n"));
    assert.equal(messages.length, 3);
    assert.equal(messages.join("\n"), lines.join("\n"), blanks.join());
    assert.ok(messages.every((message) => fits(message) && message === message.replace(/^\n+|\s+$/gu, "")));
  }
});

test("a text with a blank line after each other one is divided all the same", () => {
  const { messages } = messagesIn(numbered(200).join("\n\n"));
  assert.equal(messages.length, 4);
  assert.equal(messages.join("\n\n"), numbered(200).join("\n\n"));
});

test("more blank lines than a message has do not become a message", () => {
  const { messages } = messagesIn(`a${"\n".repeat(350)}b`);
  assert.ok(messages.every(fits));
  assert.deepEqual(messages.map((message) => message.trim()), ["a", "b"]);
});

test("a line that is too long and a text that is too long are refused whole", () => {
  assert.deepEqual(messagesIn(`one\n${"x".repeat(MAX_BYTES + 1)}`), { messages: [], problem: "line", line: 2 });
  assert.deepEqual(messagesIn(`one\n${"ü".repeat(MAX_BYTES / 2 + 1)}`), { messages: [], problem: "line", line: 2 });
  assert.equal(messagesIn(numbered(2000).join("\n")).messages.length, 20);
  assert.deepEqual(messagesIn(numbered(2001).join("\n")), { messages: [], problem: "text" });
});

test("any text is divided into messages within the limits, and nothing is lost", () => {
  let seed = 1;
  const random = (below) => {
    seed = (seed * 48271) % 2147483647;
    return seed % below;
  };
  for (let round = 0; round < 200; round += 1) {
    const lines = Array.from({ length: 1 + random(400) }, () => "x ü\t"[random(4)].repeat(random(5) ? random(40) : random(4000)));
    const text = `a\n${lines.join("\n")}\nz`;
    const { messages, problem } = messagesIn(text);
    assert.equal(problem, "");
    assert.ok(messages.every(fits));
    assert.equal(messages.join("").replace(/\s/gu, ""), text.replace(/\s/gu, ""));
  }
});
