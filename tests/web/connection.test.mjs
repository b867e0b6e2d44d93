// The connection: its states, heartbeats and backoff.

import assert from "node:assert/strict";
import { test } from "node:test";

import { backoff } from "../../twisted_chat/web/connection.js";
import { connected, start } from "./connection_fixture.mjs";

test("the state is connected only after the welcome", () => {
  const { connection, socket, states, frames } = start();
  assert.equal(connection.state, "connecting");
  socket().say({ type: "error", code: "nick_taken" });
  assert.equal(connection.state, "connecting");
  socket().say({ type: "welcome" });
  assert.deepEqual(states, ["connecting", "connected"]);
  assert.equal(frames.length, 2);
});

test("the connect query is passed to the socket", () => {
  assert.deepEqual(start().socket().query, { since: "7" });
});

test("a page that resumes says so in its first frame", () => {
  const frame = { type: "resume", session: "s3cret" };
  const { clock, connection, socket } = start({ firstFrames: () => [frame] });
  assert.deepEqual(socket().sent, [], "nothing can be sent yet");
  const former = socket();
  former.open();
  assert.deepEqual(former.sent, [frame]);
  former.end();
  clock.advance(connection.retryAt - clock.time);
  former.open();
  assert.equal(former.sent.length, 1, "an abandoned socket sends nothing");
  socket().open();
  assert.deepEqual(socket().sent, [frame], "each connection resumes");
});

test("a page that does not resume sends nothing first", () => {
  const { socket } = start();
  socket().open();
  assert.deepEqual(socket().sent, []);
});

test("a lost connection is reopened with growing backoff", () => {
  const { clock, connection, sockets, socket } = connected();
  socket().end();
  assert.equal(connection.state, "waiting");
  const waits = [];
  for (let round = 0; round < 8; round += 1) {
    waits.push(connection.retryAt - clock.time);
    clock.advance(connection.retryAt - clock.time);
    assert.equal(connection.state, "connecting");
    socket().end();
  }
  assert.deepEqual(waits, [300, 600, 1200, 2400, 4800, 7500, 7500, 7500]);
  assert.equal(sockets.length, 9);
});

test("a welcome resets the backoff", () => {
  const { clock, connection, socket } = connected();
  for (let round = 0; round < 4; round += 1) {
    socket().end();
    clock.advance(10_000);
  }
  socket().say({ type: "welcome" });
  socket().end();
  assert.equal(connection.retryAt - clock.time, 300);
});

test("half of the backoff is random", () => {
  assert.equal(backoff(3, () => 0), 1600);
  assert.equal(backoff(3, () => 1), 3200);
});

test("a silent server gets a heartbeat, and is given up without a reply", () => {
  const { clock, connection, socket } = connected();
  clock.advance(30_000);
  assert.deepEqual(socket().sent, [{ type: "heartbeat", ref: "p1" }]);
  assert.equal(connection.state, "connected");
  clock.advance(10_000);
  assert.equal(connection.state, "waiting");
  assert.ok(socket().closed);
});

test("any frame from the server postpones the heartbeat", () => {
  const { clock, connection, socket } = connected();
  for (let round = 0; round < 10; round += 1) {
    clock.advance(29_000);
    socket().say({ type: "message" });
  }
  assert.equal(connection.state, "connected");
  assert.deepEqual(socket().sent, []);
});

test("a dead connection is noticed while frames are sent", () => {
  const { clock, connection, sockets, states } = connected();
  for (let round = 0; round < 5; round += 1) {
    connection.send({ type: "message", round });
    clock.advance(3_000);
  }
  assert.deepEqual(states.slice(-3), ["checking", "waiting", "connecting"]);
  assert.ok(sockets[0].closed);
});

test("a reply in time keeps the connection", () => {
  const { clock, connection, socket } = connected();
  connection.send({ type: "message" });
  clock.advance(9_000);
  socket().say({ type: "ok" });
  clock.advance(15_000);
  assert.equal(connection.state, "connected");
});

test("after long messages the replies may take as long as the server takes their lines", () => {
  const { clock, connection, socket } = connected();
  const text = "line\n".repeat(99);
  connection.send({ type: "message", text });
  socket().say({ type: "ok" });
  connection.send({ type: "message", text });
  clock.advance(20_000); // at the default rate of the server, five lines a second
  socket().say({ type: "ok" });
  connection.send({ type: "message", text: "and?" });
  clock.advance(20_000);
  assert.equal(connection.state, "connected");
  socket().say({ type: "ok" });
  clock.advance(20_000);
  connection.send({ type: "message", text: "later" });
  clock.advance(14_000);
  assert.equal(connection.state, "waiting", "the lines were taken long ago");
});

