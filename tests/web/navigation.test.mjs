// The way from one conversation to another.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { neighbor, nextUnread } from "../../twisted_chat/web/navigation.js";
import { findDestinations } from "../../twisted_chat/web/on_demand/destinations.js";
import { chat, message, welcome } from "./chat_fixture.mjs";

const found = (text) => findDestinations(chat, text).map(({ kind, name }) => (kind === "room" ? `#${name}` : name));

beforeEach(() => {
  welcome({ room: "lobby", rooms: ["tea", "garden", "lobby"], members: ["me", "bob", "alice", "Bodo"] });
  chat.open("dm", "zoe");
  chat.select("#lobby");
});

test("the neighbors are those of the sidebar, in a circle", () => {
  const visit = (step) => {
    const names = [];
    for (let count = 0; count < 4; count += 1) {
      chat.select(neighbor(chat, step).key);
      names.push(chat.current.name);
    }
    return names;
  };
  assert.deepEqual(visit(1), ["garden", "tea", "zoe", "lobby"]);
  assert.deepEqual(visit(-1), ["zoe", "tea", "garden", "lobby"]);
});

test("the only conversation has no neighbor", () => {
  for (const key of ["#tea", "#garden", "@zoe"]) chat.remove(key);
  assert.equal(neighbor(chat, 1), null);
  assert.equal(nextUnread(chat, 1), null);
});

test("the next unread one is looked for from the current one on, in a circle", () => {
  chat.receive(message(11, "bob", "hi", { room: "garden" }));
  chat.receive({ type: "dm", id: "0012", from: "zoe", to: "me", text: "psst" });
  assert.equal(nextUnread(chat, 1).name, "garden");
  assert.equal(nextUnread(chat, -1).name, "zoe");
  chat.select("#tea");
  assert.equal(nextUnread(chat, 1).name, "zoe");
  chat.select("@zoe");
  assert.equal(nextUnread(chat, 1).name, "garden");
});

test("without a conversation the first one is next", () => {
  chat.currentKey = "";
  assert.equal(neighbor(chat, 1).name, "lobby");
});

test("names are found that begin with the text, then those that contain it", () => {
  assert.deepEqual(found("bo"), ["bob", "Bodo"]);
  assert.deepEqual(found("E"), ["#garden", "#tea", "zoe", "alice"], "conversations first");
  assert.deepEqual(found("lob"), ["#lobby"]);
  assert.deepEqual(found("ob"), ["bob", "#lobby"], "the current one last");
  assert.deepEqual(found("nobody"), []);
});

test("a word inside of a name comes before a part of a word", () => {
  chat.receive({ type: "rooms", rooms: [{ name: "my-tea", count: 1 }, { name: "steam", count: 9 }] });
  assert.deepEqual(found("tea"), ["#tea", "#my-tea", "#steam"]);
});

test("a mark restricts the search to rooms or to people", () => {
  assert.deepEqual(found("#b"), ["#lobby"]);
  assert.deepEqual(found("@o").sort(), ["Bodo", "bob", "zoe"]);
  assert.ok(!found("").includes("me"));
});

test("without a text, unread conversations come first, the current one last of the conversations", () => {
  chat.receive(message(11, "bob", "hi", { room: "tea" }));
  chat.receive({ type: "dm", id: "0012", from: "zoe", to: "me", text: "psst" });
  assert.deepEqual(found("").slice(0, 3), ["zoe", "#tea", "#garden"]);
  assert.equal(found("").at(-1), "#lobby");
});

test("rooms of the server that the user has not joined are found as well, once each", () => {
  chat.receive({ type: "rooms", rooms: [{ name: "tea", count: 2 }, { name: "garage", count: 1 }] });
  assert.deepEqual(found("ga"), ["#garden", "#garage"]);
  const [, garage] = findDestinations(chat, "ga");
  assert.equal(garage.conversation, null);
  assert.deepEqual(found("tea"), ["#tea"]);
});
