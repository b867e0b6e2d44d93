// The requests to register, log in and log out, and to change what the account has.
//
// Pure.  Each returns the frames to send; see account.js for the replies.  A password is only in
// its frame, and in the context of a request until that is replied to.

import { ask } from "../account.js";

export function logIn(chat, { nick, password }) {
  return ask(chat, { type: "login", nick, password }, "login");
}

// For the nickname that the user has or takes first; then the login, for a token.
export function register(chat, { nick, password }) {
  const logInThen = () => logIn(chat, { nick, password });
  const registerThen = () => ask(chat, { type: "register", password }, "register", logInThen);
  if (nick === chat.nick) return registerThen();
  return ask(chat, { type: "nick", nick }, "nick", registerThen);
}

// All tokens end with the old password.
export function changePassword(chat, { old, password }) {
  const again = () => logIn(chat, { nick: chat.account, password });
  return ask(chat, { type: "password", old, new: password }, "password", again);
}

export function logOut(chat) {
  return ask(chat, { type: "command", text: "\\logout" }, "logout");
}

export function unregister(chat, { password }) {
  return ask(chat, { type: "command", text: `\\unregister ${password}` }, "unregister");
}
