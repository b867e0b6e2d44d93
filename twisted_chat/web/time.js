// Days and times, in the reader's own zone and language.

const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const whole = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "medium" });
const thisYear = new Intl.DateTimeFormat(undefined, {
  weekday: "long",
  day: "numeric",
  month: "long",
});
const otherYear = new Intl.DateTimeFormat(undefined, { dateStyle: "long" });
const short = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" });

export const clockTime = (time) => clock.format(time);
export const wholeTime = (time) => whole.format(time);
export const shortDay = (time) => short.format(time);

// Two moments are of the same day if this is the same for both.
export function dayOf(time) {
  const date = new Date(time);
  return date.getFullYear() * 10000 + (date.getMonth() + 1) * 100 + date.getDate();
}

// By the calendar, not by 24 hours: a day may have 23 or 25 of them.
export function dayName(time, now) {
  const yesterday = new Date(now);
  yesterday.setDate(yesterday.getDate() - 1);
  if (dayOf(time) === dayOf(now)) return "Today";
  if (dayOf(time) === dayOf(yesterday)) return "Yesterday";
  const sameYear = new Date(time).getFullYear() === new Date(now).getFullYear();
  return (sameYear ? thisYear : otherYear).format(time);
}

export function untilMidnight(now) {
  const next = new Date(now);
  next.setHours(24, 0, 0, 0);
  return next.getTime() - now;
}
