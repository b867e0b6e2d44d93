// What key presses mean on the page as a whole.

import assert from "node:assert/strict";
import { test } from "node:test";

import { OTHER_KEYS, SHORTCUTS, keyNames, shortcutOf, types } from "../../twisted_chat/web/shortcuts.js";
import { texts } from "../../twisted_chat/web/on_demand/texts.js";

const NONE = { ctrlKey: false, metaKey: false, altKey: false, shiftKey: false };
const press = (key, more = {}, isMac = false) => shortcutOf({ ...NONE, key, ...more }, isMac);
const typed = (key, more = {}, where = {}) => types({ ...NONE, key, ...more }, { isMac: false, onPage: false, ...where });

test("the shortcuts are those of other chats", () => {
  assert.equal(press("k", { ctrlKey: true }), "switch");
  assert.equal(press("K", { ctrlKey: true }), "switch", "with Caps Lock");
  assert.equal(press("ArrowDown", { altKey: true }), "next");
  assert.equal(press("ArrowUp", { altKey: true }), "previous");
  assert.equal(press("ArrowDown", { altKey: true, shiftKey: true }), "nextUnread");
  assert.equal(press("ArrowUp", { altKey: true, shiftKey: true }), "previousUnread");
  assert.equal(press("Escape"), "newest");
  assert.equal(press("/", { ctrlKey: true }), "shortcuts");
  assert.equal(press("/", { ctrlKey: true, shiftKey: true }), "shortcuts");
});

test("on a Mac they are made with Cmd", () => {
  assert.equal(press("k", { metaKey: true }, true), "switch");
  assert.equal(press("k", { ctrlKey: true }, true), null, "deletes to the end of the line");
  assert.equal(press("k", { metaKey: true }), null);
  assert.deepEqual(keyNames(SHORTCUTS[0], true), ["⌘", "K"]);
  assert.deepEqual(keyNames(SHORTCUTS[0], false), ["Ctrl", "K"]);
});

test("other keys are none, nor is a key that an input method takes", () => {
  for (const [key, more] of [
    ["k", {}],
    ["k", { ctrlKey: true, altKey: true }],
    ["k", { ctrlKey: true, shiftKey: true }],
    ["ArrowDown", {}],
    ["ArrowDown", { altKey: true, ctrlKey: true }],
    ["ArrowLeft", { altKey: true }],
    ["Escape", { shiftKey: true }],
    ["Escape", { isComposing: true }],
  ]) {
    assert.equal(press(key, more), null, JSON.stringify([key, more]));
  }
});

test("every shortcut is listed with a text", () => {
  const actions = [...SHORTCUTS, ...OTHER_KEYS].map(({ action }) => action);
  assert.deepEqual(actions, Object.keys(texts.shortcuts));
});

test("letters, digits, signs and dead keys are typed", () => {
  for (const key of ["a", "Ж", "7", "/", "?", "😀", "Dead"]) assert.ok(typed(key), key);
  assert.ok(typed("A", { shiftKey: true }));
});

test("what is pressed with a modifier is not typed: text can be copied", () => {
  for (const modifier of ["ctrlKey", "metaKey", "altKey"]) assert.ok(!typed("c", { [modifier]: true }), modifier);
  for (const key of ["Tab", "Enter", "Escape", "ArrowUp", "F5", "Control", "PageDown", "Backspace"]) {
    assert.ok(!typed(key), key);
  }
});

test("characters behind AltGr are typed", () => {
  const altGr = { ctrlKey: true, altKey: true, getModifierState: (name) => name === "AltGraph" };
  assert.ok(typed("@", altGr));
  assert.ok(typed("@", { altKey: true }, { isMac: true }));
  assert.ok(!typed("@", { altKey: true, metaKey: true }, { isMac: true }));
});

test("Space is typed only where it would do nothing else", () => {
  assert.ok(!typed(" "), "it presses a button and scrolls the messages");
  assert.ok(typed(" ", {}, { onPage: true }));
});
