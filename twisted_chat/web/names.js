// Names of people: how they compare, and how they look.

// Twelve colours, each with enough contrast in light and in dark; see style.css.
export const COLOURS = 12;

const collator = new Intl.Collator(undefined, { sensitivity: "base", numeric: true });

// Close to what the server does; good enough to find someone, never to decide who is who.
export function fold(name) {
  return name.normalize("NFKC").toLowerCase();
}

// Whether a room may be called so, as far as can be said here; the server has the last word.
export const canBeRoom = (name) => /^[\p{L}\p{M}\p{Nd}_.-]{1,32}$/u.test(name);

export function compareNames(a, b) {
  return collator.compare(a, b) || (a < b ? -1 : Number(a > b));
}

// The same name has the same colour on every page and every day (FNV-1a).
export function colourOf(name) {
  let hash = 0x811c9dc5;
  for (const unit of fold(name)) {
    hash = Math.imul(hash ^ unit.codePointAt(0), 0x01000193);
  }
  // FNV alone leaves names that differ in their last letter close together.
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) % COLOURS;
}

export function initialOf(name) {
  const [first = "?"] = name;
  return first.toUpperCase();
}
