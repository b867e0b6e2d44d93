// The handler of each type of frame: one JSON object from the server, not a WebSocket frame.
//
// Pure.  A handler takes the chat, the frame, and the context of the request that the frame replies
// to, if any; it updates the chat and may return effects (see chat.js).

import { accountDone } from "./account.js";
import { keyOf } from "./conversation.js";
import { CORRECTION_HANDLERS } from "./corrections.js";
import { MODERATION_HANDLERS } from "./moderation_frames.js";
import { fold } from "./names.js";
import { readElsewhere } from "./read_marks.js";
import {
  advancePosition,
  isMine,
  messageEntries,
  receiveMessage,
  remember,
  timeOf,
} from "./received_messages.js";
import { formReplied, refused } from "./refusals.js";
import { strings } from "./strings.js";
import { catchUp, send, settleJoined } from "./synchronizing.js";
import { withLocalTimes } from "./time.js";
import { becameMember, connected, updateMembers } from "./welcome.js";

const roomOf = (chat, frame) => chat.conversations.get(keyOf("room", frame.room ?? ""));

// The fields of a system entry that say where it belongs.
const placementOf = (chat, frame) => ({
  position: frame.id ?? chat.position,
  time: timeOf(chat, frame),
});

function addPresence(chat, room, frame, ...changes) {
  room.addSystemEntry({ kind: "presence", ...placementOf(chat, frame), changes });
}

// Many members joined or left at once: the frame has some of the names, and the total.
function receiveBulkPresence(chat, frame, change) {
  const room = roomOf(chat, frame);
  if (!room) return [];
  const changes = frame.nicks.map((nick) => ({ change, nick }));
  const unnamed = frame.count - frame.nicks.length;
  if (unnamed > 0) changes.push({ change, count: unnamed });
  addPresence(chat, room, frame, ...changes);
  return [{ effect: "refreshMembers", room }];
}

// A direct conversation continues under the new nickname, unless there is one already.
function renameDirect(chat, from, to, entry) {
  const [oldKey, newKey] = [keyOf("dm", from), keyOf("dm", to)];
  const direct = chat.conversations.get(oldKey);
  if (!direct || (oldKey !== newKey && chat.conversations.has(newKey))) return;
  direct.name = to;
  chat.alerts.move(oldKey, newKey);
  chat.conversations = new Map([...chat.conversations.values()].map((one) => [one.key, one]));
  if (chat.currentKey === oldKey) chat.currentKey = newKey;
  direct.addSystemEntry(entry);
}

