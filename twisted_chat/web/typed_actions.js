// The action of a typed text (see commands.js), carried out by actions.js.  Pure.

// Each returns false if the text should stay in the composer.
export const ACTIONS = {
  nothing: () => true,
  send: (actions, { text }) => actions.send(actions.chat.current, text),
  sendAction: (actions, { text }) => actions.send(actions.chat.current, text, "action"),
  openDirect: (actions, { to }) => actions.openDirect(to),
  dm(actions, { to, text }) {
    actions.openDirect(to);
    return actions.send(actions.chat.current, text);
  },
  nick: (actions, { nick }) => actions.changeNick(nick),
  join: (actions, { room, key }) => actions.join(room, { key }),
  leave: (actions, { room }) => actions.leave(room),
  close: (actions) => actions.closeConversation(actions.chat.currentKey),
  rooms: (actions) => actions.openRooms(),
  search: (actions, { words }) => actions.openSearch(words),
  history: (actions) => actions.loadOlder(actions.chat.current),
  who: (actions, { room }) => actions.showMembers(room || actions.chat.memberRoom()?.name),
  quit: (actions, { text }) => actions.quit(text),
  command: (actions, { text }) => actions.command(text),
  roomSettings: (actions) => actions.openRoomSettings(),
  whois: (actions, { nick }) => actions.whois(nick),
  account: (actions, { method, values }) => actions.account(method, values),
  refuse(actions, { text }) {
    actions.showError(text);
    return false;
  },
};
