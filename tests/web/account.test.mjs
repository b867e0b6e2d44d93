// The account: what is sent to register, log in and out, and what the replies mean.

import assert from "node:assert/strict";
import { test } from "node:test";

import { isSecret } from "../../twisted_chat/web/commands.js";
import { ComposerState } from "../../twisted_chat/web/composer_state.js";
import { connectQuery, firstFrames } from "../../twisted_chat/web/connect_query.js";
import { changePassword, logIn, logOut, register, unregister } from "../../twisted_chat/web/on_demand/account_requests.js";
import { chat, id, lobby, message, sentFrames, welcome } from "./chat_fixture.mjs";

const SECRET = "correct horse";
const withoutRef = ({ ref, ...frame }) => (assert.ok(ref), frame);
const answer = (frame, reply) => chat.receive({ ref: frame.ref, ...reply });
// The welcome that replies to a login of `frame`.
const welcomed = (frame, more = {}) =>
  welcome({ ref: frame.ref, nick: "bob", account: "bob", token: "t0ken", ...more });

test("a login sends the password in a frame, and its reply brings the account and a token", () => {
  welcome({ account: null });
  const [frame] = logIn(chat, { nick: "bob", password: SECRET });
  assert.deepEqual(withoutRef(frame), { type: "login", nick: "bob", password: SECRET });
  const effects = welcomed(frame);
  assert.ok(effects.some(({ effect, step }) => effect === "accountDone" && step === "login"));
  assert.ok(effects.some(({ effect }) => effect === "identified"));
  assert.deepEqual([chat.account, chat.token, chat.nick], ["bob", "t0ken", "bob"]);
});

test("a welcome after a login is not a reconnect: nothing is said to be missing", () => {
  welcome({ account: null });
  chat.receive(message(11, "carol", "hi"));
  const [frame] = logIn(chat, { nick: "bob", password: SECRET });
  welcomed(frame, { position: id(12) });
  assert.deepEqual(lobby().entries.map(({ kind }) => kind), ["message"]);
});

test("whoever logs in is in the rooms of the account", () => {
  welcome({ account: null, rooms: ["lobby", "garden"] });
  const [frame] = logIn(chat, { nick: "bob", password: SECRET });
  const effects = welcomed(frame, { rooms: ["lobby", "tea"] });
  assert.deepEqual(chat.rooms().map(({ name }) => name), ["lobby", "tea"]);
  const sent = sentFrames(effects).map(({ type, room }) => `${type} ${room}`);
  assert.deepEqual(sent.slice(0, 2), ["who tea", "history tea"]);
});

test("a refused login keeps nothing but the guest", () => {
  welcome({ account: null });
  const [frame] = logIn(chat, { nick: "bob", password: SECRET });
  const text = "wrong name or password";
  const effects = answer(frame, { type: "error", code: "wrong_password", text });
  assert.deepEqual(effects, [{ effect: "accountRefused", step: "login", code: "wrong_password", text }]);
  assert.deepEqual([chat.account, chat.token, chat.nick], ["", "", "me"]);
});

test("registering takes the name first, then registers it, then logs in for a token", () => {
  welcome({ account: null });
  const [name] = register(chat, { nick: "bob", password: SECRET });
  assert.deepEqual(withoutRef(name), { type: "nick", nick: "bob" });
  const [registering] = sentFrames(answer(name, { type: "ok" }));
  assert.deepEqual(withoutRef(registering), { type: "register", password: SECRET });
  const [login] = sentFrames(answer(registering, { type: "notice", text: "registered: bob" }));
  assert.deepEqual(withoutRef(login), { type: "login", nick: "bob", password: SECRET });
  const effects = welcomed(login);
  assert.ok(effects.some(({ effect }) => effect === "accountDone"));
});

test("a name that is taken is not registered", () => {
  welcome({ account: null });
  const [name] = register(chat, { nick: "bob", password: SECRET });
  const effects = answer(name, { type: "error", code: "nick_taken", text: "bob is taken" });
  const refusal = { step: "nick", code: "nick_taken", text: "bob is taken" };
  assert.deepEqual(effects, [{ effect: "accountRefused", ...refusal }]);
});

test("the nickname that one has is registered as it is", () => {
  welcome({ account: null });
  const [frame] = register(chat, { nick: "me", password: SECRET });
  assert.deepEqual(withoutRef(frame), { type: "register", password: SECRET });
});

test("after another password the device logs in again, as its token has ended", () => {
  welcome({ account: "me" });
  const [frame] = changePassword(chat, { old: "old", password: SECRET });
  assert.deepEqual(withoutRef(frame), { type: "password", old: "old", new: SECRET });
  const [login] = sentFrames(answer(frame, { type: "notice", text: "password changed" }));
  assert.deepEqual(withoutRef(login), { type: "login", nick: "me", password: SECRET });
});

test("an account is deleted with its password", () => {
  welcome({ account: "me" });
  const [frame] = unregister(chat, { password: SECRET });
  assert.deepEqual(withoutRef(frame), { type: "command", text: `\\unregister ${SECRET}` });
  const effects = answer(frame, { type: "notice", text: "unregistered: me" });
  assert.deepEqual(effects, [{ effect: "accountDone", step: "unregister" }]);
});

