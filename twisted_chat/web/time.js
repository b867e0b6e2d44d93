// Dates and times in the reader's time zone and language.

import { strings } from "./strings.js";

// "9:37 AM" or "09:37", as is usual in the language.
export const clockFormat = (language) => new Intl.DateTimeFormat(language, { timeStyle: "short" });

const time = clockFormat();
const full = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "medium" });
const dayThisYear = new Intl.DateTimeFormat(undefined, {
  weekday: "long",
  day: "numeric",
  month: "long",
});
const dayOtherYear = new Intl.DateTimeFormat(undefined, { dateStyle: "long" });
const shortDay = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" });

const dateAndTime = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });

export const clockTime = (moment) => time.format(moment);
export const fullTime = (moment) => full.format(moment);
export const shortTime = (moment) => `${shortDay.format(moment)}, ${clockTime(moment)}`;

// A text of the server, which writes its times in UTC: "until 2026-11-27 10:00 UTC".
export function withLocalTimes(text) {
  return text.replace(/(\d{4}-\d\d-\d\d) (\d\d:\d\d) UTC/gu, (whole, date, clock) => {
    const moment = Date.parse(`${date}T${clock}Z`);
    return Number.isNaN(moment) ? whole : dateAndTime.format(moment);
  });
}

// A number that is the same for two moments of the same local day.
export function calendarDay(moment) {
  const date = new Date(moment);
  return date.getFullYear() * 10000 + (date.getMonth() + 1) * 100 + date.getDate();
}

// Compares calendar days, not spans of 24 hours: a day may have 23 or 25 hours.
export function dayName(moment, now) {
  const dayBefore = new Date(now);
  dayBefore.setDate(dayBefore.getDate() - 1);
  if (calendarDay(moment) === calendarDay(now)) return strings.today;
  if (calendarDay(moment) === calendarDay(dayBefore)) return strings.yesterday;
  const sameYear = new Date(moment).getFullYear() === new Date(now).getFullYear();
  return (sameYear ? dayThisYear : dayOtherYear).format(moment);
}

export function msUntilMidnight(now) {
  const next = new Date(now);
  next.setHours(24, 0, 0, 0);
  return next.getTime() - now;
}
