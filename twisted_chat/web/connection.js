// The life of the connection: opened, watched, and opened again when it breaks.
//
// Pure but for what it is given: how to open a socket, a clock with timers, and chance.
// `state` never claims more than is known: "connected" only after the server's welcome,
// and, once there was a reason to doubt, only after the answer to what was asked then: any
// other word may have been on its way since before.

// Silence after which the server is asked whether it is still there, and the patience for
// its answer.  Pages cannot see the pings of WebSocket itself.
const QUIET = 30_000;
const PATIENCE = 10_000;
const SHORT_PATIENCE = 4_000;
const OPENING = 15_000;
const FIRST_WAIT = 400;
const LONGEST_WAIT = 10_000;

// Doubles each time; half of it by chance, so that not all pages return at once when a
// server does.
export function backoff(tries, random) {
  const most = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** tries);
  return most / 2 + (random() * most) / 2;
}

export class Connection {
  // `open(query)` gives a WebSocket, `query()` says who one is, `pulse()` is a frame with a
  // `ref` of its own that the server answers; `onState(state, reason)`, `onFrame(frame)` and
  // `onLost(code, reason)` are told.
  constructor({ open, query, pulse, clock = globalThis, random = Math.random, ...told }) {
    Object.assign(this, { open, query, pulse, clock, random, onLost: () => {}, ...told });
    this.state = "new"; // connecting, connected, checking, waiting, stopped
    this.reason = "";
    this.retryAt = 0;
    this.tries = 0;
    this.socket = null;
    this.timer = undefined;
    this.owed = false; // the server was asked something and has said nothing since
    this.heard = 0; // when it last said something
    this.sign = ""; // the `ref` of the answer that ends a doubt
  }

  get isUp() {
    return this.state === "connected" || this.state === "checking";
  }

  become(state, reason = "") {
    const changed = state !== this.state || reason !== this.reason;
    this.state = state;
    this.reason = reason;
    if (changed) this.onState(state, reason);
  }

  later(wait, call) {
    this.clock.clearTimeout(this.timer);
    this.timer = this.clock.setTimeout(call, wait);
  }

  connect() {
    this.drop();
    this.become("connecting");
    let socket;
    try {
      socket = this.open(this.query());
    } catch {
      this.retry();
      return;
    }
    this.socket = socket;
    // A socket that was given up may still speak; only the present one is listened to.
    const mine = (call) => (event) => {
      if (this.socket === socket) call(event);
    };
    socket.addEventListener("message", mine(({ data }) => this.received(data)));
    socket.addEventListener("close", mine(({ reason, code }) => this.lost(reason, code)));
    this.later(OPENING, () => this.lost());
  }

  received(data) {
    let frame;
    try {
      frame = JSON.parse(data);
    } catch {
      return;
    }
    if (frame === null || typeof frame !== "object") return;
    this.owed = false;
    this.heard = this.clock.Date.now();
    if (frame.type === "welcome") this.tries = 0;
    // The frame first: whoever asks for the state then finds what the welcome brought.
    this.onFrame(frame);
    if (this.state === "checking" && frame.ref !== this.sign) {
      this.later(SHORT_PATIENCE, () => this.lost());
    } else if (frame.type === "welcome" || this.isUp) {
      this.become("connected");
      this.later(QUIET, () => this.check(PATIENCE, false));
    }
  }

  // Asks for a sign of life.  `doubt`: there is a reason to think that it is gone.
  check(patience = SHORT_PATIENCE, doubt = true) {
    if (!this.isUp) return;
    const pulse = this.pulse();
    if (doubt) {
      this.become("checking");
      this.sign = pulse.ref;
    }
    this.write(pulse);
    this.later(patience, () => this.lost());
  }

  send(frame) {
    if (!this.isUp) return false;
    this.write(frame);
    // The server answers whatever it is asked; one that does not is gone.
    if (!this.owed && this.state === "connected") this.later(PATIENCE, () => this.check());
    this.owed = true;
    return true;
  }

  write(frame) {
    if (this.socket?.readyState === 1) this.socket.send(JSON.stringify(frame));
  }

  lost(reason = "", code = 0) {
    this.drop();
    this.onLost(code, reason);
    this.retry(reason);
  }

  retry(reason = "") {
    const wait = backoff(this.tries, this.random);
    this.tries += 1;
    this.retryAt = this.clock.Date.now() + wait;
    this.become("waiting", reason);
    this.later(wait, () => this.connect());
  }

  // Something speaks for trying now: the network is back, the person is, or asks for it.
  nudge() {
    if (this.state === "waiting") {
      this.tries = Math.min(this.tries, 2);
      this.connect();
      return;
    }
    // So long a silence means that this machine, or this page, was asleep.
    this.check(SHORT_PATIENCE, this.clock.Date.now() - this.heard > QUIET + PATIENCE);
  }

  // For good: the person has left.
  stop() {
    this.drop();
    this.become("stopped");
  }

  drop() {
    this.clock.clearTimeout(this.timer);
    const { socket } = this;
    this.socket = null;
    this.owed = false;
    socket?.close();
  }
}