test("a suspect connection is checking until the reply", () => {
  const { connection, socket } = connected();
  connection.check();
  assert.equal(connection.state, "checking");
  assert.ok(connection.isUp);
  socket().say({ type: "notice", ref: "p1" });
  assert.equal(connection.state, "connected");
});

test("frames under way before the check do not end it", () => {
  const { clock, connection, socket, frames } = connected();
  connection.check();
  connection.check();
  clock.advance(3_000);
  socket().say({ type: "notice", ref: "p1" });
  socket().say({ type: "message" });
  assert.equal(frames.length, 3);
  assert.equal(connection.state, "checking");
  clock.advance(3_999);
  assert.equal(connection.state, "checking");
  clock.advance(1);
  assert.equal(connection.state, "waiting");
});

test("waking sends a quiet heartbeat, or a check after a long sleep", () => {
  const { clock, connection, socket } = connected();
  connection.wake();
  assert.equal(connection.state, "connected");
  assert.equal(socket().sent.length, 1);
  socket().say({ type: "notice" });
  clock.time += 60_000; // asleep: no timer has run
  connection.wake();
  assert.equal(connection.state, "checking");
});

test("a check without a reply ends the connection soon", () => {
  const { clock, connection } = connected();
  connection.check();
  clock.advance(4_000);
  assert.equal(connection.state, "waiting");
});

test("waking reconnects at once", () => {
  const { connection, socket, sockets } = connected();
  socket().end();
  connection.wake();
  assert.equal(sockets.length, 2);
  assert.equal(connection.state, "connecting");
});

test("events of an abandoned socket are ignored", () => {
  const { connection, sockets, socket, frames } = connected();
  const [old] = sockets;
  old.end();
  connection.wake();
  socket().say({ type: "welcome" });
  const before = frames.length;
  old.say({ type: "message" });
  old.end();
  assert.equal(frames.length, before);
  assert.equal(connection.state, "connected");
});

test("a server that accepts and sends nothing is given up", () => {
  const { clock, connection } = start();
  clock.advance(15_000);
  assert.equal(connection.state, "waiting");
});

test("a socket that cannot be opened is retried", () => {
  const { connection } = start({
    open: () => {
      throw new Error("no");
    },
  });
  assert.equal(connection.state, "waiting");
});

test("the server's reason for closing is kept", () => {
  const { connection, socket } = connected();
  const lost = [];
  connection.onClose = (code, reason) => lost.push(reason);
  socket().end("too many connections from your address");
  assert.equal(connection.reason, "too many connections from your address");
  assert.deepEqual(lost, ["too many connections from your address"]);
});

test("a stopped connection is not reopened", () => {
  const { clock, connection, sockets } = connected();
  connection.stop();
  clock.advance(100_000);
  assert.equal(connection.state, "stopped");
  assert.equal(sockets.length, 1);
  assert.equal(connection.send({ type: "message" }), false);
});

test("data that is not a frame is ignored", () => {
  const { connection, socket, frames } = connected();
  for (const data of ["", "{", "null", "7"]) {
    socket().dispatchEvent(Object.assign(new Event("message"), { data }));
  }
  assert.equal(frames.length, 1);
  assert.equal(connection.state, "connected");
});

test("a server that says nothing is sent a frame, as it may wait for one", () => {
  const { clock, socket } = start();
  socket().open();
  clock.advance(999);
  assert.deepEqual(socket().sent, []);
  clock.advance(1);
  assert.deepEqual(socket().sent, [{ type: "heartbeat", ref: "p1" }]);
  const other = start();
  other.socket().open();
  other.socket().say({ type: "error" });
  other.clock.advance(5_000);
  assert.deepEqual(other.socket().sent, []);
});

test("a page that is banned reads until when, and does not reconnect by itself", () => {
  const { clock, connection, sockets, socket } = connected();
  socket().say({ type: "error", code: "banned", text: "you are banned until tomorrow" });
  socket().end("banned", 4003);
  assert.equal(connection.state, "banned");
  assert.equal(connection.reason, "you are banned until tomorrow");
  clock.advance(600_000);
  assert.equal(sockets.length, 1);
  connection.connect();
  assert.equal(sockets.length, 2);
});
