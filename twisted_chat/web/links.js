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

// The host that an address leads to, if that is not what stands there: letters of another
// script that look like Latin ones, say.
function hiddenHost(address, href) {
  const [, written] = /^https?:\/\/([^/?#\\]*)/iu.exec(address);
  const { hostname } = new URL(href);
  return written.replace(/:\d*$/u, "").toLowerCase() === hostname ? undefined : hostname;
}

// "see https://a.example." -> [{text: "see "}, {text: "https://a.example", href}, {text: "."}]
// `host` is told where it differs from the text.
export function splitLinks(text) {
  const parts = [];
  let done = 0;
  for (const match of text.matchAll(ADDRESS)) {
    const address = withoutTail(match[0]);
    const href = hrefOf(address);
    if (href === null) continue;
    if (match.index > done) parts.push({ text: text.slice(done, match.index) });
    const host = hiddenHost(address, href);
    parts.push(host ? { text: address, href, host } : { text: address, href });
    done = match.index + address.length;
  }
  if (done < text.length) parts.push({ text: text.slice(done) });
  return parts;
}
