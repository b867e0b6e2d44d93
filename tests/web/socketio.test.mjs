// The included Socket.IO client, as a page loads it.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { runInNewContext } from "node:vm";

const SOURCE = readFileSync(new URL("../../twisted_chat/web/socket.io.js", import.meta.url), "utf8");

// Loads the client into a page, whose WebSockets are returned.
function load(location = { href: "http://chat.example/page.html?x=1", protocol: "http:" }) {
  const sockets = [];
  const fetched = [];
  class WebSocket {
    constructor(url) {
      Object.assign(this, { url, sent: [] });
      sockets.push(this);
    }
    send(packet) { this.sent.push(packet); }
    close() {}
    receive(packet) { this.onmessage({ data: packet }); }
    opens() { this.receive('0{"pingInterval":25000,"pingTimeout":20000}'); }
  }
  const timers = new Map();
  const page = {
    WebSocket,
    URL,
    location,
    setTimeout: (call, wait, ...values) => {
      timers.set(timers.size + 1, { wait, call: () => call(...values) });
      return timers.size;
    },
    clearTimeout: (id) => timers.has(id) && timers.set(id, {}),
    fetch: (url) => new Promise(() => fetched.push(String(url))),
  };
  page.globalThis = page;
  runInNewContext(SOURCE, page);
  return { io: page.io, sockets, timers, fetched };
}

test("io.connect is io", () => {
  const { io, sockets } = load();
  assert.equal(io.connect, io);
  io.connect("http://127.0.0.1:3000");
  assert.equal(sockets[0].url, "ws://127.0.0.1:3000/socket.io/?EIO=4&transport=websocket");
});

test("an address has every form that stock clients accept", () => {
  const forms = {
    undefined: "ws://chat.example/",
    "/": "ws://chat.example/",
    "http://other:3000": "ws://other:3000/",
    "https://other/": "wss://other/",
    "ws://other:3000": "ws://other:3000/",
    "wss://other": "wss://other/",
    "//other:3000": "ws://other:3000/",
    "localhost:3000": "ws://localhost:3000/",
    "other.example": "ws://other.example/",
  };
  for (const [form, start] of Object.entries(forms)) {
    const { io, sockets } = load();
    io(form === "undefined" ? undefined : form);
    assert.equal(sockets[0].url, `${start}socket.io/?EIO=4&transport=websocket`, form);
  }
});

test("a page over https connects with TLS", () => {
  const { io, sockets } = load({ href: "https://chat.example/", protocol: "https:" });
  io("other:3000");
  assert.equal(sockets[0].url, "wss://other:3000/socket.io/?EIO=4&transport=websocket");
});

test("the query of the address is sent", () => {
  const { io, sockets } = load();
  io("http://other:3000/?dialect=chat");
  assert.equal(sockets[0].url, "ws://other:3000/socket.io/?EIO=4&dialect=chat&transport=websocket");
});

test("auth is sent, also when the client resumes", () => {
  const { io, sockets } = load();
  const socket = io("/", { auth: { dialect: "chat" } });
  sockets[0].opens();
  assert.deepEqual(sockets[0].sent, ['40{"dialect":"chat"}']);
  sockets[0].receive('40{"sid":"S","pid":"P0"}');
  sockets[0].receive('42["chat","hi"]');
  sockets[0].receive('42["0007"]');
  sockets[0].onclose();
  assert.equal(socket.connected, false);
  socket.connect();
  sockets[1].opens();
  assert.deepEqual(sockets[1].sent, ['40{"dialect":"chat","pid":"P0","offset":"0007"}']);
});

test("a WebSocket that hangs is given up, and polling is tried", () => {
  const { io, sockets, timers, fetched } = load();
  const errors = [];
  io("http://other:3000").on("connect_error", ({ message }) => errors.push(message));
  const running = (wait) => [...timers.values()].filter((timer) => timer.wait === wait);
  running(15_000)[0].call();
  assert.deepEqual(errors, ["timeout"]);
  [...timers.values()].at(-1).call();
  assert.equal(sockets.length, 1);
  assert.deepEqual(fetched, ["http://other:3000/socket.io/?EIO=4&transport=polling"]);
});

test("a WebSocket that opens in time is kept", () => {
  const { io, sockets, timers } = load();
  io("http://other:3000");
  sockets[0].opens();
  assert.ok(![...timers.values()].some(({ wait }) => wait === 15_000));
});
