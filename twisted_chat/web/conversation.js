// A conversation: a room, or the direct messages with one member.  Pure.
//
// Entries are kept in the order of their ids, which is the order in which the server stored
// them.  A system entry has no id of its own and follows the event that `position` names.
// A message of the user's that is not confirmed has a `status` and comes after all others:
// "queued" until there is a connection, "sending" until the reply, "unconfirmed" if the
// connection was lost before the reply, "failed" if it was refused.

import { findLast, newEntryKey } from "./entries.js";
import { compareNames, fold } from "./names.js";
import { NOTHING_READ, isAfter, later, positionOf, unreadAfter } from "./read_state.js";

export { isMessage, newEntryKey } from "./entries.js";

const MAX_ENTRIES = 500; // per room, while nobody reads back in it
const PRESENCE_MERGE_MS = 3_600_000;
const CLOCK_TOLERANCE_MS = 60_000;

export const keyOf = (kind, name) => (kind === "room" ? `#${name}` : `@${fold(name)}`);

export class Conversation {
  constructor(kind, name) {
    this.kind = kind; // "room" or "dm"
    this.name = name;
    this.entries = [];
    this.entriesById = new Map();
    this.topic = "";
    this.members = [];
    this.memberCount = 0; // may exceed the number of names that the server sent
    this.hasOlder = kind === "room"; // the server may have older messages
    this.loadingOlder = false;
    this.read = kind === "dm" ? NOTHING_READ : null; // up to here; null: not known yet
    this.newAfter = null; // the position before the last reading, for the New line
    this.settings = null; // of a room, as the server last told them
    this.removal = null; // by someone else: {text, mayReturn}
    this.readAtServer = ""; // the id up to which the server knows that it is read
  }

  get key() {
    return keyOf(this.kind, this.name);
  }

  get title() {
    return this.kind === "room" ? `#${this.name}` : this.name;
  }

  // What is not read; see read_state.js.
  get unreadState() {
    return unreadAfter(this.read, this.entries, this.hasOlder);
  }

  get unread() {
    return this.unreadState.count;
  }

  get mentions() {
    return this.unreadState.mentions;
  }

  // The message below the New line: the first one that is not read or, while the user stays
  // in the conversation, the first one that was new.
  get firstUnreadKey() {
    return this.unreadState.firstKey ?? unreadAfter(this.newAfter, this.entries, this.hasOlder).firstKey;
  }

  // Everything there is was read; false if it had been read before.  `atOnce`: it was in view
  // when it came, and was never new.
  markRead({ atOnce = false } = {}) {
    const last = findLast(this.entries, (entry) => entry.id && !entry.status);
    if (!last || (this.read && !isAfter(last, this.read))) return false;
    if (!atOnce && this.unread) this.newAfter = this.read;
    this.read = positionOf(last);
    return true;
  }

  // Read up to there in another tab, or before.
  wasRead(position) {
    this.read = later(this.read, position);
  }

  // Read up to a message on another device, of which only the id is known.
  wasReadTo(id) {
    if (id > this.readAtServer) this.readAtServer = id;
    if (this.read?.id >= id) return;
    this.read = { id, time: this.entriesById.get(id)?.time ?? this.read?.time ?? 0 };
  }

  // The New line is not wanted any more.
  forgetNew() {
    this.newAfter = null;
  }

  get lastConfirmed() {
    return findLast(this.entries, (entry) => !entry.status);
  }

  // Inserts an entry in its order; false if it is there already.
  insert(entry) {
    if (entry.id && this.entriesById.has(entry.id)) return false;
    entry.key ??= entry.id ?? newEntryKey();
    let index = this.entries.length;
    while (index > 0 && this.entries[index - 1].status) index -= 1;
    if (entry.id) {
      this.entriesById.set(entry.id, entry);
      while (index > 0 && this.isLater(index - 1, entry.id)) index -= 1;
    }
    this.entries.splice(index, 0, entry);
    return true;
  }

  isLater(start, id) {
    for (let index = start; index >= 0; index -= 1) {
      const entry = this.entries[index];
      if (entry.otherJournal) return false;
      if (entry.kind === "gap") return entry.afterId !== null && entry.afterId >= id;
      const position = entry.id ?? entry.position;
      if (position !== undefined) return position > id;
    }
    return true;
  }

  remove(entry) {
    const index = this.entries.indexOf(entry);
    if (index >= 0) this.entries.splice(index, 1);
    return index >= 0;
  }

