// The routes that the server lists in its welcome.

import assert from "node:assert/strict";
import { test } from "node:test";

import { RouteTable } from "../../twisted_chat/web/routes.js";
import { chat, welcome } from "./chat_fixture.mjs";
import { ROUTES, ROUTE_LIST } from "./routes_fixture.mjs";

test("a route is found by its name and its aliases, in any case", () => {
  for (const word of ["join", "J", "JOIN"]) assert.equal(ROUTES.find(word).name, "join");
  for (const word of ["", "joi", "constructor", "__proto__"]) assert.equal(ROUTES.find(word), undefined);
});

test("a route is offered once, by its name or by the alias that is typed", () => {
  const offered = (typed) => ROUTES.startingWith(typed).map(({ word }) => word);
  assert.deepEqual(offered("j"), ["join"]);
  assert.deepEqual(offered("w"), ["w", "who"]);
  assert.deepEqual(offered("xyz"), []);
});

test("the usage names the arguments", () => {
  assert.deepEqual(ROUTES.argument("give", 1), { name: "ROOM", isOptional: false });
  assert.deepEqual(ROUTES.argument("part", 0), { name: "ROOM", isOptional: true });
  assert.equal(ROUTES.argument("rooms", 0).name, "");
  assert.equal(ROUTES.argument("frob", 0).name, "");
});

test("before the first welcome no route is known", () => {
  assert.equal(new RouteTable().isKnown, false);
  assert.equal(chat.routes.isKnown, false);
  welcome({ routes: ROUTE_LIST });
  assert.equal(chat.routes.find("give").usage, "NAME ROOM [TEXT]");
});

test("a server that was restarted may have other routes", () => {
  welcome({ routes: ROUTE_LIST });
  welcome({ routes: ROUTE_LIST.slice(1) });
  assert.equal(chat.routes.find("nick"), undefined);
});

test("a route that is typed in full comes before those that begin like it", () => {
  const table = new RouteTable(["rooms", "room"].map((name) => ({ name, usage: "", summary: "", aliases: [] })));
  assert.deepEqual(table.startingWith("room").map(({ word }) => word), ["room", "rooms"]);
  assert.deepEqual(table.startingWith("roo").map(({ word }) => word), ["rooms", "room"]);
});
