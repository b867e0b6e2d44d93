// Which drawers are open, by the width of the window.

import assert from "node:assert/strict";
import { test } from "node:test";

import { DRAWERS, DrawerState } from "../../twisted_chat/web/drawer_state.js";

const open = (state) => DRAWERS.filter((name) => state.isOpen(name));

test("a wide window has the sidebar and one panel beside the messages", () => {
  const state = new DrawerState("wide");
  assert.deepEqual(open(state), ["sidebar", "members"]);
  state.open("search");
  assert.deepEqual(open(state), ["sidebar", "search"]);
  assert.equal(state.overlay, null);
});

test("closing the search shows the members again, closing the members nothing", () => {
  const state = new DrawerState("wide");
  state.open("search");
  state.close("search");
  assert.deepEqual(open(state), ["sidebar", "members"]);
  state.close("members");
  assert.deepEqual(open(state), ["sidebar"]);
});

test("in a narrow window one drawer at a time is above the messages", () => {
  const state = new DrawerState("narrow");
  assert.deepEqual(open(state), []);
  state.open("sidebar");
  state.open("members");
  assert.deepEqual(open(state), ["members"]);
  assert.equal(state.overlay, "members");
  state.close("members");
  assert.deepEqual(open(state), []);
});

test("in a medium window only the panels are overlays", () => {
  const state = new DrawerState("medium");
  assert.deepEqual(DRAWERS.filter((name) => state.isOverlay(name)), ["members", "search"]);
  assert.deepEqual(open(state), ["sidebar"]);
});

test("a window that changes its width closes the overlay", () => {
  const state = new DrawerState("narrow");
  state.open("sidebar");
  state.setWidth("wide");
  assert.equal(state.overlay, null);
  assert.deepEqual(open(state), ["sidebar", "members"]);
});

test("Escape closes an overlay or the search, and leaves docked members open", () => {
  const state = new DrawerState("wide");
  assert.equal(state.dismissible, null);
  state.open("search");
  assert.equal(state.dismissible, "search");
  state.setWidth("narrow");
  assert.equal(state.dismissible, null);
  state.open("members");
  assert.equal(state.dismissible, "members");
});
