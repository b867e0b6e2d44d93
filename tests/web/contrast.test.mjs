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

function linear(color) {
  return [1, 3, 5].map((at) => {
    const value = parseInt(color.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
}

function luminance(color) {
  const [r, g, b] = linear(color);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a, b) {
  const [more, less] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (more + 0.05) / (less + 0.05);
}

// The place of a color in OKLab, in which equal distances look equally different.
function oklab(color) {
  const [r, g, b] = linear(color);
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

const MIN_DISTANCE = 0.06; // three times what can just be seen

const grounds = ["ground", "side", "hover", "mention", "accent-soft", "danger-soft", "field"];
const pairs = [
  ...grounds.flatMap((ground) => [["text", ground], ["muted", ground], ["accent", ground]]),
  ...Array.from({ length: NICK_COLORS }, (_, index) => `nick-${index}`).flatMap((nick) =>
    ["ground", "side", "hover", "mention", "danger-soft", "accent-soft"].map((ground) => [nick, ground]),
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

for (const [name, scheme] of Object.entries({ light, dark })) {
  test(`the colors of nicknames can be told apart in the ${name} scheme`, () => {
    const places = Array.from({ length: NICK_COLORS }, (_, index) => oklab(scheme[`nick-${index}`]));
    places.forEach((place, index) => {
      places.slice(0, index).forEach((other, before) => {
        const distance = Math.hypot(...place.map((value, axis) => value - other[axis]));
        assert.ok(distance >= MIN_DISTANCE, `nick-${before} and nick-${index}: ${distance.toFixed(3)}`);
      });
    });
  });
}

test("both schemes define every nickname color", () => {
  for (let index = 0; index < NICK_COLORS; index += 1) {
    assert.notEqual(light[`nick-${index}`], dark[`nick-${index}`]);
  }
});
