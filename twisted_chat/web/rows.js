// The rows on the screen for the entries of a conversation.  Pure.

import { isMessage } from "./conversation.js";
import { strings } from "./strings.js";
import { calendarDay, dayName } from "./time.js";

const GROUP_MS = 5 * 60_000; // messages of one member this close together share a header
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

// A message starts a group, with the author's name above it, unless it continues one.
function startsGroup(entry, previous) {
  return (
    previous === null ||
    previous.from !== entry.from ||
    previous.kind === "action" ||
    entry.kind === "action" ||
    entry.time - previous.time > GROUP_MS
  );
}

function messageRow(entry, previous, quit) {
  const groupStart = startsGroup(entry, previous);
  const { key, kind, status = "", mention, text, problem = "", from } = entry;
  const quitStatus = status && quit;
  const look = [groupStart, status, quitStatus, Boolean(mention), problem, from, text];
  return { key, kind, entry, groupStart, quit, look: look.join("\u0000") };
}

// Each row is {key, kind, look, entry?, groupStart?, day?, quit?}; rows with the same key and
// look are the same on the screen.  `quit`: the user has left the chat.
export function rowsOf(conversation, { quit = false, now = Date.now() } = {}) {
  const rows = [];
  let day = null;
  let previous = null; // the message before, if the next one may continue its group
  const { kind, hasOlder, entries } = conversation;
  if (kind === "room" && !hasOlder && entries.length > 0) {
    rows.push({ key: "start", kind: "start", look: "" });
  }
  for (const entry of entries) {
    const entryDay = calendarDay(entry.time);
    if (entryDay !== day && entry.kind !== "gap") {
      const name = dayName(entry.time, now);
      rows.push({ key: `day-${entryDay}`, kind: "day", day: name, look: name });
      day = entryDay;
      previous = null;
    }
    if (entry.key === conversation.firstUnreadKey) {
      rows.push({ key: "new", kind: "new", look: "" });
      previous = null;
    }
    if (isMessage(entry)) {
      rows.push(messageRow(entry, previous, quit));
      previous = entry;
    } else {
      const look = [entry.changes?.length, entry.loading, entry.canLoad].join();
      rows.push({ key: entry.key, kind: entry.kind, entry, look });
      previous = null;
    }
  }
  return rows;
}
