// Every fuzz target of the page, for a moment: the same texts in each run.

import assert from "node:assert/strict";
import { test } from "node:test";

import { shortened } from "../fuzz/page/generate.mjs";
import { checkLinear, findFailure, findSlow } from "../fuzz/page/run.mjs";
import { TARGETS } from "../fuzz/page/targets.mjs";

const SEED = 1;
const TEXTS = 300;
const REPETITIONS = 15;

for (const [name, target] of Object.entries(TARGETS)) {
  test(`${name}: every text has the properties of the target`, () => {
    const found = findFailure(target, SEED, TEXTS);
    assert.equal(found, null, found && `${found.error.message}: ${JSON.stringify(found.text)}`);
  });

  test(`${name}: the steps are proportional to the length of the text`, () => {
    const found = findSlow(target, SEED, REPETITIONS);
    assert.equal(found, null, found?.error.message);
  });
}

test("a function whose steps are quadratic is found", () => {
  const copies = (text) => {
    for (let at = 0; at < text.length; at += 1) text.slice(at);
  };
  const matches = (text) => {
    for (let at = 0; at < text.length; at += 1) /b$/u.test(text);
  };
  for (const work of [copies, matches]) {
    assert.throws(() => checkLinear(work, (count) => "ab a".repeat(count)), /steps become/u);
  }
  checkLinear((text) => text.split(" ").join(""), (count) => "ab a".repeat(count));
});

test("a text that fails is shortened", () => {
  const fails = (text) => text.includes("x") && text.includes("y");
  assert.equal(shortened("abcxdefghyijk", fails), "xy");
  const found = findFailure({ check: (text) => assert.ok(!text.includes("ab")), samples: [], tokens: ["a", "b"] }, 1, 100);
  assert.equal(found.text, "ab");
});
