// Parts of the page that are loaded after its start.

import assert from "node:assert/strict";
import { test } from "node:test";

import { Loading } from "../../twisted_chat/web/loading.js";

const settled = () => new Promise((done) => setImmediate(done));

function start(...results) {
  const log = [];
  const load = () => {
    log.push("load");
    const result = results.shift();
    return result instanceof Error ? Promise.reject(result) : Promise.resolve(result);
  };
  const loading = new Loading(load, () => log.push("failed"));
  return { loading, log };
}

test("parts are loaded once, however often they are used", async () => {
  const { loading, log } = start("parts");
  loading.start();
  loading.use((parts) => log.push(parts));
  loading.use((parts) => log.push(parts));
  await settled();
  assert.deepEqual(log, ["load", "parts", "parts"]);
});

test("a failure is reported to whom it concerns, and the next use tries again", async () => {
  const { loading, log } = start(new Error("no network"), "parts");
  loading.start();
  await settled();
  assert.deepEqual(log, ["load"]);
  loading.use((parts) => log.push(parts));
  await settled();
  assert.deepEqual(log, ["load", "load", "parts"]);
  const broken = start(new Error("no network"));
  broken.loading.use(() => log.push("used"));
  await settled();
  assert.deepEqual(broken.log, ["load", "failed"]);
});
