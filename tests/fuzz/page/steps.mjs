// The steps of a function: how often each block of the page's scripts runs, and how many
// characters its strings and regular expressions go through.  The same on every machine.

import { Session } from "node:inspector";

const SCRIPTS = "/twisted_chat/web/";

const METHODS = [
  "at", "endsWith", "includes", "indexOf", "lastIndexOf", "normalize", "replaceAll", "slice", "split",
  "startsWith", "toLowerCase", "toUpperCase", "trim", "trimEnd", "trimStart",
];

// What a method goes through: what it returns, or all of its string.
const RESULT_ONLY = new Set(["at", "slice"]);

// Measures one call of `run`.
export function countSteps(run) {
  const restore = [];
  let characters = 0;
  for (const name of METHODS) {
    const original = String.prototype[name];
    String.prototype[name] = function counted(...args) {
      const result = original.apply(this, args);
      characters += RESULT_ONLY.has(name) ? (result?.length ?? 0) : Math.max(1, passed(name, this, args, result));
      return result;
    };
    restore.push(() => (String.prototype[name] = original));
  }
  const { exec } = RegExp.prototype;
  RegExp.prototype.exec = function counted(text) {
    const from = this.global || this.sticky ? this.lastIndex : 0;
    const found = exec.call(this, text);
    // Where it is sticky, it looks at one place.
    const missed = this.sticky ? from : text.length;
    characters += 1 + Math.max(0, (found ? found.index + found[0].length : missed) - from);
    return found;
  };
  restore.push(() => (RegExp.prototype.exec = exec));
  const blocks = countBlocks(() => {
    try {
      run();
    } finally {
      for (const undo of restore) undo();
    }
  });
  return characters + blocks;
}

// A search stops where it finds something.
function passed(name, text, [, from = 0], result) {
  if (name === "indexOf") return (result < 0 ? text.length : result) - from;
  return text.length;
}

function countBlocks(run) {
  const session = new Session();
  session.connect();
  let steps = 0;
  session.post("Profiler.enable");
  session.post("Profiler.startPreciseCoverage", { callCount: true, detailed: true });
  try {
    run();
    session.post("Profiler.takePreciseCoverage", (_error, { result }) => {
      const own = result.filter(({ url }) => url.includes(SCRIPTS));
      for (const { functions } of own) {
        for (const { ranges } of functions) for (const { count } of ranges) steps += count;
      }
    });
  } finally {
    session.post("Profiler.stopPreciseCoverage");
    session.disconnect();
  }
  return steps;
}
