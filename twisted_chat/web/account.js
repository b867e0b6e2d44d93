// The user's account: requests to register, log in and log out, and what a welcome says of it.
//
// Pure.  Each request returns the frames to send.  Its reply becomes the effect "accountDone"
// with the `step`, or "accountRefused" with the text of the refusal.  A password is only in its
// frame, and in the context of a request until that is replied to.

import { readElsewhere } from "./read_marks.js";

const TOKEN_ENDED = "token_invalid"; // the code of the error

export const isOffered = ({ routes }) => Boolean(routes.find("login"));

const ask = (chat, frame, step, next) => [chat.request(frame, { purpose: "account", step, next })];

export function logIn(chat, { nick, password }) {
  return ask(chat, { type: "login", nick, password }, "login");
}

// With the token of an earlier login on this device, if there is one that was not sent already.
export function logInAgain(chat) {
  const { token, requests } = chat;
  const isAsked = [...requests.values()].some(({ step }) => step === "token");
  return token && !isAsked ? ask(chat, { type: "login", token }, "token") : [];
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

// Another device has deleted the account.
export function accountRemoved(chat, { text }) {
  Object.assign(chat, { token: "", account: "" });
  return [...chat.addNotice(text, { error: true }), { effect: "accountRemoved", text }];
}

// One of these requests was refused.
export function accountRefused(chat, { step }, { code, text }) {
  if (code !== TOKEN_ENDED) return [{ effect: "accountRefused", step, code, text }];
  chat.token = "";
  return [{ effect: "loginEnded" }];
}

// One of these requests was carried out.
export function accountDone({ step, next }) {
  if (next) return next().map((frame) => ({ effect: "send", frame }));
  return [{ effect: "accountDone", step }];
}

// What a welcome says of the account, and of how far its rooms and direct messages are read.
export function identify(chat, frame) {
  chat.mayRegister = frame.may_register !== false;
  chat.shortestPassword = frame.password_min ?? 0;
  chat.directReads.clear();
  chat.account = frame.account ?? "";
  if (frame.token) chat.token = frame.token;
  for (const [room, id] of Object.entries(frame.read ?? {})) readElsewhere(chat, { room, id });
  for (const [nick, id] of Object.entries(frame.read_direct ?? {})) readElsewhere(chat, { nick, id });
  // The server keeps the list of an account.
  if (frame.account && frame.ignored) chat.userState.ignoreOnly(frame.ignored);
}
