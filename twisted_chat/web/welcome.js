// The welcome, with which the server says who the user is and where.  Pure; returns effects (see
// chat.js).
//
// The first one of a connection begins or resumes the user's presence.  A later one says that
// the user has logged in or out.

import { identify, logInAgain } from "./account.js";
import { fold } from "./names.js";
import { messageEntries } from "./received_messages.js";
import { RouteTable } from "./routes.js";
import { catchUp, send, synchronize } from "./synchronizing.js";

export function updateMembers(chat, room, { members = [], away = {}, accounts = {}, count }) {
  room.setMembers(members, count);
  for (const nick of members) chat.forgetMember(nick);
  for (const [nick, text] of Object.entries(away)) chat.awayTexts.set(fold(nick), text);
  for (const [nick, account] of Object.entries(accounts)) chat.setAccountOf(nick, account);
}

const roomNames = ({ rooms = [], room }) => new Set(room ? [...rooms, room] : rooms);

function enterCurrentRoom(chat, frame) {
  if (!frame.room) return null;
  const room = chat.open("room", frame.room);
  updateMembers(chat, room, frame);
  room.topic = frame.topic ?? "";
  return room;
}

function beSomeone(chat, frame) {
  if (chat.nick && chat.nick !== frame.nick) chat.previousNick = chat.nick;
  chat.nick = frame.nick;
  chat.session = frame.session ?? chat.session;
  chat.routes = new RouteTable(frame.routes);
}

export function connected(chat, frame) {
  const resumed = chat.position !== "";
  const missing = resumed && !frame.recovered;
  beSomeone(chat, frame);
  Object.assign(chat, { online: true, holdSends: true, quit: false, banned: "" });

  const joinedRooms = roomNames(frame);
  for (const name of joinedRooms) chat.open("room", name);
  const currentRoom = enterCurrentRoom(chat, frame);
  identify(chat, frame);
  const history = messageEntries(chat, frame.history);
  const effects = synchronize(chat, frame, { joinedRooms, currentRoom, missing, history });
  // After a complete resume the missed events are still to come, and advance the position.
  if (!resumed || missing) chat.position = frame.position ?? "";
  if (!chat.current) chat.select(currentRoom?.key ?? chat.rooms()[0]?.key ?? "");
  chat.lastRoomKey ||= currentRoom?.key ?? "";

  const motd = [frame.motd ?? []].flat();
  if (motd.length && !chat.motdShown) effects.push(...chat.addNotice(motd.join("\n")));
  chat.motdShown = true;
  // The session was a guest's, or is not known any more.
  if (!chat.account) effects.push(...logInAgain(chat).map(send));
  effects.push({ effect: "identified" }, { effect: "welcomed", missing });
  return effects;
}

// The rooms are those of the member that the user is now.
export function becameMember(chat, frame) {
  beSomeone(chat, frame);
  const names = roomNames(frame);
  for (const room of chat.rooms()) {
    if (!names.has(room.name)) chat.remove(room.key);
  }
  const known = new Set(chat.rooms());
  for (const name of names) chat.open("room", name);
  const currentRoom = enterCurrentRoom(chat, frame);
  identify(chat, frame);
  const effects = [];
  for (const room of chat.rooms()) {
    if (room === currentRoom) room.mergeHistory(messageEntries(chat, frame.history));
    else if (!known.has(room)) {
      effects.push(...[chat.listMembers(room.name), ...chat.loadOlder(room)].map(send));
    }
    room.catchUps = 0;
    room.read ??= { id: frame.position ?? chat.position, time: 0 };
    effects.push(...catchUp(chat, room).map(send));
  }
  if (!chat.current) chat.select(currentRoom?.key ?? "");
  effects.push({ effect: "identified" });
  return effects;
}
