// Mentions of a nickname in a text.  Pure: text in, parts out.

const NAME_CHARACTER = "\\p{L}\\p{M}\\p{N}_-";
const patterns = new Map();

// Whole names only: neither "also" nor "al-2" mentions "al".  The first group is what precedes
// the name: Safari has lookbehind since 16.4.
function patternFor(nick) {
  let pattern = patterns.get(nick);
  if (!pattern) {
    const literal = nick.replace(/[.*+?^${}()|[\]\\/]/gu, "\\$&");
    pattern = new RegExp(`(^|[^${NAME_CHARACTER}])@?${literal}(?![${NAME_CHARACTER}])`, "giu");
    patterns.clear(); // only the current nickname is ever looked for
    patterns.set(nick, pattern);
  }
  return pattern;
}

export function hasMention(text, nick) {
  return nick !== "" && text.search(patternFor(nick)) >= 0;
}

// "hi bob!" -> [{text: "hi "}, {text: "bob", mention: true}, {text: "!"}]
export function splitMentions(text, nick) {
  if (nick === "") return [{ text }];
  const parts = [];
  let end = 0;
  for (const match of text.matchAll(patternFor(nick))) {
    const [whole, before] = match;
    const start = match.index + before.length;
    if (start > end) parts.push({ text: text.slice(end, start) });
    parts.push({ text: whole.slice(before.length), mention: true });
    end = match.index + whole.length;
  }
  if (end < text.length) parts.push({ text: text.slice(end) });
  return parts;
}
