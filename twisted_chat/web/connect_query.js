// What a page connects with: see "Query parameters" and "Resuming" in docs/protocol.md.  Pure.

import { logInAgain } from "./account.js";

// The first frames: the password of the server, if it was asked for, and who the user is.  They
// are not in the URL: proxies log URLs, and a password, a session and a token are secrets.
export function firstFrames(chat) {
  const { serverPassword, session, position } = chat;
  const enter = serverPassword ? [chat.request({ type: "enter", password: serverPassword }, { purpose: "enter" })] : [];
  if (!session) return [...enter, ...logInAgain(chat)];
  return [...enter, { type: "resume", session, ...(position && { since: position }) }];
}

export function connectQuery(chat) {
  const { chosenNick, session, token, position, userState } = chat;
  const query = { format: "json" };
  // With a token the nickname is that of the account.
  if (chosenNick && (session || !token)) query.nick = chosenNick;
  if (session || token) query.resume = "1";
  if (!session && position) query.since = position;
  const rooms = chat.rooms().map((room) => room.name);
  // The server takes the last room as the current one.
  const last = chat.memberRoom()?.name;
  if (last) rooms.push(...rooms.splice(rooms.indexOf(last), 1));
  if (rooms.length) query.rooms = rooms.join(",");
  if (userState.away) query.away = userState.away;
  const ignored = userState.ignoredQuery();
  if (ignored) query.ignore = ignored;
  return query;
}
