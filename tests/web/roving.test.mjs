// The arrow keys in a list.

import assert from "node:assert/strict";
import { test } from "node:test";

import { nextIndex } from "../../twisted_chat/web/roving.js";

const press = (key, index, length, more = {}) => nextIndex({ key, ...more }, index, length);

test("the arrow keys move by one and stop at the ends", () => {
  assert.equal(press("ArrowDown", 1, 3), 2);
  assert.equal(press("ArrowDown", 2, 3), 2);
  assert.equal(press("ArrowUp", 1, 3), 0);
  assert.equal(press("ArrowUp", 0, 3), 0);
});

test("Home and End go to the first and the last", () => {
  assert.equal(press("Home", 2, 3), 0);
  assert.equal(press("End", 0, 3), 2);
});

test("other keys, and keys with a modifier, are not the list's", () => {
  for (const key of ["Tab", "Enter", " ", "a", "PageDown"]) assert.equal(press(key, 1, 3), null);
  for (const modifier of ["altKey", "ctrlKey", "metaKey", "shiftKey"]) {
    assert.equal(press("ArrowDown", 1, 3, { [modifier]: true }), null);
  }
  assert.equal(press("Home", 0, 0), null);
});
