// The fuzz targets of the page: functions of a text, in which people write what they like.
//
// `check` asserts what must be true of any text; `work` are the functions whose steps must be
// proportional to its length.  `samples` are texts of former findings, and of real life.

import assert from "node:assert/strict";

import { parseText, typedForm } from "../../../twisted_chat/web/commands.js";
import { applyCompletion, complete } from "../../../twisted_chat/web/completion.js";
import { hrefOf, splitLinks } from "../../../twisted_chat/web/links.js";
import { hasMention, parseWords, splitMentions } from "../../../twisted_chat/web/mentions.js";
import { MAX_BYTES, MAX_LINES, messagesIn } from "../../../twisted_chat/web/message_parts.js";
import { hasHits, splitHits } from "../../../twisted_chat/web/on_demand/search_hits.js";
import { parseBlocks, splitInlineCode } from "../../../twisted_chat/web/text_blocks.js";
import { ROUTES } from "../../web/routes_fixture.mjs";

const textOf = (parts) => parts.map(({ text, code }) => text ?? code).join("");

function checkLinks(text) {
  const parts = splitLinks(text);
  assert.equal(textOf(parts), text, "the text is lost");
  for (const { text: address, href, host } of parts) {
    assert.ok(address, "an empty part");
    if (href === undefined) continue;
    assert.match(href, /^https?:\/\//u, "the scheme");
    assert.match(address, /^https?:\/\/[^\s<>"`]+$/iu, "what is shown");
    assert.equal(hrefOf(href), href, "an address read twice");
    const url = new URL(href);
    assert.equal(url.username + url.password, "", "a link with a password");
    assert.ok(host === undefined || host === url.hostname, "the host that is shown");
  }
}

const MENTIONED = [
  ["bob", []],
  ["will", ["on call", "Straße"]],
  ["İx", ["ﬁ", "\u0301"]],
  ["", ["a"]],
];

function checkMentions(text) {
  for (const [nick, words] of MENTIONED) {
    const parts = splitMentions(text, nick, words);
    assert.equal(textOf(parts), text, "the text is lost");
    assert.ok(parts.every((part) => part.text), "an empty part");
    assert.equal(hasMention(text, nick, words), parts.some(({ mention }) => mention), "whether there is any");
  }
  const words = parseWords(text);
  assert.ok(words.length <= 30 && words.every((word) => word && word.length <= 64), "words to watch for");
  splitMentions(text, "bob", words);
}

const withoutBackticks = (text) => text.replaceAll("`", "");

function checkBlocks(text) {
  const blocks = parseBlocks(text);
  const joined = blocks.map((block) => block.text).join("\n");
  if (text.includes("```")) assert.ok(joined.length <= text.length, "a longer text");
  else assert.equal(joined, text, "the text is lost");
  for (const line of text.split("\n")) {
    const parts = splitInlineCode(line);
    assert.ok(parts.every(({ text: plain, code }) => plain || code), "an empty part");
    // Backticks go, and the space that separates one from the code.
    const bare = (one) => withoutBackticks(one).replaceAll(" ", "");
    assert.equal(bare(textOf(parts)), bare(line), "a line is changed");
    if (!line.includes("`")) assert.equal(textOf(parts), line, "a line without code");
  }
}

function checkHits(text) {
  for (const query of ["ein fisch", "ss", "中", "e", text.slice(0, 20)]) {
    const parts = splitHits(text, query);
    assert.equal(textOf(parts), text, "the text is lost");
    assert.ok(parts.every((part) => part.text), "an empty part");
    if (hasHits(text, query)) assert.ok(parts.some(({ hit }) => hit), "a hit that is not marked");
  }
}

const visibleLines = (text) => text.split(/\r\n?|\n/u).map((line) => line.trim()).filter(Boolean);

function checkMessages(text) {
  const { messages, problem } = messagesIn(text);
  if (problem) {
    assert.deepEqual(messages, [], "messages in spite of a problem");
    return;
  }
  for (const message of messages) {
    assert.ok(message.trim(), "an empty message");
    assert.ok(message.split("\n").length <= MAX_LINES, "too many lines");
    assert.ok(Buffer.byteLength(message) <= MAX_BYTES, "too many bytes");
    assert.equal(message.trimEnd(), message, "blanks at the end");
  }
  assert.deepEqual(messages.flatMap(visibleLines), visibleLines(text), "a line is lost");
}

const ROOM = { kind: "room", name: "lobby" };
const ACTIONS = new Set([
  "nothing", "send", "refuse", "command", "nick", "dm", "openDirect", "sendAction", "join", "rooms",
  "leave", "close", "search", "history", "who", "quit",
]);

function checkCommands(text) {
  for (const conversation of [ROOM, { kind: "dm", name: "bob" }, { kind: "none", name: "" }]) {
    const { action } = parseText(text, conversation, ROUTES);
    assert.ok(ACTIONS.has(action), `the action ${action}`);
  }
  const said = parseText(text, ROOM, ROUTES);
  if (said.action !== "send") return;
  // A message that did not arrive is typed again.
  const again = typedForm({ kind: "message", text: said.text }, ROUTES);
  assert.deepEqual(parseText(again, ROOM, ROUTES), said, "a message typed again");
}

const KNOWN = { nicks: ["bob", "Bärbel", "alice"], rooms: ["lobby", "den"], me: "alice", routes: ROUTES };

function checkCompletion(text) {
  for (const caret of [text.length, Math.floor(text.length / 2), 0]) {
    for (const requested of [false, true]) {
      const found = complete(text, caret, KNOWN, requested);
      if (found === null) continue;
      assert.ok(0 <= found.from && found.from <= found.to && found.to === caret, "what is replaced");
      assert.ok(found.options.length > 0, "no options");
      for (const { insert } of found.options) {
        const { text: done, caret: after } = applyCompletion(text, found, insert);
        assert.equal(done.slice(0, after), text.slice(0, found.from) + insert, "what is inserted");
      }
    }
  }
}

export const TARGETS = {
  "page-links": {
    check: checkLinks,
    work: [splitLinks],
    samples: ["see https://a.example/x_(y).", "(https://[::1]:80/?q=1#f)", "http://bank.example@evil.example/"],
    tokens: [
      "https://", "http://", "HTTPS:", "//", "a.example", "аррӏе.com", "%61", "@", ":", "/", "?", "#", "(", ")",
      "[", "]", "{", "}", ".", ",", "!", "'", "’", "<", ">", '"', "`", "\\", " ", "[::1]", "0x7f.1", "javascript:",
    ],
  },
  "page-mentions": {
    check: checkMentions,
    work: MENTIONED.map(([nick, words]) => (text) => splitMentions(text, nick, words)),
    samples: ["will: are you there?", "@bob, Bob and BOB", "STRASSE on call"],
    tokens: ["bob", "will", "@", ":", ",", " ", "  ", "on call", "Straße", "İx", "ix", "ﬁ", "\u0301", "_", "-", "BOB"],
  },
  "page-blocks": {
    check: checkBlocks,
    work: [parseBlocks, splitInlineCode],
    samples: ["```js\nlet a;\n```\ndone", "run `ls -l` first", "    indented\n\n\ttoo", "def f(x):\n    return 1"],
    tokens: [
      "`", "``", "```", "````", "\n", "\n\n", "    ", "\t", " ", "js", "{", "}", ";", "(", ")", "def f(x):", "import a",
      "# ", "return", "x = 1", "<", ">", "class A:", "const a = 1",
    ],
  },
  "page-hits": {
    check: checkHits,
    work: [(text) => splitHits(text, "ein fisch"), (text) => hasHits(text, "e ss 中")],
    samples: ["ein Fisch", "Straße STRASSE", "中文中"],
    tokens: ["ein", "Fisch", "fi", "ss", "ß", "e", "E\u0301", "中", "ไ", " ", ".", "\u0345", "ﬁ", "ς", "\u0640"],
  },
  "page-messages": {
    check: checkMessages,
    work: [messagesIn],
    samples: ["one\r\ntwo\n\n\nthree", "x".repeat(16 * 1024), "line\n".repeat(150), "\n \n\t\n"],
    tokens: ["\n", "\r\n", "\r", "\n\n", " ", "\t", "a line", "x".repeat(500), "word\n".repeat(60), "👋", "\u2028"],
  },
  "page-commands": {
    check: checkCommands,
    work: [(text) => parseText(text, ROOM, ROUTES)],
    samples: ["\\nick bob", "/me waves", "\\\\text", "/usr/bin", "\\o/", "＼ｎｉｃｋ bob", "\\dm bob\thi", "\\＼ｎｉｃｋ bob"],
    tokens: [
      "\\", "/", "＼", "￥", "nick", "dm", "me", "join", "leave", "who", "foo", " ", "\t", "\n", "bob", "#den", "{", "}",
      "\u2800", "\u200b", "\x07", "ｎｉｃｋ", "quit",
    ],
  },
  "page-completion": {
    check: checkCompletion,
    work: [(text) => complete(text, text.length, KNOWN, true)],
    samples: ["\\ni", "\\dm bo", "hi @b", "/give bob ", "bo", "\\join #d"],
    tokens: ["\\", "/", "@", "nick", "dm", "give", "bob", "b", "al", "#", "den", " ", "  ", "\n", "help", "ni", "ß"],
  },
};
