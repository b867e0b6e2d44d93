// Which messages the user may delete or correct.  Pure.

import { findLast, isMessage } from "../entries.js";
import { fold } from "../names.js";

const MAX_AGE = 15 * 60_000; // of a message that its author may correct, in milliseconds

export const isStored = (entry) => isMessage(entry) && entry.id && !entry.status && !entry.otherJournal;

// The server corrects and deletes the last message of its author in a room.
export const isLastOwn = ({ kind, entries }, entry) =>
  kind === "room" && entry === findLast(entries, (one) => isStored(one) && one.mine);

export const isCorrectable = (chat, conversation, entry) =>
  isLastOwn(conversation, entry) && chat.now() - entry.time < MAX_AGE;

// How many messages under this nickname there are from this one to the last.
export function countSince({ entries }, entry) {
  const later = entries.slice(entries.indexOf(entry));
  return later.filter((one) => isStored(one) && fold(one.from) === fold(entry.from)).length;
}
