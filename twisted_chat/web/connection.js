// The connection to the server: a WebSocket that is opened, checked, and reopened with
// backoff when it is lost.
//
// Pure except for its arguments: how to open a socket, a clock with timers, a source of
// randomness.  `state` never promises more than is known: it is "connected" only after the
// server's welcome, and "checking" from the moment the connection is suspected dead until
// the reply to the heartbeat sent then; any other frame may have been under way before.

import { countLines } from "./message_parts.js";
import { withLocalTimes } from "./time.js";

// Milliseconds without a frame before a heartbeat is sent: pages cannot see WebSocket pings.
const HEARTBEAT_INTERVAL = 30_000;
const REPLY_TIMEOUT = 10_000;
const CHECK_TIMEOUT = 4_000; // for the reply of a connection that is suspected dead
const OPEN_TIMEOUT = 15_000;
// For a first frame.  A server with a password says nothing before it has received one.
const SILENCE_TIMEOUT = 1_000;
const LINE_MS = 250; // for each further line of a message: the server slows down long pastes
const MIN_BACKOFF = 400;
const MAX_BACKOFF = 10_000;
const WAKE_ATTEMPTS = 2; // the longest backoff after `wake` is that of this attempt
const BANNED = 4003; // the code with which the server closes the connection of who is banned

// Exponential, half of it random, so that pages do not all reconnect at the same time.
export function backoff(attempt, random) {
  const limit = Math.min(MAX_BACKOFF, MIN_BACKOFF * 2 ** attempt);
  return limit / 2 + (random() * limit) / 2;
}

export class Connection {
  // `open(query, polls)` returns a WebSocket, or with `polls` what stands in for one where
  // the network does not pass WebSocket on; `query()` returns the parameters to connect with,
  // `firstFrames()` what to send first, `heartbeat()` a frame with a `ref` of its own
  // that the server replies to, and `whyRefused()` a promise of the reason why the server
  // refuses this page, "" if it does not.  Callbacks: `onState(state, reason)`,
  // `onFrame(frame)`, `onClose(code, reason)`.
  constructor({ clock = globalThis, random = Math.random, onClose = () => {}, ...needed }) {
    Object.assign(this, { clock, random, onClose, ...needed });
    this.state = "new"; // connecting, connected, checking, waiting, stopped, banned
    this.reason = ""; // the server's reason for closing, while waiting, stopped or banned
    this.refusal = ""; // why the server refuses this page; a browser does not tell
    this.asked = false; // since the last welcome the server has answered whether it refuses
    this.polls = false; // by long polling
    this.retryAt = 0;
    this.attempt = 0;
    this.socket = null;
    this.timer = undefined;
    this.silenceTimer = undefined;
    this.awaitsReply = false; // a frame was sent and nothing has been received since
    this.lastReceivedAt = 0;
    this.busyUntil = 0; // the server may still be taking the lines of long messages
    this.lastError = ""; // the text of the last error that the server sent
    this.checkRef = ""; // the `ref` of the reply that ends "checking"
  }

  get isUp() {
    return this.state === "connected" || this.state === "checking";
  }

  setState(state, reason = "") {
    const changed = state !== this.state || reason !== this.reason;
    this.state = state;
    this.reason = reason;
    if (changed) this.onState(state, reason);
  }

  startTimer(wait, call) {
    this.clock.clearTimeout(this.timer);
    this.timer = this.clock.setTimeout(call, wait);
  }

  // For the reply to a frame: it comes after those to all frames that were sent before.
  startReplyTimer(timeout, call) {
    const now = this.clock.Date.now();
    this.startTimer(Math.max(now, this.busyUntil) - now + timeout, call);
  }

  connect() {
    this.closeSocket();
    this.setState("connecting");
    const frames = this.firstFrames();
    let socket;
    try {
      socket = this.open(this.query(), this.polls);
    } catch {
      this.lost();
      return;
    }
    this.socket = socket;
    // An abandoned socket may still fire events; only the current one counts.
    const ifCurrent = (call) => (event) => {
      if (this.socket === socket) call(event);
    };
    socket.addEventListener("open", ifCurrent(() => this.opened(frames)));
    socket.addEventListener("message", ifCurrent(({ data }) => this.received(data)));
    socket.addEventListener("close", ifCurrent(({ reason, code }) => this.lost(reason, code)));
    this.startTimer(OPEN_TIMEOUT, () => this.lost("", 0, true));
  }

