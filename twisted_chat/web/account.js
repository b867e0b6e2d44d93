// The user's account: what a welcome and the replies to requests say of it, and the login with
// the token of this device.  Pure; the other requests are in on_demand/account_requests.js.
//
// A reply becomes the effect "accountDone" with the `step` of the request, or "accountRefused"
// with the text of the refusal.

import { readElsewhere } from "./read_marks.js";

const TOKEN_ENDED = "token_invalid"; // the code of the error

export const isOffered = ({ routes }) => Boolean(routes.find("login"));

export const ask = (chat, frame, step, next) => [chat.request(frame, { purpose: "account", step, next })];

// With the token of an earlier login on this device, if there is one that was not sent already.
export function logInAgain(chat) {
  const { token, requests } = chat;
  const isAsked = [...requests.values()].some(({ step }) => step === "token");
  return token && !isAsked ? ask(chat, { type: "login", token }, "token") : [];
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
