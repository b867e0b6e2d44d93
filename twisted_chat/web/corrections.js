// Messages that are deleted or corrected: the handlers of their frames (see frames.js).  Pure.
// Which ones the user may delete or correct: on_demand/correctable.js.

import { keyOf } from "./conversation.js";
import { isMessage } from "./entries.js";
import { advancePosition } from "./received_messages.js";

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
