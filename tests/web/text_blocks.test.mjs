// Code in messages.

import assert from "node:assert/strict";
import { test } from "node:test";

import { parseBlocks, splitInlineCode } from "../../twisted_chat/web/text_blocks.js";

const text = (plain) => ({ kind: "text", text: plain });
const code = (inside, language = "") => ({ kind: "code", text: inside, language });
const check = (source, ...blocks) => assert.deepEqual(parseBlocks(source), blocks, JSON.stringify(source));

test("text without code is one block", () => {
  check("hi", text("hi"));
  check("one\n\n  two\n   three", text("one\n\n  two\n   three"));
  check("", text(""));
});

test("a fenced block is code, with or without a language", () => {
  check("see\n```\nx = 1\n```\nok?", text("see"), code("x = 1"), text("ok?"));
  check("```c++\n\tx;\n\n  y;\n```", code("\tx;\n\n  y;", "c++"));
  check("  ``` py \nx\n  ```  ", code("x", "py"));
});

test("a fence is closed by one of at least its length", () => {
  check("````\n```\nx\n````", code("```\nx"));
  check("```\nx\n`````", code("x"));
  check("```\n`x`\n``\n```\ny", code("`x`\n``"), text("y"));
});

test("a fenced block without an end extends to the end of the message", () => {
  check("see\n```sh\nls\n\nrm", text("see"), code("ls\n\nrm", "sh"));
});

test("code beside a fence is kept", () => {
  check("```x = 1\ny = 2```\nok", code("x = 1\ny = 2"), text("ok"));
  check("```js\nx()```", code("x()", "js"));
});

test("fences without code are text", () => {
  check("```", text("```"));
  check("x\n```\n\n", text("x\n```\n\n"));
  check("```\n```\nx", text("```\n```\nx"));
});

test("backticks in one line are no fence", () => {
  check("```x``` y", text("```x``` y"));
});

test("indented lines are code, with the blank lines among them", () => {
  check("try\n    x = 1\n\n\ty = 2\n\nso", text("try"), code("    x = 1\n\n\ty = 2"), text("\nso"));
  check("    alone", code("    alone"));
  check("  \ttab after spaces", code("  \ttab after spaces"));
  check("   three spaces", text("   three spaces"));
  check("a\n    \nb", text("a\n    \nb"));
});

test("a colon does not make the sentence before code a part of it", () => {
  check("for example:\n    x = 1", text("for example:"), code("    x = 1"));
  check("Look:\n    x\nand then\n    y", text("Look:"), code("    x"), text("and then"), code("    y"));
});

test("text in which every line is that of a program is one block of code", () => {
  for (const source of [
    "import os\n\n\ndef f(x):\n    return x\n\n\nprint(f(1))",
    "class A(B):\n    x: int\n\n    def f(self):\n        pass",
    "#include <stdio.h>\n\nint main(void) {\n    return 0;\n}",
    'import { x } from "./y.js";\n\nexport function f() {\n    return x;\n}',
    "fn main() {\n    println!(\"x\");\n}",
    '{\n    "a": 1,\n    "b": [2]\n}',
    "server {\n    listen 80;\n}\n# end",
    "func f() error {\n\treturn nil\n}",
    "@app.get('/')\nasync def f():\n    return 1",
  ]) {
    check(source, code(source));
  }
});

test("text with sentences in it is not taken for a program", () => {
  for (const source of [
    "I get this:\n    error 1\nWhat does it mean?\nIt happens every day.",
    "from home I see\n    x\nimport duties are high",
    "Please run\n    make test\nand send me the output;",
  ]) {
    assert.equal(parseBlocks(source)[0].kind, "text", source);
  }
});

test("the blocks contain every line but the fences, in order", () => {
  const pieces = ["a", "", "    b", "\tc", "```", "```py", "d```", "`e`", "  "];
  for (let number = 0; number < 9 ** 4; number += 1) {
    const lines = [number, number / 9, number / 81, number / 729].map((value) => pieces[Math.floor(value) % 9]);
    const found = parseBlocks(lines.join("\n")).map((block) => block.text).join("\n");
    const letters = (source) => source.replace(/[^a-e]/gu, "");
    assert.equal(letters(found), letters(lines.join("\n").replaceAll("```py", "")), lines.join("\n"));
  }
});

test("backticks mark code within a line", () => {
  assert.deepEqual(splitInlineCode("run `ls -l` first"), [{ text: "run " }, { code: "ls -l" }, { text: " first" }]);
  assert.deepEqual(splitInlineCode("`` a`b `` and `c`"), [{ code: "a`b" }, { text: " and " }, { code: "c" }]);
  assert.deepEqual(splitInlineCode("```x```"), [{ code: "x" }]);
});

test("backticks that enclose nothing or have no counterpart are text", () => {
  for (const line of ["it`s", "`", "``", "` `", "`a``", "a ``` b ` c"]) {
    assert.deepEqual(splitInlineCode(line), [{ text: line }], line);
  }
});

test("hostile texts take time in proportion to their length", () => {
  const hostile = [
    (size) => "`".repeat(size),
    (size) => "` ".repeat(size / 2),
    (size) => Array.from({ length: Math.sqrt(size * 2) }, (_, index) => "`".repeat(index)).join(" "),
    (size) => "```\n".repeat(size / 4),
    (size) => "```\n\n".repeat(size / 5),
    (size) => "    \n".repeat(size / 5),
    (size) => "    x\n\n".repeat(size / 7),
    (size) => `${" ".repeat(size)}\n    x`,
    (size) => `{\n    x\n${"export ".repeat(size / 7)}`,
  ];
  const seconds = (source) => {
    const start = process.cpuUsage().user;
    parseBlocks(source);
    splitInlineCode(source);
    return (process.cpuUsage().user - start) / 1e6;
  };
  for (const make of hostile) {
    // A quadratic parser would need minutes for a megabyte.
    assert.ok(seconds(make(1_000_000)) < 10, make);
  }
});
