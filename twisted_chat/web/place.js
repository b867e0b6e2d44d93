// One conversation: a room, or what two people say to each other.
//
// Pure.  Its entries stand in the order of their ids, which is the order in which the
// server stored them; one that has no id (somebody came, a notice) says with `at` which
// one it follows; what is not stored yet (it has a `status`) stands below everything.

import { compareNames, fold } from "./names.js";

// Entries kept in a room that nobody is reading back in.
const KEPT = 500;
const HOUR = 3_600_000;
const MINUTE = 60_000;
const SPOKEN = new Set(["message", "action", "dm"]);

export const isSpoken = (entry) => SPOKEN.has(entry.kind);
export const keyOf = (kind, name) => (kind === "room" ? `#${name}` : `@${fold(name)}`);

let keys = 0;
export function newKey() {
  keys += 1;
  return `local-${keys}`;
}

export class Place {
  constructor(kind, name) {
    this.kind = kind; // "room" or "dm"
    this.name = name;
    this.entries = [];
    this.known = new Map(); // id -> entry
    this.topic = "";
    this.members = [];
    this.count = 0;
    this.more = kind === "room"; // the server may have something older
    this.loading = false;
    this.unread = 0;
    this.mentions = 0;
    this.newFrom = null; // key of the first entry that came while nobody looked
  }

  get key() {
    return keyOf(this.kind, this.name);
  }

  get title() {
    return this.kind === "room" ? `#${this.name}` : this.name;
  }

  get last() {
    return this.entries.findLast((entry) => !entry.status);
  }

  // Puts an entry where it belongs; false if it is there already.
  insert(entry) {
    if (entry.id && this.known.has(entry.id)) return false;
    entry.key ??= entry.id ?? newKey();
    let at = this.entries.length;
    while (at > 0 && this.entries[at - 1].status) at -= 1;
    if (entry.id) {
      this.known.set(entry.id, entry);
      while (at > 0 && this.isLater(at - 1, entry.id)) at -= 1;
    }
    this.entries.splice(at, 0, entry);
    return true;
  }

  isLater(at, id) {
    for (let index = at; index >= 0; index -= 1) {
      const entry = this.entries[index];
      if (entry.foreign) return false;
      if (entry.kind === "gap") return entry.after !== null && entry.after >= id;
      const position = entry.id ?? entry.at;
      if (position !== undefined) return position > id;
    }
    return true;
  }

  remove(entry) {
    const at = this.entries.indexOf(entry);
    if (at >= 0) this.entries.splice(at, 1);
    return at >= 0;
  }

  // Somebody came, went or changed: one line for all of it, as long as nobody speaks.
  tell(entry) {
    const { last } = this;
    const goesOn = last?.kind === "presence" && entry.time - last.time < HOUR;
    if (entry.kind === "presence" && goesOn) {
      last.changes.push(...entry.changes);
      last.at = entry.at;
    } else this.insert(entry);
    this.trim(false);
  }

  // One's own words that are stored now stop waiting: the same line on the screen changes
  // its look.  They come in the order in which they were said, but one may be refused.
  settle(entry) {
    const open = this.entries.filter(
      ({ status, kind }) => kind === entry.kind && (status === "sending" || status === "unsure"),
    );
    const mine = open.find(({ text }) => text === entry.text) ?? open[0];
    if (!mine) return;
    this.remove(mine);
    entry.key = mine.key;
  }

  // History: what is known stays as it is.
  merge(entries) {
    for (const entry of entries) {
      if (entry.mine && !this.known.has(entry.id)) {
        // Sent before the connection broke, and stored after all.
        const unsure = this.entries.find(
          ({ status, text, time }) =>
            (status === "unsure" || status === "failed") &&
            text === entry.text &&
            entry.time > time - MINUTE,
        );
        if (unsure) this.remove(unsure);
      }
      this.insert(entry);
    }
  }

  // The server cannot promise that nothing was missed: mark where that is.
  // `foreign`: it has another journal now, whose ids cannot be compared with those before.
  interrupt(time, foreign) {
    if (!this.entries.some((entry) => !entry.status)) return null;
    if (foreign) {
      for (const entry of this.entries) entry.foreign = !entry.status;
      this.known.clear();
    }
    if (this.last.kind !== "gap") {
      const after = this.entries.findLast((entry) => entry.id && !entry.foreign)?.id ?? null;
      this.insert({ kind: "gap", time, after, open: this.kind === "room" });
    }
    return this.last;
  }

  // A part of what is behind a gap has come, or all of it: then the gap closes.
  bridge(gap, entries, more) {
    const reached = gap.after !== null && entries.some(({ id }) => id <= gap.after);
    this.merge(entries);
    gap.loading = false;
    if (reached) this.remove(gap);
    else if (!more) gap.open = false; // the server has no more of it either
  }

  trim(reading) {
    if (reading || this.kind === "dm" || this.entries.length <= KEPT * 1.2) return;
    for (const entry of this.entries.splice(0, this.entries.length - KEPT)) {
      if (entry.id) this.known.delete(entry.id);
    }
    this.more = true;
  }

  people(members, count = members.length) {
    this.members = [...new Set(members)].sort(compareNames);
    this.count = Math.max(count, this.members.length);
  }

  arrive(nick) {
    if (this.members.includes(nick)) return false;
    // Put in where it belongs: sorting a thousand names for each arrival would be felt.
    let [low, high] = [0, this.members.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (compareNames(this.members[middle], nick) < 0) low = middle + 1;
      else high = middle;
    }
    this.members = this.members.toSpliced(low, 0, nick);
    this.count += 1;
    return true;
  }

  depart(nick) {
    if (!this.members.includes(nick)) return false;
    this.members = this.members.filter((member) => member !== nick);
    this.count -= 1;
    return true;
  }

  rename(from, to) {
    if (!this.members.includes(from)) return false;
    this.members = this.members.map((nick) => (nick === from ? to : nick)).sort(compareNames);
    return true;
  }
}
