// Lists of elements that are updated in place.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { KeyedList, patch } from "../../twisted_chat/web/view/keyed.js";
import { fake } from "./fake_dom.mjs";

let parent;
let list;
let made;

beforeEach(() => {
  parent = fake("ul");
  made = 0;
  list = new KeyedList(parent, {
    keyOf: ({ key }) => key,
    lookOf: ({ text }) => text,
    make({ text }) {
      made += 1;
      return fake("li", {}, fake("button", { "data-action": "open" }, text));
    },
  });
});

const items = (...keys) => keys.map((key) => ({ key, text: key }));
const texts = () => parent.children.map((node) => node.textContent);

test("an element is made once and stays while its look is the same", () => {
  list.show(items("a", "b"));
  const before = parent.children;
  list.show(items("a", "b"));
  assert.deepEqual(parent.children, before);
  assert.equal(made, 2);
});

test("a changed item changes its element, and does not replace it", () => {
  list.show(items("a", "b"));
  const [first, second] = parent.children;
  const button = first.children[0];
  list.show([{ key: "a", text: "A" }, { key: "b", text: "b" }]);
  assert.deepEqual(texts(), ["A", "b"]);
  assert.equal(parent.children[0], first);
  assert.equal(first.children[0], button, "the button, which may have the focus");
  assert.equal(parent.children[1], second);
});

test("elements that stay are not moved when others come and go", () => {
  list.show(items("b", "d"));
  const { moves } = parent;
  list.show(items("a", "b", "c", "d"));
  assert.deepEqual(texts(), ["a", "b", "c", "d"]);
  assert.equal(parent.moves - moves, 2);
  list.show(items("b", "d"));
  assert.deepEqual(texts(), ["b", "d"]);
  assert.equal(parent.moves - moves, 2);
});

test("a new order moves elements and keeps them", () => {
  list.show(items("a", "b", "c"));
  const [a, b, c] = parent.children;
  list.show(items("c", "a", "b"));
  assert.deepEqual(parent.children, [c, a, b]);
});

test("a key that comes back gets a new element", () => {
  list.show(items("a"));
  const [old] = parent.children;
  list.clear();
  assert.deepEqual(texts(), []);
  list.show(items("a"));
  assert.notEqual(parent.children[0], old);
});

test("a click calls the action with the item as it is now", () => {
  const opened = [];
  list.onAction({ open: (item) => opened.push(item) });
  list.show(items("a"));
  const [button] = parent.children[0].children;
  const later = { key: "a", text: "a" };
  list.show([later]);
  parent.click(button);
  assert.deepEqual(opened, [later]);
  parent.click(parent);
  parent.click(parent.children[0]);
  assert.equal(opened.length, 1, "a click beside the button does nothing");
});

test("patch adds, changes and removes attributes", () => {
  const node = fake("p", { class: "a", title: "t" });
  patch(node, fake("p", { class: "b", hidden: "" }));
  assert.deepEqual(node.attributes, [{ name: "class", value: "b" }, { name: "hidden", value: "" }]);
});

test("patch keeps the text nodes and elements that are equal", () => {
  const node = fake("p", {}, "hi ", fake("b", {}, "bob"), "!");
  const [start, bold] = node.childNodes;
  patch(node, fake("p", {}, "hi ", fake("b", {}, "Bob"), "?", fake("i")));
  assert.equal(node.textContent, "hi Bob?");
  assert.equal(node.childNodes[0], start);
  assert.equal(node.childNodes[1], bold);
  assert.equal(node.childNodes.length, 4);
});

test("patch replaces a child of another kind and removes what is left over", () => {
  const node = fake("p", {}, fake("b", {}, "x"), "y", "z");
  patch(node, fake("p", {}, fake("i", {}, "x")));
  assert.deepEqual(node.childNodes.map(({ nodeName }) => nodeName), ["I"]);
});