  // Presence changes share one entry until the next message.
  addSystemEntry(entry) {
    const last = this.lastConfirmed;
    const extendsLast = last?.kind === "presence" && entry.time - last.time < PRESENCE_MERGE_MS;
    if (entry.kind === "presence" && extendsLast) {
      last.changes.push(...entry.changes);
      last.position = entry.position;
    } else this.insert(entry);
    this.trim(false);
  }

  // Replaces the unconfirmed entry that this stored one confirms, and keeps its key, so that
  // the row stays the same.  Messages are stored in the order sent, but one may be refused.
  confirm(entry) {
    const open = this.entries.filter(
      ({ status, kind }) => kind === entry.kind && (status === "sending" || status === "unconfirmed"),
    );
    const match = open.find(({ text }) => text === entry.text) ?? open[0];
    if (!match) return;
    this.remove(match);
    entry.key = match.key;
  }

  // Adds messages of the history; those that are present stay as they are, unless they were
  // corrected since.
  mergeHistory(entries) {
    for (const entry of entries) {
      const known = this.entriesById.get(entry.id);
      if (known && entry.edited) Object.assign(known, { text: entry.text, edited: true });
      if (entry.mine && !this.entriesById.has(entry.id)) {
        // Sent before the connection was lost, and stored after all.
        const sent = this.entries.find(
          ({ status, text, time }) =>
            (status === "unconfirmed" || status === "failed") &&
            text === entry.text &&
            entry.time > time - CLOCK_TOLERANCE_MS,
        );
        if (sent) this.remove(sent);
      }
      this.insert(entry);
    }
  }

  get lastId() {
    return findLast(this.entries, (entry) => entry.id && !entry.otherJournal)?.id ?? null;
  }

  // What follows has ids of another journal.
  leaveJournal() {
    for (const entry of this.entries) entry.otherJournal = !entry.status;
    this.entriesById.clear();
  }

  // Marks that messages may be missing after the last entry; returns the gap, if there is
  // an entry.  `otherJournal`: the ids so far cannot be compared with those that follow.
  markGap(time, otherJournal) {
    if (!this.entries.some((entry) => !entry.status)) return null;
    if (otherJournal) this.leaveJournal();
    if (this.lastConfirmed.kind !== "gap") {
      this.insert({ kind: "gap", time, afterId: this.lastId, canLoad: this.kind === "room" });
    }
    return this.lastConfirmed;
  }

  // Merges messages from behind a gap, and removes the gap once they reach across it.
  closeGap(gap, entries, hasMore) {
    const reached = gap.afterId !== null && entries.some(({ id }) => id <= gap.afterId);
    this.mergeHistory(entries);
    gap.loading = false;
    if (reached) this.remove(gap);
    else if (!hasMore) gap.canLoad = false; // the server does not have them either
  }

  trim(readingBack) {
    if (readingBack || this.kind === "dm" || this.entries.length <= MAX_ENTRIES * 1.2) return;
    for (const entry of this.entries.splice(0, this.entries.length - MAX_ENTRIES)) {
      if (entry.id) this.entriesById.delete(entry.id);
    }
    this.hasOlder = true;
  }

  setMembers(members, count = members.length) {
    this.members = [...new Set(members)].sort(compareNames);
    this.memberCount = Math.max(count, this.members.length);
  }

  addMember(nick) {
    if (this.members.includes(nick)) return false;
    // Binary search: sorting a thousand names for each arrival would be noticeable.
    let [low, high] = [0, this.members.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (compareNames(this.members[middle], nick) < 0) low = middle + 1;
      else high = middle;
    }
    this.members = [...this.members.slice(0, low), nick, ...this.members.slice(low)];
    this.memberCount += 1;
    return true;
  }

  removeMember(nick) {
    if (!this.members.includes(nick)) return false;
    this.members = this.members.filter((member) => member !== nick);
    this.memberCount -= 1;
    return true;
  }

  renameMember(from, to) {
    if (!this.members.includes(from)) return false;
    const renamed = (names = []) => names.map((nick) => (nick === from ? to : nick));
    this.members = renamed(this.members).sort(compareNames);
    const { settings } = this;
    // What the menu of the name offers.
    if (settings) for (const list of ["operators", "voices", "muted"]) settings[list] = renamed(settings[list]);
    return true;
  }
}
