// A browser for tests in another language: orders come as lines of JSON on standard
// input, each is answered with one line on standard output, and the browser ends with
// the input.
//
// {"do": "open", "page": NAME, "options": {...}, "scripts": [...]}   a page, as if on a device of its own
//                                                   "beside": NAME   or in another tab beside that page
// {"do": "lose", "page": NAME, "part": GLOB}                         the next such file does not arrive
// {"do": "call", "page": NAME, "method": M, "args": [...]}           any method of Playwright's Page
// {"do": "wait", "page": NAME, "script": S, "seconds": N}            until it is true in the page
// {"do": "axe", "page": NAME}                                        what axe-core finds wrong
// {"do": "problems", "page": NAME}                                   errors in the page's console
// {"do": "forget"}                                                   close all pages, and lose all that they kept

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

import { chromium } from "playwright-core";

const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

const browser = await chromium.launch({ executablePath: process.argv[2], args: FLAGS });
const pages = new Map();

const ORDERS = {
  async open({ page: name, options = {}, scripts = [], beside }) {
    const context = beside
      ? pages.get(beside).page.context()
      : await browser.newContext({ locale: "en-GB", ...options });
    const page = await context.newPage();
    const problems = [];
    page.on("pageerror", (error) => problems.push(String(error)));
    page.on("console", (message) => {
      if (message.type() === "error" || message.type() === "warning") problems.push(message.text());
    });
    page.on("dialog", (dialog) => {
      problems.push(`a dialog opened: ${dialog.message()}`);
      dialog.dismiss();
    });
    for (const script of scripts) await page.addInitScript(script);
    pages.set(name, { page, problems });
  },

  async lose({ page: name, part }) {
    await pages.get(name).page.route(part, (route) => route.abort(), { times: 1 });
  },

  async call({ page: name, method, args = [] }) {
    const result = await pages.get(name).page[method](...args);
    if (result === null || result === undefined || Buffer.isBuffer(result)) return null;
    return typeof result === "object" && "request" in result ? null : result;
  },

  // Asked from outside, again and again: the page's policy forbids what Playwright's own
  // waiting for a script would put into it.
  async wait({ page: name, script, seconds }) {
    const { page } = pages.get(name);
    const deadline = Date.now() + seconds * 1000;
    for (;;) {
      // While it is being loaded anew there is nothing to ask.
      if (await page.evaluate(`Boolean(${script})`).catch(() => false)) return true;
      if (Date.now() > deadline) return false;
      await new Promise((done) => setTimeout(done, 20));
    }
  },

  async axe({ page: name }) {
    const { page } = pages.get(name);
    // Evaluated from outside: the page's own policy would not let it in, and stays as it is.
    await page.evaluate(`${AXE}; null`);
    const { violations } = await page.evaluate(() => globalThis.axe.run());
    return violations.map(({ id, help, nodes }) => ({
      id,
      help,
      nodes: nodes.map(({ html, failureSummary }) => `${html}: ${failureSummary}`),
    }));
  },

  async problems({ page: name }) {
    return pages.get(name).problems;
  },

  async forget() {
    pages.clear();
    await Promise.all(browser.contexts().map((context) => context.close()));
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const order = JSON.parse(line);
  let answer;
  try {
    answer = { result: (await ORDERS[order.do](order)) ?? null };
  } catch (error) {
    answer = { error: String(error) };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
await browser.close();
