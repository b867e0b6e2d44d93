// A browser for tests in another language.  Orders are lines of JSON on standard input, each
// is answered with one line on standard output, and the browser exits at the end of the input.
//
// {"do": "open", "page": NAME, "options": {...}}     a new page on a device of its own
//     "beside": NAME                                 in another tab of that page's device instead
//     "scripts": [...]                               evaluated before the page's own
//     "lose": [GLOB, ...]                            the first request for each fails
//     "clock": true                                  "fast forward" can advance its clock
// {"do": "call", "page": NAME, "method": M, "args": [...]}       a method of Playwright's Page
// {"do": "wait", "page": NAME, "script": S, "seconds": N}        until S is true: true, or false
// {"do": "fast forward", "page": NAME, "seconds": N}             advance the page's clock
// {"do": "axe", "page": NAME}                                    the problems that axe-core finds
// {"do": "problems", "page": NAME}                               the errors in the console
// {"do": "reset"}                                                close all pages and their devices

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
  async open({ page: name, options = {}, scripts = [], lose = [], beside, clock = false }) {
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
    // The browser's own error page has no storage that a script could use.
    for (const script of scripts) {
      await page.addInitScript(`if (location.protocol !== "chrome-error:") {\n${script}\n}`);
    }
    for (const pattern of lose) await page.route(pattern, (route) => route.abort(), { times: 1 });
    if (clock) await page.clock.install();
    pages.set(name, { page, problems });
  },

  async call({ page: name, method, args = [] }) {
    const result = await pages.get(name).page[method](...args);
    if (result === null || result === undefined || Buffer.isBuffer(result)) return null;
    return typeof result === "object" && "request" in result ? null : result;
  },

  // Polled from outside: the page's security policy forbids the script that Playwright's own
  // waitForFunction would inject.
  async wait({ page: name, script, seconds }) {
    const { page } = pages.get(name);
    const deadline = Date.now() + seconds * 1000;
    for (;;) {
      // Fails while the page reloads.
      if (await page.evaluate(`Boolean(${script})`).catch(() => false)) return true;
      if (Date.now() > deadline) return false;
      await new Promise((done) => setTimeout(done, 20));
    }
  },

  async "fast forward"({ page: name, seconds }) {
    await pages.get(name).page.clock.fastForward(seconds * 1000);
  },

  async axe({ page: name }) {
    const { page } = pages.get(name);
    // Evaluated from outside: the page's own security policy would not allow it.
    if (!(await page.evaluate("Boolean(globalThis.axe)"))) await page.evaluate(`${AXE}; null`);
    const options = { resultTypes: ["violations"] };
    const { violations } = await page.evaluate((how) => globalThis.axe.run(how), options);
    return violations.map(({ id, help, nodes }) => ({
      id,
      help,
      nodes: nodes.map(({ html, failureSummary }) => `${html}: ${failureSummary}`),
    }));
  },

  async problems({ page: name }) {
    return pages.get(name).problems;
  },

  async reset() {
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
