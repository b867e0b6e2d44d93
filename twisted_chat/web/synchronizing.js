// After the welcome: brings each conversation up to date, and finds out what was missed.  Pure.
//
// `chat.catchingUp` is true until then.  What comes meanwhile is new, even at the end of the
// conversation that is in view.

import { isMessage, keyOf } from "./conversation.js";

// Messages of a room that are loaded to count those that are not read; then "99+" is enough.
const MAX_COUNTED = 100;
const CATCH_UP_LIMIT = 100;
const MAX_CATCH_UPS = 3; // requests for each room: others may be the user's own messages

export const send = (frame) => ({ effect: "send", frame });

// Frames that load more of a room until it is known what is new there.
export function catchUp(chat, room) {
  const { count, isReached } = room.unreadState;
  if (isReached || count >= MAX_COUNTED || room.catchUps >= MAX_CATCH_UPS) return [];
  const frames = chat.loadOlder(room, CATCH_UP_LIMIT);
  room.catchUps += frames.length;
  return frames;
}

// Ids beyond the position of the server are those of a journal that was replaced: the time
// decides what is new, and what the browser has kept comes first.
function settleJournal(conversation, position) {
  const { read, lastId } = conversation;
  if (read?.id > position) conversation.read = { ...read, id: null };
  if (lastId > position) conversation.leaveJournal();
}

// The same for direct messages that are restored after the welcome.
export function settleDirects(chat) {
  for (const one of [...chat.directs(), ...chat.closedDirects.values()]) settleJournal(one, chat.position);
}

// In a room that the user sees for the first time nothing is new so far.
function settleReads(chat, frame, history) {
  const position = frame.position ?? "";
  for (const conversation of [...chat.conversations.values(), ...chat.closedDirects.values()]) {
    conversation.catchUps = 0;
    if (!frame.recovered) settleJournal(conversation, position);
    if (!conversation.read) {
      const last = conversation.name === frame.room ? history.filter(isMessage).pop() : undefined;
      conversation.read = { id: frame.recovered ? chat.position : position, time: last?.time ?? 0 };
    }
    if (conversation.kind === "room") chat.reads.set(conversation.key, conversation.read);
  }
}

// `history`: entries of the current room.  Returns effects.
export function synchronize(chat, frame, { joinedRooms, currentRoom, missing, history }) {
  const effects = [];
  const request = (frames) => effects.push(...frames.map(send));
  // Ids of another journal cannot be compared with those so far.
  const otherJournal = missing && frame.position < chat.position;
  settleReads(chat, frame, history);
  for (const conversation of chat.conversations.values()) {
    const gap = missing ? conversation.markGap(chat.now(), otherJournal) : null;
    if (conversation === currentRoom && gap) conversation.closeGap(gap, history, true);
    else if (conversation === currentRoom) conversation.mergeHistory(history);
    if (conversation.kind !== "room") continue;

    if (!joinedRooms.has(conversation.name)) {
      const join = { type: "join", room: conversation.name };
      request([chat.request(join, { purpose: "rejoin", conversation })]);
    } else if (conversation !== currentRoom) {
      request([chat.listMembers(conversation.name)]);
    }
    if (gap && conversation !== currentRoom) request(chat.loadGap(conversation, gap));
    else if (!gap && !conversation.entriesById.size) request(chat.loadOlder(conversation));
    else request(catchUp(chat, conversation));
  }
  // The reply comes after what was missed.
  chat.catchingUp = true;
  request([chat.request({ type: "command", text: "\\help help" }, { purpose: "catchUp" })]);
  return effects;
}

// The user has joined a room, which is new to this browser unless it was left earlier.
export function settleJoined(chat, frame) {
  const room = chat.conversations.get(keyOf("room", frame.room));
  room.read ??= { id: frame.id ?? chat.position, time: Date.parse(frame.time) || 0 };
}
