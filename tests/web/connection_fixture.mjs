// A connection in a test, and the sockets that it opens.

import { Connection } from "../../twisted_chat/web/connection.js";
import { Clock } from "./clock.mjs";

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
  open() {
    this.dispatchEvent(new Event("open"));
  }
  say(frame) {
    this.dispatchEvent(Object.assign(new Event("message"), { data: JSON.stringify(frame) }));
  }
  end(reason = "", code = 1006) {
    this.readyState = 3;
    this.dispatchEvent(Object.assign(new Event("close"), { reason, code }));
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
    firstFrames: () => [],
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
