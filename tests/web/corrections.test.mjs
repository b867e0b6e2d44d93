// Messages that are deleted or corrected, and who may do that.

import assert from "node:assert/strict";
import { test } from "node:test";

import { messageItems } from "../../twisted_chat/web/on_demand/menu_items.js";
import { rowsOf } from "../../twisted_chat/web/rows.js";
import { chat, id, iso, lobby, message, texts, welcome } from "./chat_fixture.mjs";
import { ROUTE_LIST } from "./routes_fixture.mjs";

const routes = [...ROUTE_LIST, ...["edit", "delete"].map((name) => ({ name, usage: "", summary: "", aliases: [] }))];
const deleted = (n, ids, by) => chat.receive({ type: "deleted", id: id(n), time: iso(n), room: "lobby", ids, by });
const edited = (n, of, text) =>
  chat.receive({ type: "edited", id: of, position: id(n), time: iso(n), room: "lobby", from: "bob", text });
const offered = (entry) => messageItems(chat, lobby(), entry).flat().map(({ action }) => action);
const labels = (entry) => messageItems(chat, lobby(), entry).flat().map(({ label }) => label);

test("a deleted message keeps its place, but not its text", () => {
  welcome();
  chat.receive(message(11, "bob", "secret"));
  chat.receive(message(12, "bob", "later"));
  deleted(13, [id(11), id(9)], "alice");
  assert.deepEqual(lobby().entries.map(({ kind }) => kind), ["deleted", "message"]);
  assert.doesNotMatch(JSON.stringify(lobby().entries), /secret/u);
  assert.equal(chat.position, id(13));
});

test("a deleted message is not new any more", () => {
  welcome();
  chat.receive(message(11, "bob", "me, look"));
  assert.deepEqual([lobby().unread, lobby().mentions], [1, 1]);
  deleted(12, [id(11)], "bob");
  assert.deepEqual([lobby().unread, lobby().mentions], [0, 0]);
});

test("a corrected message has its new text and a mark, and is drawn again", () => {
  welcome();
  chat.receive(message(11, "bob", "helo"));
  const look = () => rowsOf(lobby()).at(-1).look;
  const before = look();
  edited(12, id(11), "me: hello");
  assert.deepEqual(texts(), ["me: hello"]);
  const [entry] = lobby().entries;
  assert.deepEqual([entry.edited, entry.mention, chat.position], [true, true, id(12)]);
  assert.notEqual(look(), before);
  edited(13, id(9), "of a message that is not loaded");
  assert.deepEqual(texts(), ["me: hello"]);
});

test("a message that was corrected while the page was away is shown as it is now", () => {
  welcome();
  chat.receive(message(11, "bob", "helo"));
  lobby().mergeHistory([{ kind: "message", id: id(11), from: "bob", text: "hello", time: 1, edited: true }]);
  assert.deepEqual(texts(), ["hello"]);
});

test("one's own last message here may be corrected and deleted, the others not", () => {
  welcome({ routes });
  chat.receive(message(11, "me", "one"));
  chat.receive(message(12, "me", "two"));
  chat.receive(message(13, "bob", "three"));
  const [one, two, three] = lobby().entries;
  for (const entry of [one, two]) entry.time = chat.now();
  assert.deepEqual(offered(one), ["copy"]);
  assert.deepEqual(offered(two), ["copy", "edit", "delete"]);
  assert.deepEqual(offered(three), ["copy", "reply"]);
});

test("after 15 minutes a message may only be deleted", () => {
  welcome({ routes });
  chat.receive(message(11, "me", "one"));
  const [entry] = lobby().entries;
  entry.time = chat.now() - 15 * 60_000;
  assert.deepEqual(offered(entry), ["copy", "delete"]);
});

test("a room operator deletes a message of someone, or the last ones, from the chosen one on", () => {
  welcome({ routes });
  for (const n of [11, 12, 13]) chat.receive(message(n, n === 12 ? "carol" : "bob", "x"));
  lobby().settings = { rank: "room operator" };
  const [first, , last] = lobby().entries;
  assert.deepEqual(offered(first), ["copy", "reply", "delete", "deleteLast"]);
  assert.equal(labels(first).at(-1), "Delete the last 2 messages of bob…");
  assert.deepEqual(offered(last), ["copy", "reply", "delete"]);
  // The server does not know it by this id.
  last.otherJournal = true;
  assert.deepEqual(offered(last), ["copy", "reply"]);
});

test("without the routes nothing of this is offered", () => {
  welcome({ routes: ROUTE_LIST });
  chat.receive(message(11, "me", "one"));
  assert.deepEqual(offered(lobby().entries[0]), ["copy"]);
});
