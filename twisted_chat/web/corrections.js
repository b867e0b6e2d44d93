// Messages that are deleted or corrected: the handlers of their frames (see frames.js), and which
// messages the user may delete or correct.  Pure.

import { keyOf } from "./conversation.js";
import { findLast, isMessage } from "./entries.js";
import { fold } from "./names.js";
import { advancePosition } from "./received_messages.js";

const MAX_AGE = 15 * 60_000; // of a message that its author may correct, in milliseconds

const entryOf = (chat, room, id) => {
  const entry = chat.conversations.get(keyOf("room", room))?.entriesById.get(id);
  return entry && isMessage(entry) ? entry : null;
};

export const CORRECTION_HANDLERS = {
  // Its place stays, without its text.
  deleted(chat, { id, room, ids, by }) {
    advancePosition(chat, id);
    for (const one of ids) {
      const entry = entryOf(chat, room, one);
      if (entry) Object.assign(entry, { kind: "deleted", text: "", mention: false, by });
    }
    return [];
  },

  // `id` is that of the message, `position` that of the correction.
  edited(chat, { id, position, room, text }) {
    advancePosition(chat, position);
    const entry = entryOf(chat, room, id);
    if (!entry) return [];
    Object.assign(entry, { text: String(text), edited: true });
    if (!entry.mine) entry.mention = chat.alerts.isMention(entry.text, chat.nick);
    return [];
  },
};

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
