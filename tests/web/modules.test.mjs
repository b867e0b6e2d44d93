// The modules of the page as a whole: imports, preloads, texts and ids fit together.

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { posix } from "node:path";
import { test } from "node:test";

import { texts } from "../../twisted_chat/web/on_demand/texts.js";
import { Effects } from "../../twisted_chat/web/effects.js";
import { strings } from "../../twisted_chat/web/strings.js";
import { ACTIONS } from "../../twisted_chat/web/typed_actions.js";

const WEB = new URL("../../twisted_chat/web/", import.meta.url);
const PLAIN_SCRIPTS = ["reload.js", "socket.io.js", "supported.js"];

const read = (name) => readFileSync(new URL(name, WEB), "utf8");
const names = readdirSync(WEB, { recursive: true }).map((name) => name.replaceAll("\\", "/"));
const modules = new Map(
  names
    .filter((name) => name.endsWith(".js") && !PLAIN_SCRIPTS.includes(name))
    .map((name) => [name, read(name)]),
);
const page = read("index.html");

const isOnDemand = (name) => name.startsWith("on_demand/");

function importsOf(name) {
  const sources = modules.get(name).matchAll(/(?:^(?:import|export)\b[^;]*?"|\bimport\(")(\.[^"]+)"/gmu);
  return [...sources].map(([, source]) => posix.join(posix.dirname(name), source));
}

test("imports have no cycles, and every module is reachable from client.js", () => {
  const done = new Set();
  const visit = (name, path) => {
    assert.ok(!path.includes(name), `cycle: ${[...path, name].join(" -> ")}`);
    assert.ok(modules.has(name), `${path.at(-1)} imports ${name}, which does not exist`);
    if (done.has(name)) return;
    importsOf(name).forEach((one) => visit(one, [...path, name]));
    done.add(name);
  };
  visit("client.js", []);
  assert.deepEqual([...modules.keys()].filter((name) => !done.has(name)), []);
});

test("only the views and what connects them use the document", () => {
  const allowed = ["actions.js", "app.js", "client.js", "drawing.js", "effects.js", "lifecycle.js"];
  const usesPage = (name) => name.startsWith("view/") || isOnDemand(name) || allowed.includes(name);
  for (const [name, source] of modules) {
    if (usesPage(name)) continue;
    assert.doesNotMatch(source, /\bdocument\.|\bwindow\.(?!localStorage|sessionStorage|isSecure|focus)/u, name);
    for (const imported of importsOf(name)) assert.ok(!usesPage(imported), `${name} imports ${imported}`);
  }
});

test("the page preloads every module of its start, so that they do not load one after the other", () => {
  const preloaded = [...page.matchAll(/rel="modulepreload" href="([^"]+)"/gu)].map(([, href]) => href);
  const needed = [...modules.keys()].filter((name) => !isOnDemand(name) && name !== "polling.js");
  assert.deepEqual([...preloaded, "client.js"].sort(), needed.sort());
});

test("only the app loads something on demand, and only that", () => {
  for (const name of modules.keys()) {
    const loaded = importsOf(name).filter(isOnDemand);
    if (!isOnDemand(name)) assert.deepEqual(loaded, name === "app.js" ? ["on_demand/main.js"] : [], name);
  }
});

test("every text that is used exists, and every text that exists is used", () => {
  const used = (pattern, sources) => {
    const found = [...sources].flatMap(([, source]) => [...source.matchAll(pattern)]);
    return [...new Set(found.map(([, name]) => name))].sort();
  };
  const onDemand = [...modules].filter(([name]) => isOnDemand(name));
  assert.deepEqual(used(/\bstrings\.(?!js\b)(\w+)/gu, modules), Object.keys(strings).sort());
  assert.deepEqual(used(/\btexts\.(?!js\b)(\w+)/gu, onDemand), Object.keys(texts).sort());
});

test("every action and every effect that is returned is carried out", () => {
  const returned = (kind, ...sources) =>
    new Set(sources.flatMap((name) => [...modules.get(name).matchAll(kind)].map(([, value]) => value)));
  const actions = returned(/\baction: "(\w+)"/gu, "commands.js");
  const effects = returned(/\beffect: "(\w+)"/gu, ...modules.keys());
  assert.deepEqual([...actions].sort(), Object.keys(ACTIONS).sort());
  const methods = Object.getOwnPropertyNames(Effects.prototype);
  const known = methods.filter((name) => !["constructor", "run"].includes(name));
  assert.deepEqual([...effects].sort(), known.sort());
});

test("every id that a module looks up is in the page", () => {
  const ids = new Set([...page.matchAll(/\bid="([^"]+)"/gu)].map(([, id]) => id));
  for (const [name, source] of modules) {
    for (const [, id] of source.matchAll(/byId\("([^"]+)"\)/gu)) assert.ok(ids.has(id), `${name}: #${id}`);
  }
});

// The server leaves comments and indentation out (see compact in server/site.py), without parsing the script.
test("no template string spans several lines", () => {
  for (const name of [...modules.keys(), ...PLAIN_SCRIPTS]) {
    read(name).split("\n").forEach((line, index) => {
      const backticks = line.replace(/^\s*\/\/.*|[^`]/gu, "").length;
      assert.equal(backticks % 2, 0, `${name}:${index + 1}`);
    });
  }
});

test("the page loads every style sheet", () => {
  const loaded = [...page.matchAll(/rel="stylesheet" href="([^"]+)"/gu)].map(([, href]) => href);
  assert.deepEqual(loaded.sort(), names.filter((name) => name.endsWith(".css")).sort());
});
