// A request that the server refused: what that means for the chat, by the purpose of the
// request.  Pure; returns effects (see chat.js).

import { accountRefused, accountRemoved } from "./account.js";
import { strings } from "./strings.js";
import { withLocalTimes } from "./time.js";

// A form that is open until its request is replied to; `problem` if it was refused.
export const formReplied = ({ form }, problem = "") => [{ effect: "formReplied", form, problem }];

// The text at a form, or under a message: it names buttons, where that of the server, which has a
// `reason` then, names routes to type.
function textAtForms({ code, reason }, whole) {
  if (!reason) return whole;
  const advice = strings.advice[code];
  return withLocalTimes(advice ? `${reason}: ${advice}` : reason);
}

const SHOWN_AT_FORMS = new Set(["send", "nick", "account", "form", "away"]); // purposes

// Nobody comes in without the password of the server.
function entranceRefused(chat, text, context) {
  chat.serverPassword = "";
  return [{ effect: "enterRefused", text, problem: context?.purpose === "enter" ? text : "" }];
}

export function refused(chat, frame, context) {
  const whole = withLocalTimes(String(frame.text || strings.requestFailed));
  if (context?.purpose === "enter" || (!chat.online && frame.code === "password_required")) {
    return entranceRefused(chat, whole, context);
  }
  if (frame.code === "account_removed") return accountRemoved(chat, { text: whole });
  const atForm = textAtForms(frame, whole);
  const text = SHOWN_AT_FORMS.has(context?.purpose) ? atForm : whole;
  const announced = { effect: "error", text };
  const taken = frame.code === "nick_taken";
  const { conversation } = context ?? {};
  switch (context?.purpose) {
    case "send":
      if (context.entry.status) Object.assign(context.entry, { status: "failed", problem: text });
      return [announced];
    case "nick":
      chat.chosenNick = context.previous;
      return [{ effect: "nickRefused", text, nick: context.nick, taken }];
    case "account":
      return accountRefused(chat, context, { ...frame, text });
    case "form":
      return formReplied(context, text);
    case "settings":
      return [{ effect: "settingsKnown" }];
    case "away":
      return [{ effect: "awayRefused", text }];
    case "search":
      return [{ effect: "searchResults", conversation, messages: [], problem: text }];
    case "older":
      return [{ effect: "historyFailed", conversation }];
    case "gap":
      context.gap.loading = false;
      return [];
    case "rejoin":
      chat.remove(conversation.key);
      break;
    case "join":
      chat.joining = false;
      return [{ effect: "joinRefused", text, atForm, ...(frame.code === "needs_key" && { needsKey: true }) }];
    case "catchUp":
      return [{ effect: "caughtUp" }];
    case "heartbeat":
    case "read":
    case "sync":
    case "members":
      return [];
    default:
  }
  // Before the welcome, a nickname error can only be about the one in the connect query.
  if (!chat.online && /^nick/u.test(frame.code ?? "")) {
    return [{ effect: "nickRefused", text: atForm, nick: chat.chosenNick, taken }];
  }
  return [announced, ...chat.addNotice(text, { error: true })];
}
