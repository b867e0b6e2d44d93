// The menus of names and messages: what they offer, and their keys.

import assert from "node:assert/strict";
import { test } from "node:test";

import { messageItems, nameItems } from "../../twisted_chat/web/on_demand/menu_items.js";
import { menuKey } from "../../twisted_chat/web/on_demand/menu_keys.js";
import { chat, lobby, message, welcome } from "./chat_fixture.mjs";
import { ROUTE_LIST } from "./routes_fixture.mjs";

const actionsOf = (groups) => groups.flat().map(({ action }) => action);
const key = (name, more = {}) => ({ key: name, ...more });
const LABELS = ["Profile", "Direct message", "Kick", "Delete"];

test("a name offers what the server has a route for", () => {
  welcome({ routes: ROUTE_LIST });
  assert.deepEqual(actionsOf(nameItems(chat, "bob", lobby())), ["openDirect", "ignore"]);
  welcome({ routes: [...ROUTE_LIST, { name: "whois", usage: "NAME", summary: "", aliases: [] }] });
  assert.deepEqual(actionsOf(nameItems(chat, "bob", lobby())), ["whois", "openDirect", "ignore"]);
});

test("someone who is ignored can be heard again, under any spelling", () => {
  welcome({ routes: ROUTE_LIST });
  chat.userState.ignore("Bob");
  assert.deepEqual(actionsOf(nameItems(chat, "bob", lobby())), ["openDirect", "unignore"]);
});

test("a message of someone else can be copied and replied to, one's own only copied", () => {
  welcome();
  chat.receive(message(11, "bob", "hi"));
  chat.receive(message(12, "me", "hello"));
  const [theirs, mine] = lobby().entries;
  assert.deepEqual(actionsOf(messageItems(chat, lobby(), theirs)), ["copy", "reply"]);
  assert.deepEqual(actionsOf(messageItems(chat, lobby(), mine)), ["copy"]);
});

test("in a direct conversation nobody has to be addressed", () => {
  welcome();
  chat.receive(message(11, "bob", "psst", { type: "dm", to: "me" }));
  const direct = chat.conversations.get("@bob");
  assert.deepEqual(actionsOf(messageItems(chat, direct, direct.entries[0])), ["copy"]);
});

test("the arrow keys go round, Home and End to the first and the last item", () => {
  assert.equal(menuKey(key("ArrowDown"), LABELS, 0), 1);
  assert.equal(menuKey(key("ArrowDown"), LABELS, 3), 0);
  assert.equal(menuKey(key("ArrowUp"), LABELS, 0), 3);
  assert.equal(menuKey(key("Home"), LABELS, 2), 0);
  assert.equal(menuKey(key("End"), LABELS, 0), 3);
});

test("a letter goes to the next item that begins with it", () => {
  assert.equal(menuKey(key("d"), LABELS, 0), 1);
  assert.equal(menuKey(key("D"), LABELS, 1), 3);
  assert.equal(menuKey(key("d"), LABELS, 3), 1);
  assert.equal(menuKey(key("x"), LABELS, 2), 2);
});

test("Escape and Tab close a menu; Enter, Space and shortcuts are not its keys", () => {
  assert.equal(menuKey(key("Escape"), LABELS, 0), "close");
  assert.equal(menuKey(key("Tab"), LABELS, 0), "leave");
  for (const event of [key("Enter"), key(" "), key("d", { ctrlKey: true }), key("F5")]) {
    assert.equal(menuKey(event, LABELS, 0), null);
  }
});
