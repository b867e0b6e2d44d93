// Long polling in place of a WebSocket.

import assert from "node:assert/strict";
import { test } from "node:test";

import { PollingSocket } from "../../twisted_chat/web/polling.js";

// A server: GETs wait until `answer`, POSTs are kept.
class Server {
  gets = [];
  posts = [];
  request = (url, { method = "GET", body, signal }) =>
    new Promise((resolve, reject) => {
      signal?.addEventListener("abort", () => reject(new Error("aborted")));
      const exchange = {
        url: String(url),
        body,
        answer: (text, status = 200) => resolve(new Response(text, { status })),
        fail: () => reject(new TypeError("Failed to fetch")),
      };
      (method === "GET" ? this.gets : this.posts).push(exchange);
    });
}

const turn = () => new Promise((resolve) => setTimeout(resolve));

async function start({ opened = true } = {}) {
  const server = new Server();
  const socket = new PollingSocket("http://chat.example/a/socket.io/?nick=bob", server.request);
  const seen = [];
  socket.addEventListener("message", ({ data }) => seen.push(data));
  socket.addEventListener("close", ({ code, reason }) => seen.push([code, reason]));
  if (opened) {
    server.gets[0].answer('0{"sid":"s 1"}\u001e4{"type":"welcome"}');
    await turn();
  }
  return { server, socket, seen };
}

test("the parameters are sent once, then the id of the session", async () => {
  const { server, socket, seen } = await start();
  assert.equal(
    server.gets[0].url,
    "http://chat.example/a/socket.io/?nick=bob&EIO=4&transport=polling",
  );
  assert.equal(
    server.gets[1].url,
    "http://chat.example/a/socket.io/?EIO=4&transport=polling&sid=s+1",
  );
  assert.equal(socket.readyState, 1);
  assert.deepEqual(seen, ['{"type":"welcome"}']);
});

test("what is sent when it opens is the first message", async () => {
  const { server, socket } = await start({ opened: false });
  socket.addEventListener("open", () => socket.send("first"));
  server.gets[0].answer('0{"sid":"s 1"}');
  await turn();
  assert.deepEqual(server.posts.map(({ url, body }) => [url, body]), [
    ["http://chat.example/a/socket.io/?EIO=4&transport=polling&sid=s+1", "4first"],
  ]);
});

test("messages that wait are sent together, one request at a time, in order", async () => {
  const { server, socket } = await start();
  for (const text of ["a", "b", "c"]) socket.send(text);
  assert.deepEqual(server.posts.map(({ body }) => body), ["4a"]);
  server.posts[0].answer("ok");
  await turn();
  assert.deepEqual(server.posts.map(({ body }) => body), ["4a", "4b\u001e4c"]);
  server.posts[1].answer("ok");
  await turn();
  socket.send("d");
  assert.equal(server.posts[2].body, "4d");
});

test("a heartbeat is answered", async () => {
  const { server, seen } = await start();
  server.gets[1].answer("2\u001e4{}\u001e6");
  await turn();
  assert.equal(server.posts[0].body, "3");
  assert.equal(server.gets.length, 3);
  assert.deepEqual(seen.slice(1), ["{}"]);
});

test("the server says why it closes the connection", async () => {
  const { server, socket, seen } = await start();
  server.gets[1].answer('4{"type":"closed","code":4000,"reason":"taken over"}\u001e1');
  await turn();
  assert.deepEqual(seen.at(-1), [4000, "taken over"]);
  assert.equal(socket.readyState, 3);
  assert.equal(server.gets.length, 2);
});

test("a request that fails ends the connection, once", async () => {
  for (const end of [
    ({ server }) => server.gets[1].fail(),
    ({ server }) => server.gets[1].answer("Session ID unknown", 400),
    ({ server }) => server.gets[1].answer("4not JSON"),
    ({ server, socket }) => {
      socket.send("a");
      server.posts[0].answer("no", 502);
    },
  ]) {
    const all = await start();
    end(all);
    await turn();
    assert.deepEqual(all.seen.slice(1), [[1006, ""]]);
    all.socket.send("late");
    assert.ok(all.server.posts.every(({ body }) => body !== "4late"));
  }
});

test("closing tells the server and cancels the request that waits", async () => {
  const { server, socket, seen } = await start();
  socket.close();
  await turn();
  assert.equal(server.posts[0].body, "1");
  assert.deepEqual(seen.slice(1), [[1006, ""]]);
  socket.close();
  assert.equal(server.posts.length, 1);
});

test("closing before it is open sends nothing", async () => {
  const { server, socket } = await start({ opened: false });
  socket.close();
  await turn();
  assert.deepEqual(server.posts, []);
});
