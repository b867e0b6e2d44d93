// How names look and compare.

import assert from "node:assert/strict";
import { test } from "node:test";

import { NICK_COLORS, compareNames, fold, initialOf, isRoomName, nickColor } from "../../twisted_chat/web/names.js";

test("a name has one color in every spelling", () => {
  assert.equal(nickColor("Alice"), nickColor("alice"));
  assert.equal(nickColor("ａlice"), nickColor("alice"));
});

test("names are spread over the colors", () => {
  const used = new Map();
  for (let number = 0; number < 3200; number += 1) {
    const color = nickColor(`guest_${number}`);
    assert.ok(color >= 0 && color < NICK_COLORS);
    used.set(color, (used.get(color) ?? 0) + 1);
  }
  assert.equal(used.size, NICK_COLORS);
  for (const count of used.values()) assert.ok(count > 50 && count < 200, String(count));
});

test("impossible room names are recognized", () => {
  for (const name of ["tea", "a.b-c_d", "café", "чай", "९", "x".repeat(32)]) assert.ok(isRoomName(name), name);
  for (const name of ["", "a b", "a/b", "x".repeat(33), "☕"]) assert.ok(!isRoomName(name), name);
});

test("an initial is a whole character", () => {
  assert.equal(initialOf("bob"), "B");
  assert.equal(initialOf("𝒜nn"), "𝒜");
  assert.equal(initialOf(""), "?");
});

test("names are sorted alphabetically, with numbers by value", () => {
  const names = ["guest_10", "Zoe", "guest_9", "anna"];
  assert.deepEqual(names.sort(compareNames), ["anna", "guest_9", "guest_10", "Zoe"]);
  assert.notEqual(compareNames("Bob", "bob"), 0);
  assert.equal(fold("BOB"), "bob");
});
