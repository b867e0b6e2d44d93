// One failure does not stop the rest.

import assert from "node:assert/strict";
import { test } from "node:test";

import { guarded } from "../../twisted_chat/web/guarded.js";

test("an exception is reported and not thrown", () => {
  const reported = [];
  const error = new Error("broken");
  const result = guarded(
    () => {
      throw error;
    },
    (one) => reported.push(one),
  );
  assert.equal(result, undefined);
  assert.deepEqual(reported, [error]);
});

test("the result of what did not fail is returned, and nothing is reported", () => {
  assert.equal(guarded(() => 3, assert.fail), 3);
});
