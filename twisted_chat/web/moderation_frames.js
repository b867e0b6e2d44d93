// The handlers of frames about order in rooms: who was removed or silenced, and what a room
// allows.  Pure; see frames.js.

import { keyOf } from "./conversation.js";
import { advancePosition, timeOf } from "./received_messages.js";
import { moderationText, removalText } from "./moderation_texts.js";

// Where something is shown that concerns a member, or a room as a whole.
function roomsOf(chat, { room, nick }) {
  if (room) return [chat.conversations.get(keyOf("room", room))].filter(Boolean);
  return chat.rooms().filter(({ members }) => members.includes(nick));
}

// What each act adds to the settings of a room, or removes from them.
const LISTED = {
  muted: ["muted", true],
  unmuted: ["muted", false],
  banned: ["banned", true],
  unbanned: ["banned", false],
};

function list(settings, name, nick, isListed) {
  const others = (settings[name] ?? []).filter((one) => one !== nick);
  settings[name] = isListed ? [...others, nick] : others;
}

function show(chat, frame) {
  advancePosition(chat, frame.id);
  const text = moderationText(frame);
  const place = { position: frame.id ?? chat.position, time: timeOf(chat, frame) };
  const rooms = roomsOf(chat, frame);
  for (const room of rooms) {
    room.addSystemEntry({ kind: "event", ...place, text });
    if (room.settings && LISTED[frame.type]) {
      const [name, isListed] = LISTED[frame.type];
      list(room.settings, name, frame.nick, isListed);
    }
  }
  if (!rooms.length) return chat.addNotice(text);
  return rooms.includes(chat.current) ? [{ effect: "speak", text }] : [];
}

// A member is out of a room, which is offered again to whoever it was.
function showRemoval(chat, frame) {
  const effects = show(chat, frame);
  if (!frame.room) return effects;
  const key = keyOf("room", frame.room);
  if (frame.nick === chat.nick) {
    chat.leave(key);
    const removal = { text: removalText(frame), mayReturn: frame.type === "kicked" };
    if (chat.leftConversation) chat.leftConversation.removal = removal;
    return [...effects, { effect: "left" }];
  }
  chat.conversations.get(key)?.removeMember(frame.nick);
  return effects;
}

const SETTINGS = ["private", "quiet", "hidden", "outside", "key", "limit", "topic"];

// The lists of names that have what is on or off for one name.
const NAMED = { operator: "operators", voice: "voices", exception: "excepted", invite_exception: "invite_excepted" };

function changeSettings(chat, frame) {
  const { settings } = chat.conversations.get(keyOf("room", frame.room)) ?? {};
  if (!settings) return;
  for (const name of SETTINGS) {
    if (name in frame) settings[name] = frame[name];
  }
  for (const [name, names] of Object.entries(NAMED)) {
    if (name in frame) list(settings, names, frame.nick, frame[name]);
  }
}

export const MODERATION_HANDLERS = {
  kicked: showRemoval,
  banned: showRemoval,
  unbanned: show,
  muted: show,
  unmuted: show,

  // Without an author it is the reply to a request for the settings.
  room(chat, frame) {
    if (frame.by) {
      changeSettings(chat, frame);
      return show(chat, frame);
    }
    const room = chat.conversations.get(keyOf("room", frame.room));
    if (room) room.settings = frame;
    return [{ effect: "settingsKnown" }];
  },
};