test("whoever reads that another device has deleted the account is a guest", () => {
  welcome({ account: "me", token: "t0ken" });
  const text = "the account me was removed: you are a guest now";
  const effects = chat.receive({ type: "error", code: "account_removed", text });
  assert.deepEqual(effects, [{ effect: "accountRemoved", text }]);
  assert.deepEqual([chat.token, chat.account], ["", ""]);
  assert.equal(lobby().entries.at(-1).text, text);
});

test("logging out is confirmed", () => {
  welcome({ account: "me" });
  const [frame] = logOut(chat);
  const effects = answer(frame, { type: "notice", text: "logged out" });
  assert.deepEqual(effects, [{ effect: "accountDone", step: "logout" }]);
});

test("a device with a token logs in with its first frame, without a name in the URL", () => {
  Object.assign(chat, { token: "t0ken", chosenNick: "bob" });
  const [frame, ...others] = firstFrames(chat);
  assert.deepEqual(others, []);
  assert.deepEqual(withoutRef(frame), { type: "login", token: "t0ken" });
  assert.deepEqual(connectQuery(chat), { format: "json", resume: "1" });
  welcomed(frame, { recovered: false });
  assert.equal(chat.account, "bob");
});

test("a session is resumed rather than logged in to, and comes after the server's password", () => {
  Object.assign(chat, { token: "t0ken", session: "s3cret", serverPassword: "open sesame" });
  const types = firstFrames(chat).map(({ type }) => type);
  assert.deepEqual(types, ["enter", "resume"]);
  assert.doesNotMatch(JSON.stringify(connectQuery(chat)), /sesame|t0ken|s3cret/u);
});

test("a session without the account is logged in to with the token", () => {
  chat.token = "t0ken";
  const frames = sentFrames(welcome({ account: null }));
  assert.deepEqual(frames.filter(({ type }) => type === "login").map(withoutRef), [{ type: "login", token: "t0ken" }]);
  assert.deepEqual(sentFrames(welcome({ account: "me" })).filter(({ type }) => type === "login"), []);
});

test("a token that has ended is forgotten, and not sent again", () => {
  chat.token = "t0ken";
  const [frame] = firstFrames(chat);
  const effects = answer(frame, { type: "error", code: "token_invalid", text: "log in again" });
  assert.deepEqual(effects, [{ effect: "loginEnded" }]);
  assert.deepEqual(firstFrames(chat), []);
  assert.deepEqual(sentFrames(welcome({ account: null })).filter(({ type }) => type === "login"), []);
});

test("a token that could not be looked up is kept", () => {
  chat.token = "t0ken";
  const [frame] = firstFrames(chat);
  answer(frame, { type: "error", code: "store", text: "try again later" });
  assert.equal(chat.token, "t0ken");
});

test("the password of the server is asked for before anything else, and forgotten if it is wrong", () => {
  const needed = { type: "error", code: "password_required", text: "needed first" };
  assert.deepEqual(chat.receive(needed), [{ effect: "enterRefused", text: "needed first", problem: "" }]);
  chat.serverPassword = "open sesame";
  const [frame] = firstFrames(chat);
  assert.deepEqual(withoutRef(frame), { type: "enter", password: "open sesame" });
  const text = "wrong password";
  const effects = answer(frame, { type: "error", code: "wrong_password", text });
  assert.deepEqual(effects, [{ effect: "enterRefused", text, problem: text }]);
  assert.deepEqual(firstFrames(chat), []);
  chat.serverPassword = "open barley";
  const [again] = firstFrames(chat);
  assert.deepEqual(answer(again, { type: "ok" }), [{ effect: "entered" }]);
});

test("what is typed with a password is neither a draft nor recalled", () => {
  const secrets = ["\\login bob x", "/LOGIN bob x", "\\register x", "  \\password a b", "\\operator AB"];
  const fromHabit = ["/msg NickServ identify x", "/w nickserv@services x", "/identify x", "/ns x", "/logni bob x"];
  for (const text of [...secrets, ...fromHabit]) {
    assert.ok(isSecret(text), text);
    const drafts = new Map();
    const state = new ComposerState(drafts);
    state.switchTo("#lobby", "");
    state.saveDraft(text);
    state.remember(text);
    assert.deepEqual([drafts.size, state.sent], [0, []], text);
  }
  const plain = ["\\login", "login bob x", "\\me x", "hi\n\\login bob x", "/msg nick x", "nickserv x"];
  for (const text of plain) assert.ok(!isSecret(text), text);
});

test("whom the account ignores is what the server says, and what other devices change", () => {
  chat.userState.ignore("guest_3");
  welcome({ account: "bob", ignored: ["pest"] });
  const names = () => [...chat.userState.ignored.keys()];
  assert.deepEqual(names(), ["pest"]);
  chat.receive({ type: "ignored", nick: "Eve", ignored: true });
  assert.deepEqual(names(), ["pest", "eve"]);
  chat.receive({ type: "ignored", nick: "pest", ignored: false });
  assert.deepEqual(names(), ["eve"]);
  welcome({ account: null });
  assert.deepEqual(names(), ["eve"]);
});
