// What becomes a link, and what never does.

import assert from "node:assert/strict";
import { test } from "node:test";

import { hrefOf, splitLinks } from "../../twisted_chat/web/links.js";

const links = (text) => splitLinks(text).filter((part) => part.href).map((part) => part.text);
const whole = (text) => splitLinks(text).map((part) => part.text).join("");

test("an address becomes a link and the words around it stay", () => {
  assert.deepEqual(splitLinks("see https://a.example/x now"), [
    { text: "see " },
    { text: "https://a.example/x", href: "https://a.example/x" },
    { text: " now" },
  ]);
});

test("punctuation after an address is not part of it", () => {
  assert.deepEqual(links("https://a.example."), ["https://a.example"]);
  assert.deepEqual(links("(https://a.example/x)!"), ["https://a.example/x"]);
  assert.deepEqual(links("“https://a.example/x”, he said"), ["https://a.example/x"]);
  assert.deepEqual(links("https://a.example/x?"), ["https://a.example/x"]);
});

test("a bracket that the address opened belongs to it", () => {
  assert.deepEqual(links("https://a.example/wiki/Chat_(room)"), ["https://a.example/wiki/Chat_(room)"]);
  assert.deepEqual(links("(https://a.example/wiki/Chat_(room))"), ["https://a.example/wiki/Chat_(room)"]);
});

test("brackets are counted once, however many follow an address", (context) => {
  const copies = ["slice", "split"].map((name) => context.mock.method(String.prototype, name));
  for (const ends of [")".repeat(4000), ".)".repeat(2000), "()" + "]".repeat(4000)]) {
    const [link, rest] = splitLinks(`https://a.example/x${ends}`);
    const kept = ends.startsWith("()") ? "()" : "";
    assert.equal(link.text, `https://a.example/x${kept}`);
    assert.equal(rest.text, ends.replace(kept, ""));
  }
  // Each copy of a text of n brackets takes n steps.
  for (const { mock } of copies) assert.ok(mock.callCount() < 20, `${mock.callCount()}`);
});

test("an address that a browser could run is never a link", () => {
  for (const text of [
    "javascript:alert(1)",
    "JaVaScRiPt://a.example/%0aalert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:x",
    "file:///etc/passwd",
    "//a.example",
    "javascript:https://a.example",
  ]) {
    for (const part of splitLinks(text)) {
      assert.ok(!part.href || part.href.startsWith("https://a.example"), text);
    }
  }
  assert.equal(hrefOf("javascript:alert(1)"), null);
});

test("markup stays text, and ends an address", () => {
  assert.deepEqual(links('https://a.example/"><img src=x onerror=alert(1)>'), ["https://a.example/"]);
  assert.equal(whole("<b>https://a.example</b>"), "<b>https://a.example</b>");
});

test("an address that hides its host is not a link", () => {
  assert.deepEqual(links("https://bank.example@evil.example/"), []);
  assert.deepEqual(links("https://"), []);
  assert.deepEqual(links("http://["), []);
});

test("the real host is given if it differs from the text", () => {
  const host = (text) => splitLinks(text)[0].host;
  assert.equal(host("https://аррӏе.com/"), "xn--80ak6aa92e.com");
  assert.equal(host("https://аррӏе.com/xn--80ak6aa92e.com"), "xn--80ak6aa92e.com", "not even so");
  assert.equal(host("https://ａpple.example"), "apple.example");
  assert.equal(host("https://%61pple.example/"), "apple.example");
  assert.equal(host("http://0x7f.1/"), "127.0.0.1");
  assert.equal(host("https://evil.example\\bank.example/"), undefined);
  for (const plain of ["https://A.Example", "http://a.example:80/x", "https://[::1]:8000/?a:1", "https://xn--80ak6aa92e.com"]) {
    assert.equal(host(plain), undefined, plain);
  }
});

test("no text is lost, whatever it is", () => {
  for (const text of ["", "x", "https://", "a https://b.example, https://c.example) d", "👋 http://ü.example/ß."]) {
    assert.equal(whole(text), text);
  }
});

test("a long hostile text is split quickly", () => {
  const start = performance.now();
  splitLinks("https://" + "a.".repeat(2000) + ")".repeat(2000));
  splitLinks("http".repeat(1000));
  assert.ok(performance.now() - start < 500);
});
