// From what happened in a conversation to the rows on the screen.  Pure.

import { isSpoken } from "./place.js";
import { dayOf } from "./time.js";

const TOGETHER = 5 * 60_000;

function names(list) {
  if (list.length < 2) return list.join("");
  return `${list.slice(0, -1).join(", ")} and ${list.at(-1)}`;
}

// "alice and bob joined; carol left": what a run of coming and going amounts to.
export function presenceText(changes) {
  const seen = new Map();
  const more = { joined: 0, left: 0 };
  for (const { what, nick, more: count } of changes) {
    if (count) more[what] += count;
    else seen.set(nick, [...(seen.get(nick) ?? []), what]);
  }
  const groups = { joined: [], left: [], "came and went": [], "went and came back": [] };
  for (const [nick, moves] of seen) {
    const [first, last] = [moves[0], moves.at(-1)];
    if (first === last) groups[first].push(nick);
    else groups[first === "joined" ? "came and went" : "went and came back"].push(nick);
  }
  const parts = [];
  for (const [what, people] of Object.entries(groups)) {
    const shown = people.slice(0, 6);
    const others = people.length - shown.length + (more[what] ?? 0);
    if (others > 0) shown.push(`${others} ${shown.length ? "others" : "people"}`);
    if (shown.length) parts.push(`${names(shown)} ${what}`);
  }
  return parts.join("; ");
}

// Each row is {key, kind, entry?, head?, time?, left?, look}; two rows with the same key and
// look are the same on the screen.  `left`: this person quit the chat.
export function rowsOf(place, { left = false } = {}) {
  const rows = [];
  let day = null;
  let before = null;
  const whole = place.kind === "room" && !place.more && place.entries.length > 0;
  if (whole) rows.push({ key: "start", kind: "start", look: "" });
  for (const entry of place.entries) {
    const today = dayOf(entry.time);
    if (today !== day && entry.kind !== "gap") {
      rows.push({ key: `day-${today}`, kind: "day", time: entry.time, look: "" });
      day = today;
      before = null;
    }
    if (entry.key === place.newFrom) {
      rows.push({ key: "new", kind: "new", look: entry.key });
      before = null;
    }
    if (!isSpoken(entry)) {
      const look = [entry.changes?.length, entry.loading, entry.open].join();
      rows.push({ key: entry.key, kind: entry.kind, entry, look });
      before = null;
      continue;
    }
    const head =
      before === null ||
      before.from !== entry.from ||
      before.kind === "action" ||
      entry.kind === "action" ||
      entry.time - before.time > TOGETHER;
    const { status = "", mention, text, problem = "", from } = entry;
    const open = status && left;
    const look = [head, status, open, Boolean(mention), problem, from, text].join("\u0000");
    rows.push({ key: entry.key, kind: entry.kind, entry, head, left, look });
    before = entry;
  }
  return rows;
}
