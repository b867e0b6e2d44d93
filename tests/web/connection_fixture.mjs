// A connection in a test: its clock, and the sockets that it opens.

import { Connection } from "../../twisted_chat/web/connection.js";

class Clock {
  time = 0;
  timers = new Map();
  last = 0;
  Date = { now: () => this.time };
  setTimeout = (call, wait) => {
    this.last += 1;
    this.timers.set(this.last, { call, at: this.time + wait });
    return this.last;
  };
  clearTimeout = (id) => this.timers.delete(id);
  advance(by) {
    const end = this.time + by;
    for (;;) {
      const [next] = [...this.timers].filter(([, { at }]) => at <= end).sort((a, b) => a[1].at - b[1].at);
      if (!next) break;
      this.timers.delete(next[0]);
      this.time = next[1].at;
      next[1].call();
    }
    this.time = end;
  }
}

class Socket extends EventTarget {
  readyState = 1;
  sent = [];
  send(text) {
    this.sent.push(JSON.parse(text));
  }
  close() {
    this.readyState = 3;
    this.closed = true;
  }
  say(frame) {
    this.dispatchEvent(Object.assign(new Event("message"), { data: JSON.stringify(frame) }));
  }
  end(reason = "") {
    this.readyState = 3;
    this.dispatchEvent(Object.assign(new Event("close"), { reason }));
  }
}

export function start(options = {}) {
  const clock = new Clock();
  const sockets = [];
  const states = [];
  const frames = [];
  let heartbeats = 0;
  const connection = new Connection({
    open: (query, polls) => {
      const socket = new Socket();
      socket.query = query;
      socket.polls = polls;
      sockets.push(socket);
      return socket;
    },
    query: () => ({ since: "7" }),
    heartbeat: () => ({ type: "heartbeat", ref: `p${(heartbeats += 1)}` }),
    whyRefused: async () => "",
    clock,
    random: () => 0.5,
    onState: (state) => states.push(state),
    onFrame: (frame) => frames.push(frame),
    ...options,
  });
  connection.connect();
  return { clock, connection, sockets, states, frames, socket: () => sockets.at(-1) };
}

export function connected() {
  const all = start();
  all.socket().say({ type: "welcome" });
  return all;
}