export const FRAME_HANDLERS = {
  ...MODERATION_HANDLERS,
  ...CORRECTION_HANDLERS,

  welcome(chat, frame, context) {
    const effects = chat.online ? becameMember(chat, frame) : connected(chat, frame);
    if (context?.purpose === "account") effects.push(...accountDone(context));
    return effects;
  },

  message(chat, frame) {
    const room = roomOf(chat, frame);
    if (room) return receiveMessage(chat, room, frame);
    advancePosition(chat, frame.id);
    return [];
  },

  action(chat, frame) {
    return FRAME_HANDLERS.message(chat, frame);
  },

  dm(chat, frame) {
    const other = isMine(chat, frame.from) ? frame.to : frame.from;
    return receiveMessage(chat, chat.open("dm", other), frame);
  },

  joined(chat, frame) {
    advancePosition(chat, frame.id);
    const { nick } = frame;
    if (nick === undefined) return receiveBulkPresence(chat, frame, "joined");
    chat.setAccountOf(nick, frame.account);
    if (nick !== chat.nick) {
      const room = roomOf(chat, frame);
      if (room?.addMember(nick)) addPresence(chat, room, frame, { change: "joined", nick });
      return [];
    }
    const room = chat.open("room", frame.room);
    room.addMember(nick);
    settleJoined(chat, frame);
    if (!chat.joining) return [];
    chat.joining = false;
    chat.select(room.key);
    return [{ effect: "joined" }];
  },

  left(chat, frame) {
    advancePosition(chat, frame.id);
    const { nick, room } = frame;
    if (nick === undefined) return receiveBulkPresence(chat, frame, "left");
    const leftChat = room === null || room === undefined;
    const key = leftChat ? null : keyOf("room", room);
    if (nick === chat.nick && key) {
      chat.leave(key);
      return [{ effect: "left" }];
    }
    for (const one of chat.rooms()) {
      if ((leftChat || one.key === key) && one.removeMember(nick)) {
        addPresence(chat, one, frame, { change: "left", nick });
      }
    }
    if (!leftChat) return [];
    chat.forgetMember(nick);
    // Whoever writes under this name next may be another member.
    const direct = chat.conversations.get(keyOf("dm", nick));
    if (direct?.entries.length) addPresence(chat, direct, frame, { change: "left", nick });
    return [];
  },

  renamed(chat, frame) {
    const { from, to } = frame;
    advancePosition(chat, frame.id);
    const entry = () => ({ kind: "renamed", ...placementOf(chat, frame), from, to });
    const mine = from === chat.nick;
    const [away, account] = [chat.awayText(from), chat.accountOf(from)];
    chat.forgetMember(from);
    if (away) chat.awayTexts.set(fold(to), away);
    chat.setAccountOf(to, account);
    const effects = chat.userState.renamed(from, to) ? [remember()] : [];
    for (const room of chat.rooms()) {
      if (room.renameMember(from, to)) room.addSystemEntry(entry());
    }
    if (mine) {
      chat.nick = to;
      return [...effects, { effect: "nickChanged" }];
    }
    renameDirect(chat, from, to, entry());
    return effects;
  },

  topic(chat, frame, context) {
    advancePosition(chat, frame.id);
    const { room: name, id, from } = frame;
    // Without an author it is a reply; on joining a room it comes before the user's own "joined".
    const room = from ? roomOf(chat, frame) : chat.open("room", name);
    if (!room) return [];
    room.topic = frame.text ?? "";
    const effects = context ? chat.addNotice(strings.topicIs(room.topic)) : [];
    if (!from) return effects;
    room.addSystemEntry({ kind: "topic", id, time: timeOf(chat, frame), from, text: room.topic });
    return effects;
  },

  // A member has logged in or out.
  account(chat, { nick, account, id }) {
    advancePosition(chat, id);
    chat.setAccountOf(nick, account);
    return [];
  },

  away(chat, { nick, text, id }) {
    advancePosition(chat, id);
    if (text) chat.awayTexts.set(fold(nick), text);
    else chat.awayTexts.delete(fold(nick));
    if (nick !== chat.nick) return [];
    chat.userState.away = text;
    return [remember()];
  },

  who(chat, frame, context) {
    const room = roomOf(chat, frame);
    if (room) updateMembers(chat, room, frame);
    if (context?.purpose !== "show members") return [];
    return chat.addNotice(strings.membersOf(frame));
  },

  history(chat, frame, context) {
    const entries = messageEntries(chat, frame.messages);
    const hasMore = Boolean(frame.more);
    if (context?.purpose === "search" || typeof frame.words === "string") {
      const { conversation } = context ?? {};
      return [{ effect: "searchResults", conversation, messages: entries, hasMore }];
    }
    const room = roomOf(chat, frame);
    if (!room) return [];
    if (context?.purpose === "gap") room.closeGap(context.gap, entries, hasMore);
    else room.mergeHistory(entries);
    if (context?.purpose === "older") {
      room.loadingOlder = false;
      room.hasOlder = hasMore && entries.length > 0;
    }
    return [{ effect: "historyLoaded" }, ...catchUp(chat, room).map(send)];
  },

  rooms(chat, frame) {
    chat.roomList = frame.rooms;
    return [{ effect: "roomsListed" }];
  },

  notice(chat, frame, context) {
    const text = withLocalTimes([frame.text ?? ""].flat().join("\n"));
    if (context?.purpose === "heartbeat") return [];
    if (context?.purpose === "catchUp") return [{ effect: "caughtUp" }];
    if (context?.purpose === "account") return accountDone(context);
    if (context?.purpose === "form") return formReplied(context);
    if (context?.purpose === "settings") return [{ effect: "settingsKnown" }];
    if (context?.purpose === "whois") return [{ effect: "whois", nick: context.nick, lines: text.split("\n") }];
    const effects = chat.addNotice(text);
    const { purpose, nick } = context ?? {};
    if (purpose === "ignore") chat.userState.ignore(nick);
    if (purpose === "unignore") chat.userState.unignore(nick);
    if (purpose === "ignore" || purpose === "unignore") effects.push(remember());
    if (purpose !== "join") return effects;
    // Already a member, under a spelling that only the server knows to be the same.
    chat.joining = false;
    return [...effects, { effect: "joined" }];
  },

  read(chat, frame) {
    readElsewhere(chat, frame);
    return [remember({ kind: frame.nick === undefined ? "room" : "dm" })];
  },

  // Another device of the account ignores someone, or no longer.
  ignored(chat, { nick, ignored }) {
    if (ignored) chat.userState.ignore(String(nick));
    else chat.userState.unignore(String(nick));
    return [remember()];
  },

  ok(chat, frame, context) {
    if (context?.purpose === "account") return accountDone(context);
    if (context?.purpose === "enter") return [{ effect: "entered" }];
    if (context?.purpose === "nick") return [{ effect: "nickChanged" }];
    if (context?.purpose === "form") return formReplied(context);
    if (context?.purpose === "away") return [{ effect: "awaySet" }];
    if (context?.purpose !== "send" || !frame.id) return [];
    const { conversation, entry } = context;
    // The message itself may have come first and have replaced this entry.
    if (!entry.status || !conversation.remove(entry)) return [];
    delete entry.status;
    conversation.insert(Object.assign(entry, { id: frame.id, from: chat.nick }));
    return [remember(conversation)];
  },

  error: refused,
};
