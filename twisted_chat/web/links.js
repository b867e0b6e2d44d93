// Links in a text.  Pure: text in, parts out.
//
// Only complete http and https addresses become links.  Schemes that can run code or read
// files (javascript:, data:, file:) stay plain text.

const ADDRESS = /\bhttps?:\/\/[^\s<>"\u0060]+/giu;
const TRAILING = ".,;:!?'’”»…*_~";
const BRACKETS = "()[]{}";
const CLOSING = ")]}";

// A full stop after an address ends the sentence; a closing bracket belongs to the
// address only if the address contains the opening one.
function trimTrailing(address) {
  const counts = new Map();
  for (const sign of address) {
    if (BRACKETS.includes(sign)) counts.set(sign, (counts.get(sign) ?? 0) + 1);
  }
  // Shortened once, as a text of thousands of brackets would be copied for each of them.
  let end = address.length;
  for (; end > 0; end -= 1) {
    const last = address[end - 1];
    const opening = BRACKETS[BRACKETS.indexOf(last) - 1];
    const unmatched =
      CLOSING.includes(last) && counts.get(last) > (counts.get(opening) ?? 0);
    if (!unmatched && !TRAILING.includes(last)) break;
    if (counts.has(last)) counts.set(last, counts.get(last) - 1);
  }
  return address.slice(0, end);
}

export function hrefOf(address) {
  let url;
  try {
    url = new URL(address);
  } catch {
    return null;
  }
  if (url.protocol !== "http:" && url.protocol !== "https:") return null;
  // "https://bank.example@evil.example" looks like one site and leads to another.
  if (url.username || url.password || !url.hostname) return null;
  return url.href;
}

// The host that a link leads to, if it differs from the text: look-alike letters of
// another script, for example.
function disguisedHost(address, href) {
  const [, written] = /^https?:\/\/([^/?#\\]*)/iu.exec(address);
  const { hostname } = new URL(href);
  return written.replace(/:\d*$/u, "").toLowerCase() === hostname ? undefined : hostname;
}

// "see https://a.example." -> [{text: "see "}, {text: "https://a.example", href}, {text: "."}]
// A link whose real host differs from its text also has `host`.
export function splitLinks(text) {
  const parts = [];
  let end = 0;
  for (const match of text.matchAll(ADDRESS)) {
    const address = trimTrailing(match[0]);
    const href = hrefOf(address);
    if (href === null) continue;
    if (match.index > end) parts.push({ text: text.slice(end, match.index) });
    const host = disguisedHost(address, href);
    parts.push(host ? { text: address, href, host } : { text: address, href });
    end = match.index + address.length;
  }
  if (end < text.length) parts.push({ text: text.slice(end) });
  return parts;
}