  opened(frames) {
    frames.forEach((one) => this.write(one));
    if (frames.length) return;
    this.silenceTimer = this.clock.setTimeout(() => this.write(this.heartbeat()), SILENCE_TIMEOUT);
  }

  received(data) {
    let frame;
    try {
      frame = JSON.parse(data);
    } catch {
      return;
    }
    if (frame === null || typeof frame !== "object") return;
    this.clock.clearTimeout(this.silenceTimer);
    if (frame.type === "error") this.lastError = withLocalTimes(String(frame.text));
    this.awaitsReply = false;
    this.lastReceivedAt = this.clock.Date.now();
    if (frame.type === "welcome") this.welcomed();
    // The frame first: what the welcome brings must be known when the state changes.
    this.onFrame(frame);
    if (this.state === "checking" && frame.ref !== this.checkRef) {
      this.startReplyTimer(CHECK_TIMEOUT, () => this.lost());
    } else if (frame.type === "welcome" || this.isUp) {
      this.setState("connected");
      this.startTimer(HEARTBEAT_INTERVAL, () => this.check(REPLY_TIMEOUT, false));
    }
  }

  welcomed() {
    this.attempt = 0;
    this.refusal = "";
    this.asked = false;
  }

  // Sends a heartbeat.  `suspect`: there is a reason to believe that the connection is dead.
  check(timeout = CHECK_TIMEOUT, suspect = true) {
    if (!this.isUp) return;
    const heartbeat = this.heartbeat();
    if (suspect) {
      this.setState("checking");
      this.checkRef = heartbeat.ref;
    }
    this.write(heartbeat);
    this.startReplyTimer(timeout, () => this.lost());
  }

  // False if there is no connection.
  send(frame) {
    if (!this.isUp) return false;
    this.write(frame);
    const lines = countLines(frame.text ?? "");
    this.busyUntil = Math.max(this.clock.Date.now(), this.busyUntil) + (lines - 1) * LINE_MS;
    // The server replies to every frame; without a reply the connection is suspect.
    if (!this.awaitsReply && this.state === "connected") {
      this.startReplyTimer(REPLY_TIMEOUT, () => this.check());
    }
    this.awaitsReply = true;
    return true;
  }

  write(frame) {
    if (this.socket?.readyState === 1) this.socket.send(JSON.stringify(frame));
  }

  lost(reason = "", code = 0, timedOut = false) {
    const failed = this.state === "connecting" && !reason;
    this.closeSocket();
    this.onClose(code, reason);
    if (code === BANNED) {
      // Until when is said by an error before.
      this.setState("banned", this.lastError || reason);
      return;
    }
    this.retry(reason);
    if (failed) this.failed(timedOut);
  }

  // It could not connect.  A browser does not tell why, so the server is asked.
  async failed(timedOut) {
    if (this.polls || this.refusal) {
      this.polls = false;
      return;
    }
    // The first failure may be that of a server that was just starting.
    const isBlocked = timedOut || this.asked;
    try {
      this.refusal = await this.whyRefused();
    } catch {
      return; // The server cannot be reached at all.
    }
    this.asked = true;
    if (this.isUp) this.refusal = "";
    else if (this.refusal) this.onState(this.state, this.reason);
    else this.polls = isBlocked;
  }

  retry(reason = "") {
    const wait = backoff(this.attempt, this.random);
    this.attempt += 1;
    this.retryAt = this.clock.Date.now() + wait;
    this.setState("waiting", reason);
    this.startTimer(wait, () => this.connect());
  }

  // Call when the network or the user is back: reconnects at once, or checks a connection.
  wake() {
    if (this.state === "waiting") {
      this.attempt = Math.min(this.attempt, WAKE_ATTEMPTS);
      this.connect();
      return;
    }
    // A silence longer than a heartbeat and its timeout: the page or the machine was asleep.
    const silence = this.clock.Date.now() - this.lastReceivedAt;
    this.check(CHECK_TIMEOUT, silence > HEARTBEAT_INTERVAL + REPLY_TIMEOUT);
  }

  // Permanent, until `connect` is called: the user has quit, or has to do something first.
  stop(reason = "") {
    this.closeSocket();
    this.setState("stopped", reason);
  }

  closeSocket() {
    this.clock.clearTimeout(this.timer);
    this.clock.clearTimeout(this.silenceTimer);
    const { socket } = this;
    this.socket = null;
    this.awaitsReply = false;
    socket?.close();
  }
}
