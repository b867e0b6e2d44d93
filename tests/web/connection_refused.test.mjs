// A connection that cannot be made: why, and long polling instead.

import assert from "node:assert/strict";
import { test } from "node:test";

import { start } from "./connection_fixture.mjs";

test("a page that the server refuses asks why, once", async () => {
  let asked = 0;
  const whyRefused = async () => {
    asked += 1;
    return "pages of https://a may not connect";
  };
  const { clock, connection, socket, states } = start({ whyRefused });
  for (let round = 0; round < 3; round += 1) {
    socket().end();
    await null;
    await null;
    assert.equal(connection.refusal, "pages of https://a may not connect");
    assert.equal(states.at(-1), "waiting");
    clock.advance(connection.retryAt - clock.time);
  }
  assert.equal(asked, 1);
  socket().say({ type: "welcome" });
  assert.equal(connection.refusal, "");
  socket().end();
  assert.equal(asked, 1); // It was connected: nothing is refused.
});

test("a server that cannot be reached is asked again", async () => {
  let asked = 0;
  const whyRefused = async () => {
    asked += 1;
    throw new TypeError("Failed to fetch");
  };
  const { clock, connection, socket } = start({ whyRefused });
  for (let round = 1; round < 3; round += 1) {
    socket().end();
    await null;
    await null;
    assert.deepEqual([asked, connection.refusal], [round, ""]);
    clock.advance(connection.retryAt - clock.time);
  }
});

test("a page that left does not show a reason that comes late", async () => {
  const { connection, socket, states } = start({ whyRefused: async () => "no" });
  socket().end("the server is full");
  assert.equal(connection.asked, false); // The server gave a reason of its own.
  connection.wake();
  socket().end();
  connection.connect();
  socket().say({ type: "welcome" });
  await null;
  await null;
  assert.equal(connection.refusal, "");
  assert.equal(states.at(-1), "connected");
});

// The first `rounds` attempts fail; what each of them used.
async function attempts(rounds, all) {
  const { clock, connection, socket, sockets } = all;
  for (let round = 0; round < rounds; round += 1) {
    socket().end();
    await null;
    await null;
    clock.advance(connection.retryAt - clock.time);
  }
  return sockets.map(({ polls }) => polls);
}

test("where WebSocket fails twice and the server answers, the page polls", async () => {
  const all = start();
  assert.deepEqual(await attempts(2, all), [false, false, true]);
  all.socket().say({ type: "welcome" });
  assert.equal(all.connection.state, "connected");
  assert.equal(all.connection.polls, true);
  // A connection that worked is tried again in the same way.
  all.socket().end();
  all.clock.advance(all.connection.retryAt - all.clock.time);
  assert.equal(all.socket().polls, true);
});

test("where a WebSocket hangs and the server answers, the page polls", async () => {
  const all = start();
  all.clock.advance(15_000);
  await null;
  await null;
  all.clock.advance(all.connection.retryAt - all.clock.time);
  assert.equal(all.socket().polls, true);
});

test("where polling fails too, WebSocket is tried again", async () => {
  assert.deepEqual(await attempts(4, start()), [false, false, true, false, true]);
});

test("a page never polls a server that refuses it or is down", async () => {
  const refused = start({ whyRefused: async () => "no" });
  assert.deepEqual(await attempts(4, refused), [false, false, false, false, false]);
  const down = start({ whyRefused: () => Promise.reject(new TypeError("Failed to fetch")) });
  assert.deepEqual(await attempts(4, down), [false, false, false, false, false]);
});

test("a browser without WebSocket polls", async () => {
  const opened = [];
  const { clock, connection } = start({
    open(_query, polls) {
      opened.push(polls);
      if (!polls) throw new ReferenceError("WebSocket is not defined");
      return new EventTarget();
    },
  });
  for (let round = 0; round < 2; round += 1) {
    await null;
    await null;
    clock.advance(connection.retryAt - clock.time);
  }
  assert.deepEqual(opened, [false, false, true]);
});
