// The badge on the icon of the tab.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { badged } from "../../twisted_chat/web/view/favicon.js";

const ICON = readFileSync(new URL("../../twisted_chat/web/icon.svg", import.meta.url), "utf8");
const image = (total) => {
  const [, type, data] = /^data:([^,]+),(.*)$/su.exec(badged(ICON, total));
  assert.equal(type, "image/svg+xml");
  return decodeURIComponent(data);
};

test("mentions are a number, other messages a dot, and nothing is the icon itself", () => {
  assert.equal(image({ count: 0, mentions: 0 }), ICON);
  assert.match(image({ count: 3, mentions: 0 }), /<circle[^>]*\/><\/svg>/u);
  assert.match(image({ count: 3, mentions: 2 }), />2<\/text><\/svg>/u);
  assert.match(image({ count: 30, mentions: 12 }), />9\+<\/text><\/svg>/u);
});
