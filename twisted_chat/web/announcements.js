// What screen readers are told of new messages: each once, and many at a time as a number.
//
// Pure except for its arguments: `say(texts)`, and a clock with timers.

import { strings } from "./strings.js";

const COLLECT_MS = 300; // what comes within this time is announced together
const SPACING_MS = 3_000; // from one announcement to the next
const MAX_EACH = 3; // more are only counted
const MAX_LENGTH = 300; // characters of one message

export class Announcements {
  constructor({ say, clock = globalThis }) {
    Object.assign(this, { say, clock });
    this.waiting = [];
    this.timer = null;
    this.lastAt = -Infinity;
  }

  message({ kind, title }, { from, text }, isCurrent) {
    const author = isCurrent ? from : strings.spokenAuthor(from, kind === "dm" ? "" : title);
    this.add(strings.spokenMessage(author, shorten(text)));
  }

  add(text) {
    this.waiting.push(text);
    if (this.timer !== null) return;
    const wait = Math.max(COLLECT_MS, this.lastAt + SPACING_MS - this.clock.Date.now());
    this.timer = this.clock.setTimeout(() => this.flush(), wait);
  }

  flush() {
    const texts = this.waiting;
    this.waiting = [];
    this.timer = null;
    this.lastAt = this.clock.Date.now();
    this.say(texts.length > MAX_EACH ? [strings.manyNewMessages(texts.length)] : texts);
  }
}

function shorten(text) {
  const characters = [...text];
  return characters.length > MAX_LENGTH ? `${characters.slice(0, MAX_LENGTH).join("")}…` : text;
}
