// Days and times.

import assert from "node:assert/strict";
import { test } from "node:test";

import { calendarDay, clockFormat, dayName, msUntilMidnight, withLocalTimes } from "../../twisted_chat/web/time.js";

const noon = new Date(2026, 10, 21, 12).getTime();
const at = (...parts) => new Date(...parts).getTime();

test("today and yesterday are calendar days", () => {
  assert.equal(dayName(at(2026, 10, 21, 0, 0, 1), noon), "Today");
  assert.equal(dayName(at(2026, 10, 20, 23, 59), noon), "Yesterday");
  assert.notEqual(dayName(at(2026, 10, 19, 12), noon), "Yesterday");
});

test("a date in another year includes the year", () => {
  assert.match(dayName(at(2024, 1, 29), noon), /2024/u);
});

test("a day is the same from its first to its last second", () => {
  assert.equal(calendarDay(at(2026, 10, 21, 0, 0)), calendarDay(at(2026, 10, 21, 23, 59, 59)));
  assert.notEqual(calendarDay(at(2026, 10, 21)), calendarDay(at(2026, 9, 21)));
});

test("the time until midnight is positive", () => {
  assert.equal(msUntilMidnight(at(2026, 10, 21, 23, 59)), 60_000);
});

test("the hour is written as is usual in the language", () => {
  const morning = at(2026, 10, 21, 9, 37);
  const written = (language) => clockFormat(language).format(morning).replace(/\s/gu, " ");
  assert.equal(written("en-US"), "9:37 AM");
  assert.equal(written("en-GB"), "09:37");
  assert.equal(written("de"), "09:37");
});

test("a time in a text of the server is shown as that of the reader", () => {
  const local = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
  const shown = local.format(Date.UTC(2026, 10, 27, 10, 5));
  const text = withLocalTimes("muted until 2026-11-27 10:05 UTC (spam)\nsince 2026-11-27 10:05 UTC");
  assert.equal(text, `muted until ${shown} (spam)\nsince ${shown}`);
  for (const other of ["registered since 2026-11-26", "2026-99-99 10:00 UTC"]) assert.equal(withLocalTimes(other), other);
});
