// The parameters with which a page connects: see "Parameters" in docs/protocol.md.  Pure.

export function connectQuery(chat) {
  const { chosenNick, session, position, userState } = chat;
  const query = { format: "json" };
  if (chosenNick) query.nick = chosenNick;
  if (session) query.session = session;
  if (position) query.since = position;
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
