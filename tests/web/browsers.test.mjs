// What browsers older than Chrome 100, Firefox 100 or Safari 15.4 lack, or these themselves.

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";

const WEB = new URL("../../twisted_chat/web/", import.meta.url);

// What is too new in a script, and the browsers that have it.  eslint's `ecmaVersion` keeps out
// the syntax of later years.
const SCRIPT = {
  "findLast, findLastIndex (Firefox 104)": /\.findLast(?:Index)?\(/u,
  "toSorted, toReversed, toSpliced (Chrome 110, Firefox 115, Safari 16)": /\.to(?:Sorted|Reversed|Spliced)\(/u,
  "Array.prototype.with (Chrome 110, Firefox 115, Safari 16)": /\.with\(/u,
  "Array.fromAsync (Chrome 121)": /\bfromAsync\(/u,
  "groupBy (Chrome 117)": /\bgroupBy\(/u,
  "methods of sets (Chrome 122)": /\.(?:union|intersection|difference|symmetricDifference|isSubsetOf|isSupersetOf|isDisjointFrom)\(/u,
  "methods of iterators (Chrome 122)": /(?<!Object)\.(?:values|keys|entries|matchAll)\([^)]*\)\.(?:map|filter|take|drop|flatMap|reduce|toArray|forEach|some|every|find)\(/u,
  "Promise.withResolvers, Promise.try (Chrome 119)": /\bPromise\.(?:withResolvers|try)\b/u,
  "isWellFormed, toWellFormed (Chrome 111)": /\.(?:is|to)WellFormed\(/u,
  "lookbehind (Safari 16.4)": /\(\?<[=!]/u,
  "static blocks (Safari 16.4)": /\bstatic\s*\{/u,
  "Intl.Segmenter (Firefox 125)": /\bIntl\.(?:Segmenter|DurationFormat)\b/u,
  "URL.canParse, URL.parse (Chrome 120)": /\bURL\.(?:canParse|parse)\b/u,
  "AbortSignal.timeout, AbortSignal.any (Chrome 103)": /\bAbortSignal\.(?:timeout|any)\b/u,
  "requestIdleCallback (no Safari)": /\brequestIdleCallback\b/u,
  "checkVisibility, popovers (Chrome 105, 114)": /\.(?:checkVisibility|showPopover|hidePopover|togglePopover)\(/u,
  "scrollend (Chrome 114)": /["']scrollend["']/u,
  "view transitions (Chrome 111)": /\bstartViewTransition\b/u,
  "custom highlights (Chrome 105)": /\bCSS\.highlights\b/u,
  "randomUUID (only over HTTPS)": /\brandomUUID\b/u,
};

const SHEET = {
  "nesting (Chrome 112)": /(?:^|[;{}])\s*&/mu,
  ":has (Chrome 105, Firefox 121)": /:has\(/u,
  "container queries (Chrome 105)": /@container|container-(?:type|name)/u,
  "@scope, @starting-style, @property": /@(?:scope|starting-style|property)\b/u,
  // With a variable in it, there is no fallback to the declaration before.
  "color-mix, light-dark, relative colors (Chrome 111 and later)": /\b(?:color-mix|light-dark|oklch|oklab)\(|\bfrom\s+var\(/u,
  "text-wrap: pretty, field-sizing (newer)": /\bfield-sizing\b/u,
  "individual transforms (Chrome 104)": /[;{]\s*(?:translate|rotate|scale)\s*:/u,
  "media queries with < and > (Chrome 104)": /@media[^{]*[<>]/u,
};

const withoutComments = (source) => source.replace(/\/\*[\s\S]*?\*\//gu, "").replace(/^\s*\/\/.*$/gmu, "");
const files = readdirSync(WEB, { recursive: true }).map(String);
const read = (name) => withoutComments(readFileSync(new URL(name, WEB), "utf8"));

function offenders(suffix, rules) {
  const found = [];
  for (const name of files.filter((one) => one.endsWith(suffix))) {
    const source = read(name);
    for (const [what, pattern] of Object.entries(rules)) {
      if (pattern.test(source)) found.push(`${name}: ${what}`);
    }
  }
  return found;
}

test("no script uses what the oldest supported browsers lack", () => {
  assert.deepEqual(offenders(".js", SCRIPT), []);
});

test("no style sheet uses what the oldest supported browsers lack", () => {
  assert.deepEqual(offenders(".css", SHEET), []);
});

test("the height of the window has a fallback", () => {
  for (const name of files.filter((one) => one.endsWith(".css"))) {
    for (const [line] of read(name).matchAll(/^.*\d[dsl]v[hw].*$/gmu)) assert.match(line, /\dvh.*\d[dsl]v/u, line);
  }
});

test("each rule finds what it forbids", () => {
  const samples = {
    script:
      "a.findLast(b) a.toSorted() a.with(0, 1) Array.fromAsync(a) Object.groupBy(a) a.union(b) a.values().map(b) " +
      "Promise.withResolvers() a.isWellFormed() /(?<!a)b/u static { } Intl.Segmenter URL.canParse(a) " +
      "AbortSignal.timeout(1) requestIdleCallback(a) a.checkVisibility() 'scrollend' document.startViewTransition " +
      "CSS.highlights crypto.randomUUID()",
    sheet:
      "a { &:hover { } } a:has(b) @container (x) @scope (a) color-mix(in srgb, a, b) field-sizing: content " +
      "a { rotate: 3deg } @media (width < 3px) {",
  };
  for (const [what, pattern] of Object.entries(SCRIPT)) assert.match(samples.script, pattern, what);
  for (const [what, pattern] of Object.entries(SHEET)) assert.match(samples.sheet, pattern, what);
});

test("the versions that the page names are those of this test and of the documents", () => {
  const versions = "Chrome 100, Firefox 100, Safari 15.4 or newer";
  assert.ok(read("index.html").includes(versions));
  const documents = new URL("../../docs/clients.md", import.meta.url);
  assert.ok(readFileSync(documents, "utf8").replace(/\s+/gu, " ").includes(versions));
});
