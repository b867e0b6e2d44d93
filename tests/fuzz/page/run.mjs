// Runs the targets of the page, as `tests/fuzz/campaign.py` runs those of the server.

import assert from "node:assert/strict";

import { repetitionFor, seeded, shortened, textFor } from "./generate.mjs";
import { countSteps } from "./steps.mjs";

const FEW = 60;
const FACTOR = 4;
const TOLERANCE = 1.6;
const CONSTANT = 2000; // steps that do not depend on the text

// Fails if the steps for a text of four times the length are more than about four times as many.
export function checkLinear(work, repetition) {
  const few = countSteps(() => work(repetition(FEW)));
  const many = countSteps(() => work(repetition(FEW * FACTOR)));
  const limit = few * FACTOR * TOLERANCE + CONSTANT;
  assert.ok(many <= limit, `${few} steps become ${many}: ${JSON.stringify(repetition(3))}`);
}

function failureOf(check, text) {
  try {
    check(text);
  } catch (error) {
    return error;
  }
  return null;
}

// The first failure of `count` random texts, or null; `seed` makes them the same each time.
export function findFailure(target, seed, count) {
  const random = seeded(seed);
  const texts = [...target.samples, ...Array.from({ length: count }, () => textFor(target, random))];
  for (const text of texts) {
    const error = failureOf(target.check, text);
    if (error === null) continue;
    const shorter = shortened(text, (other) => failureOf(target.check, other)?.message === error.message);
    return { error, text: shorter };
  }
  return null;
}

// The first repetition for which the steps are not linear, or null.
export function findSlow(target, seed, count) {
  const random = seeded(seed);
  for (let attempt = 0; attempt < count; attempt += 1) {
    const repetition = repetitionFor(target, random);
    for (const work of target.work) {
      const error = failureOf(() => checkLinear(work, repetition), "");
      if (error !== null) return { error, text: repetition(3) };
    }
  }
  return null;
}
