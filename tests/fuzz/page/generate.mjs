// Texts at random, the same ones for the same seed, and shorter ones that fail alike.

// A generator of numbers in [0, 1) (mulberry32).
export function seeded(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

const MAX_PIECES = 14;

const OTHERS = [
  "a", "Z", "0", " ", "\n", "\t", "_", "-", ".", "ß", "é", "e\u0301", "İ", "ı", "ﬁ", "Ａ", "中", "ไ",
  "א", "\u202e", "\u200b", "\u00a0", "👋🏽", "👨‍👩‍👧", "\ud800", "\udc00", "\0", "\u0345",
];

// A text made of a target's tokens, of its samples, and of letters of all kinds.
export function textFor({ tokens, samples }, random) {
  const pick = (list) => list[Math.floor(random() * list.length)];
  const pieces = Array.from({ length: 1 + Math.floor(random() * MAX_PIECES) }, () => {
    const kind = random();
    if (kind < 0.55) return pick(tokens);
    if (kind < 0.65) return pick(samples);
    return pick(OTHERS);
  });
  return pieces.join("");
}

// A text of `count` times the same few pieces, then of others, for the steps that it takes.
export function repetitionFor({ tokens }, random) {
  const pick = () => tokens[Math.floor(random() * tokens.length)];
  const some = (most) => Array.from({ length: Math.floor(random() * (most + 1)) }, pick).join("");
  const [before, after] = [some(2), some(2)];
  const [first, second] = [random() < 0.5 ? "" : pick(), pick() + some(2)];
  return (count) => before + first.repeat(count) + second.repeat(count) + after;
}

// The same failure with as short a text as a few attempts make it; `fails` says whether a text
// fails.
export function shortened(text, fails) {
  for (let size = Math.floor(text.length / 2); size > 0; ) {
    let shorter = null;
    for (let at = 0; at < text.length && shorter === null; at += size) {
      const without = text.slice(0, at) + text.slice(at + size);
      if (fails(without)) shorter = without;
    }
    if (shorter === null) size = Math.floor(size / 2);
    else [text, size] = [shorter, Math.min(size, Math.floor(shorter.length / 2) || 1)];
    if (text.length === 0) break;
  }
  return text;
}
