// Which routes may have a secret behind them.

import assert from "node:assert/strict";
import { test } from "node:test";

import { parseText } from "../../twisted_chat/web/commands.js";
import { isService, mayHaveSecret } from "../../twisted_chat/web/secrets.js";
import { ROUTES } from "./routes_fixture.mjs";

const read = (line) => parseText(line, { kind: "room", name: "lobby" }, ROUTES);

test("a route with a secret is recognized with one wrong letter, and as other chats call it", () => {
  const words = ["logn", "loggin", "lofin", "lgoin", "LOGNI", "logins", "idenitfy", "regsiter", "pasword"];
  for (const word of [...words, "opertor", "NickServ", "ns", "pw", "signup", "oper", "log_in", "login:"]) {
    assert.ok(mayHaveSecret(word, "gus secret"), word);
  }
  for (const word of ["shrug", "log", "logout", "long", "nick", "path", "ping", "opera", "region", "loginxy", "etc/passwd"]) {
    assert.ok(!mayHaveSecret(word, "gus secret"), word);
  }
  assert.ok(!mayHaveSecret("login", ""));
});

test("so it is with a blank in it, or behind the slash", () => {
  for (const [word, args] of [["", "login gus x"], ["", "logni gus x"], ["log", "in gus x"], ["sign", "in"]]) {
    assert.ok(mayHaveSecret(word, args), `${word} ${args}`);
  }
  for (const [word, args] of [["", "join tea"], ["o/", "login"], ["log", "this"], ["re", "login"]]) {
    assert.ok(!mayHaveSecret(word, args), `${word} ${args}`);
  }
});

test("a password that is typed from habit is neither posted nor sent to anyone", () => {
  for (const line of ["/identify secret", "/nickserv identify secret", "/logni bob secret", "\\ login bob secret"]) {
    const { action, text } = read(line);
    assert.equal(action, "refuse", line);
    assert.match(text, /Log in.*Name and settings/u);
  }
  for (const line of ["/msg NickServ identify secret", "\\dm chanserv help", "/query nickserv"]) {
    const { action, text } = read(line);
    assert.equal(action, "refuse", line);
    assert.match(text, /Log in.*Name and settings/u);
  }
  assert.ok(!isService("nick"));
});
