// The colors of the style sheet can be read, in both schemes (WCAG 2, level AA).

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { NICK_COLORS } from "../../twisted_chat/web/names.js";

const sheet = readFileSync(new URL("../../twisted_chat/web/colors.css", import.meta.url), "utf8");
const [, ...schemes] = sheet.split(":root {");

const colors = (block) =>
  Object.fromEntries(
    [...block.slice(0, block.indexOf("}")).matchAll(/--([\w-]+): (#[0-9a-f]{6});/gu)].map(
      ([, name, color]) => [name, color],
    ),
  );
const light = colors(schemes[0]);
const dark = { ...light, ...colors(schemes[1]) };

function luminance(color) {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const value = parseInt(color.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a, b) {
  const [more, less] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (more + 0.05) / (less + 0.05);
}

const grounds = ["ground", "side", "hover", "mention", "accent-soft", "danger-soft", "field"];
const pairs = [
  ...grounds.flatMap((ground) => [["text", ground], ["muted", ground], ["accent", ground]]),
  ...Array.from({ length: NICK_COLORS }, (_, index) => `nick-${index}`).flatMap((nick) =>
    ["ground", "side", "hover", "mention", "danger-soft"].map((ground) => [nick, ground]),
  ),
  ["danger", "ground"],
  ["danger", "danger-soft"],
  ["urgent", "ground"],
  ["on-accent", "accent"],
  ["on-urgent", "urgent"],
  ["side", "muted"],
];

for (const [name, scheme] of Object.entries({ light, dark })) {
  test(`every text can be read in the ${name} scheme`, () => {
    for (const [text, ground] of pairs) {
      const ratio = contrast(scheme[text], scheme[ground]);
      assert.ok(ratio >= 4.5, `${text} on ${ground}: ${ratio.toFixed(2)}`);
    }
  });

  test(`the edge of a field can be seen in the ${name} scheme`, () => {
    for (const ground of ["ground", "accent-soft"]) {
      assert.ok(contrast(scheme["field-line"], scheme[ground]) >= 3, ground);
    }
  });
}

test("both schemes define every nickname color", () => {
  for (let index = 0; index < NICK_COLORS; index += 1) {
    assert.notEqual(light[`nick-${index}`], dark[`nick-${index}`]);
  }
});
