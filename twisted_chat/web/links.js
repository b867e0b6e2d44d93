// Finds links in what people say.  Pure: text in, parts out.
//
// Only http and https become links, and only where the address is written out:
// whatever a program could run (javascript:, data:, file:) stays plain text.

const ADDRESS = /\bhttps?:\/\/[^\s<>"`]+/giu;
const TRAILING = /[.,;:!?'’”»…*_~]$/u;
const BRACKETS = { ")": "(", "]": "[", "}": "{" };

// A full stop after an address ends the sentence; a bracket belongs to the
// address only if it was opened there.
function withoutTail(address) {
  for (;;) {
    const last = address.at(-1);
    const opening = BRACKETS[last];
    const stray =
      opening !== undefined && address.split(last).length > address.split(opening).length;
    if (!stray && !TRAILING.test(address)) return address;
    address = address.slice(0, -1);
  }
}

export function hrefOf(address) {
  let url;
  try {
    url = new URL(address);
  } catch {
    return null;
  }
  if (url.protocol !== "http:" && url.protocol !== "https:") return null;
  // "https://bank.example@evil.example" looks like one place and leads to another.
  if (url.username || url.password || !url.hostname) return null;
  return url.href;
}

// "see https://a.example." -> [{text: "see "}, {text: "https://a.example", href}, {text: "."}]
export function splitLinks(text) {
  const parts = [];
  let done = 0;
  for (const match of text.matchAll(ADDRESS)) {
    const address = withoutTail(match[0]);
    const href = hrefOf(address);
    if (href === null) continue;
    if (match.index > done) parts.push({ text: text.slice(done, match.index) });
    parts.push({ text: address, href });
    done = match.index + address.length;
  }
  if (done < text.length) parts.push({ text: text.slice(done) });
  return parts;
}
