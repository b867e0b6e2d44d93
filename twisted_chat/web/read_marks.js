// How far rooms and direct messages are read on the other devices of an account.  Pure.

import { keyOf } from "./conversation.js";

// Read up to there on another device: in a room, or of the direct messages with `nick`.
export function readElsewhere(chat, { room, nick, id }) {
  if (nick !== undefined) {
    directReadElsewhere(chat, keyOf("dm", nick), id);
    return;
  }
  const key = keyOf("room", room);
  const conversation = chat.conversations.get(key);
  if (conversation) conversation.wasReadTo(id);
  else chat.reads.set(key, { id, time: chat.reads.get(key)?.time ?? 0 });
}

// Also of a conversation that this device opens later.
function directReadElsewhere(chat, key, id) {
  chat.directReads.set(key, id);
  (chat.conversations.get(key) ?? chat.closedDirects.get(key))?.wasReadTo(id);
}

// Frames that tell the server what was read since it was told last.
export function readFrames(chat) {
  if (!chat.online || !chat.account || chat.catchingUp) return [];
  return [...chat.rooms(), ...chat.directs(), ...chat.closedDirects.values()].flatMap((one) => {
    const id = one.read?.id;
    if (!id || id <= one.readAtServer) return [];
    one.readAtServer = id;
    const what = one.kind === "room" ? { room: one.name } : { nick: one.name };
    return [chat.request({ type: "read", ...what, id }, { purpose: "read" })];
  });
}
