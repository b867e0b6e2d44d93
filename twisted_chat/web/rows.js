// The rows on the screen for the entries of a conversation.  Pure.

import { isMessage } from "./conversation.js";
import { isLong, measure } from "./folding.js";
import { strings } from "./strings.js";
import { calendarDay, dayName } from "./time.js";

const GROUP_MS = 5 * 60_000; // within which messages of one member share a header
const MAX_NAMES = 6;

// "alice and bob joined; carol left": the net effect of a series of presence changes.
export function presenceText(changes) {
  const changesOf = new Map(); // nickname -> its changes
  const unnamed = { joined: 0, left: 0 };
  for (const { change, nick, count } of changes) {
    if (count) unnamed[change] += count;
    else changesOf.set(nick, [...(changesOf.get(nick) ?? []), change]);
  }
  const groups = { joined: [], left: [], joinedAndLeft: [], leftAndRejoined: [] };
  for (const [nick, own] of changesOf) {
    const [first, last] = [own[0], own.at(-1)];
    if (first === last) groups[first].push(nick);
    else groups[first === "joined" ? "joinedAndLeft" : "leftAndRejoined"].push(nick);
  }
  const parts = [];
  for (const [group, nicks] of Object.entries(groups)) {
    const named = nicks.slice(0, MAX_NAMES);
    const others = nicks.length - named.length + (unnamed[group] ?? 0);
    if (named.length || others) parts.push(strings.presence[group](strings.nameList(named, others)));
  }
  return parts.join("; ");
}

// `head` is the message with the author's name above it.  What comes between two messages,
// such as that the author left, ends a group: the same name may be another member's then.
function continuesGroup(entry, head) {
  return (
    head !== null &&
    head.from === entry.from &&
    head.account === entry.account &&
    Boolean(head.mine) === Boolean(entry.mine) &&
    head.kind !== "action" &&
    entry.kind !== "action" &&
    entry.time - head.time <= GROUP_MS
  );
}

function messageRow(entry, groupStart, { quit, compact }) {
  const { key, kind, status = "", mention, problem = "", from, account, edited, unfolded } = entry;
  const size = measure(entry);
  const fold = isLong(size) ? (unfolded ? "open" : "folded") : "";
  const quitStatus = status && quit;
  const look = [groupStart, status, quitStatus, Boolean(mention), problem, from, account, edited, fold, compact];
  const { lines, revision } = size;
  const row = { key, kind, entry, groupStart, quit, compact, fold, lines };
  return { ...row, look: [...look, revision].join("\u0000") };
}

// Each row is {key, kind, look, entry?, day?}, and for a message {groupStart, quit, compact,
// fold, lines}; rows with the same key and look are the same on the screen.  `quit`: the user
// has left the chat.  `compact`: each message has its time and author in front.
export function rowsOf(conversation, { quit = false, compact = false, now = Date.now() } = {}) {
  const rows = [];
  let day = null;
  let head = null; // of the group that the next message may continue
  const { kind, hasOlder, entries, firstUnreadKey } = conversation;
  if (kind === "room" && !hasOlder && entries.length > 0) {
    rows.push({ key: "start", kind: "start", look: "" });
  }
  for (const entry of entries) {
    const entryDay = calendarDay(entry.time);
    if (entryDay !== day && entry.kind !== "gap") {
      const name = dayName(entry.time, now);
      rows.push({ key: `day-${entryDay}`, kind: "day", day: name, look: name });
      day = entryDay;
      head = null;
    }
    if (entry.key === firstUnreadKey) {
      rows.push({ key: "new", kind: "new", look: "" });
      head = null;
    }
    if (isMessage(entry)) {
      const groupStart = !continuesGroup(entry, head);
      if (groupStart) head = entry;
      rows.push(messageRow(entry, groupStart, { quit, compact }));
    } else {
      const look = [entry.changes?.length, entry.loading, entry.canLoad].join();
      rows.push({ key: entry.key, kind: entry.kind, entry, look });
      head = null;
    }
  }
  return rows;
}
