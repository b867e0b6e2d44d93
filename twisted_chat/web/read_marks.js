// How far the rooms are read on the other devices of an account.  Pure.

import { keyOf } from "./conversation.js";

// Read up to there on another device.
export function readElsewhere(chat, { room, id }) {
  const key = keyOf("room", room);
  const conversation = chat.conversations.get(key);
  if (conversation) conversation.wasReadTo(id);
  else chat.reads.set(key, { id, time: chat.reads.get(key)?.time ?? 0 });
}

// Frames that tell the server what was read since it was told last.
export function readFrames(chat) {
  if (!chat.online || !chat.account || chat.catchingUp) return [];
  return chat.rooms().flatMap((room) => {
    const id = room.read?.id;
    if (!id || id <= room.readAtServer) return [];
    room.readAtServer = id;
    return [chat.request({ type: "read", room: room.name, id }, { purpose: "read" })];
  });
}
