// Nicknames and room names: comparison, order and color.

// Colors that differ visibly, each with enough contrast in light and in dark; see colors.css.
export const NICK_COLORS = 32;

const collator = new Intl.Collator(undefined, { sensitivity: "base", numeric: true });

// Approximates the server's folding: good enough to find a name, never to decide who owns it.
export function fold(name) {
  return name.normalize("NFKC").toLowerCase();
}

// An early check for the user's benefit; the server decides.
export const isRoomName = (name) => /^[\p{L}\p{M}\p{Nd}_.-]{1,32}$/u.test(name);

export function compareNames(a, b) {
  return collator.compare(a, b) || (a < b ? -1 : Number(a > b));
}

// A name has the same color on every page and every day (FNV-1a).
export function nickColor(name) {
  let hash = 0x811c9dc5;
  for (const unit of fold(name)) {
    hash = Math.imul(hash ^ unit.codePointAt(0), 0x01000193);
  }
  // FNV alone gives names that differ only in the last letter neighboring colors.
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) % NICK_COLORS;
}

export function initialOf(name) {
  const [first = "?"] = name;
  return first.toUpperCase();
}
