// What a page connects with: see "Query parameters" and "Resuming" in docs/protocol.md.  Pure.

// The first frame of a page that resumes its session; null if it has none.  Proxies log URLs,
// and a session is a secret.
export function resumeFrame({ session, position }) {
  if (!session) return null;
  return { type: "resume", session, ...(position && { since: position }) };
}

export function connectQuery(chat) {
  const { chosenNick, session, position, userState } = chat;
  const query = { format: "json" };
  if (chosenNick) query.nick = chosenNick;
  if (session) query.resume = "1";
  else if (position) query.since = position;
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
