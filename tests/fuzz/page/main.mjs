// node tests/fuzz/page/main.mjs TARGET SECONDS: fuzz one target of the page; without arguments
// the targets are listed.  The exit status is 1 if anything failed.

import process from "node:process";

import { findFailure, findSlow } from "./run.mjs";
import { TARGETS } from "./targets.mjs";

const TEXTS = 500;
const REPETITIONS = 5;

const [name, seconds = "60"] = process.argv.slice(2);
if (name === undefined) {
  console.log(Object.keys(TARGETS).join("\n"));
} else {
  const target = TARGETS[name];
  const start = performance.now();
  const spent = () => (performance.now() - start) / 1000;
  const findings = new Map();
  let executions = 0;
  for (let seed = Date.now(); spent() < Number(seconds); seed += 1) {
    for (const found of [findFailure(target, seed, TEXTS), findSlow(target, seed, REPETITIONS)]) {
      if (found === null || findings.has(found.error.message)) continue;
      findings.set(found.error.message, found.text);
      console.log(`${found.error.stack}\n${name}: ${JSON.stringify(found.text)}`);
    }
    executions += TEXTS + REPETITIONS;
  }
  console.log(`${name}: ${executions} executions in ${Math.round(spent())} s, ${findings.size} findings`);
  process.exitCode = findings.size ? 1 : 0;
}
