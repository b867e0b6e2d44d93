// What the user opens, or may not open.

import assert from "node:assert/strict";
import { test } from "node:test";

import { parseText } from "../../twisted_chat/web/commands.js";
import { AccountForms } from "../../twisted_chat/web/on_demand/account_forms.js";
import { Opening } from "../../twisted_chat/web/opening.js";
import { ACTIONS } from "../../twisted_chat/web/typed_actions.js";
import { chat, welcome } from "./chat_fixture.mjs";
import { ROUTES } from "./routes_fixture.mjs";

const METHODS = [
  ...["openLogin", "logIn", "logOut", "openRegister", "register"],
  ...["openPassword", "changePassword", "openUnregister", "unregister"],
];

// What a typed line calls on the forms of the account, and the errors that it shows.
function typed(line) {
  const calls = [];
  const errors = [];
  const account = new AccountForms({ chat, actions: { showError: (text) => errors.push(text) } });
  for (const method of METHODS) account[method] = () => calls.push(method);
  const actions = new Opening({ chat, views: {}, onDemand: { use: (call) => call({ account }) } });
  const parsed = parseText(line, { kind: "room", name: "lobby" }, ROUTES);
  ACTIONS[parsed.action](actions, parsed);
  return { calls, errors };
}

test("a guest is told so instead of being asked for the password of an account", () => {
  welcome({ account: null });
  for (const line of ["\\password", "\\password a b", "\\unregister", "\\unregister a", "\\logout"]) {
    assert.deepEqual(typed(line), { calls: [], errors: ["You are not logged in."] }, line);
  }
  assert.deepEqual(typed("\\login").calls, ["openLogin"]);
  assert.deepEqual(typed("\\register").calls, ["openRegister"]);
});

test("where only operators add accounts, nobody else is asked to register", () => {
  welcome({ account: null, may_register: false });
  const errors = ["Only operators add accounts here: ask one of them."];
  assert.deepEqual(typed("\\register"), { calls: [], errors });
  assert.deepEqual(typed("\\login").calls, ["openLogin"]);
});

test("a password that is too short is refused before the name is taken", () => {
  const shown = [];
  const sent = [];
  const actions = {
    showError: (text) => shown.push(text),
    requireConnection: () => true,
    sendFrames: (...frames) => sent.push(...frames.map(({ type }) => type)),
  };
  const forms = new AccountForms({ chat, actions });
  welcome({ account: null, password_min: 8 });
  // Five characters, and seven twice, of two code units each.
  for (const password of ["short", "e\u0301".repeat(7), "\u{1f600}".repeat(7)]) forms.register({ nick: "bob", password });
  assert.deepEqual([shown.length, sent], [3, []]);
  assert.match(shown[0], /at least 8 characters/u);
  forms.register({ nick: "bob", password: "long enough" });
  assert.deepEqual(sent, ["nick"]);
});

test("whoever is logged in is not asked to log in or to register", () => {
  welcome({ account: "erin" });
  for (const line of ["\\login", "\\login bob x", "\\register"]) {
    assert.deepEqual(typed(line), { calls: [], errors: ["You are logged in as erin. Log out first."] }, line);
  }
  // An operator adds accounts for others.
  assert.deepEqual(typed("\\register bob s3cret").calls, ["register"]);
  assert.deepEqual(typed("\\password").calls, ["openPassword"]);
  assert.deepEqual(typed("\\unregister").calls, ["openUnregister"]);
});

test("whoever is logged in knows the name: only the password is wrong", () => {
  const shown = [];
  const forms = new AccountForms({ chat, actions: { showError: (text) => shown.push(text) } });
  for (const step of ["password", "unregister", "login"]) {
    forms.refused("wrong name or password", { step, code: "wrong_password" });
  }
  forms.refused("too many attempts", { step: "password", code: "too_many_attempts" });
  assert.deepEqual(shown, ["wrong password", "wrong password", "wrong name or password", "too many attempts"]);
});
