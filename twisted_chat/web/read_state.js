// How far the user has read.  Pure.
//
// Each conversation has one position, {id, time}: of the last message that was read.  What is
// new, the counts, the mentions and the title all follow from it.
//
// Ids can be compared only within one journal.  With the id of a journal that was replaced
// (`id` is null then), or for messages of such a journal, the time decides.

import { isMessage } from "./entries.js";

// Of a direct conversation that the user has never looked at.
export const NOTHING_READ = Object.freeze({ id: "", time: 0 });

const MAX_STORED = 300; // conversations

export const positionOf = ({ id, time }) => ({ id, time });

export function isAfter(entry, read) {
  const comparable = read.id !== null && !entry.otherJournal;
  return comparable ? entry.id > read.id : entry.time > read.time;
}

// The later one of two positions, of which either may be null.
export function later(a, b) {
  if (!a || !b) return a ?? b ?? null;
  if (a.time !== b.time) return a.time > b.time ? a : b;
  return (b.id ?? "") > (a.id ?? "") ? b : a;
}

// What is not read: {count, mentions, firstKey, isComplete, isReached}.  Without a position
// nothing is new.  `isReached`: the entries go back to the position.  `isComplete`: there
// cannot be more than were counted.
export function unreadAfter(read, entries, hasOlder) {
  const found = { count: 0, mentions: 0, firstKey: null, isComplete: true, isReached: true };
  if (!read) return found;
  for (let index = entries.length - 1; index >= 0; index -= 1) {
    const entry = entries[index];
    if (entry.kind === "gap" && entry.canLoad) found.isComplete = false;
    if (!entry.id || entry.status) continue;
    if (!isAfter(entry, read)) return found;
    if (!isMessage(entry) || entry.mine) continue;
    found.count += 1;
    found.mentions += Number(Boolean(entry.mention) || entry.kind === "dm");
    found.firstKey = entry.key;
  }
  if (hasOlder) Object.assign(found, { isComplete: false, isReached: false });
  return found;
}

// The stored positions of rooms, [key, id, time] each, with those of another tab or visit:
// the later one of each counts, and the latest ones are kept.
export function mergePositions(stored, rooms) {
  const positions = new Map(readPositions(stored));
  for (const { key, read } of rooms) {
    if (read) positions.set(key, later(positions.get(key), read));
  }
  return [...positions]
    .map(([key, { id, time }]) => [key, id, time])
    .sort(([, , a], [, , b]) => b - a)
    .slice(0, MAX_STORED);
}

// [[key, position], ...] of what `mergePositions` returned.
export function readPositions(stored) {
  if (!Array.isArray(stored)) return [];
  const isValid = (one) =>
    Array.isArray(one) && (one[1] === null || typeof one[1] === "string") && Number.isFinite(one[2]);
  return stored.filter(isValid).map(([key, id, time]) => [String(key), { id, time }]);
}
