// Finds a person's name in what others say.  Pure: text in, parts out.

const INSIDE_A_NAME = "[\\p{L}\\p{M}\\p{N}_-]";
const made = new Map();

// Whole names only: "al" is not meant by "also", nor by "al-2".
function pattern(nick) {
  let found = made.get(nick);
  if (!found) {
    const literal = nick.replace(/[.*+?^${}()|[\]\\/]/gu, "\\$&");
    found = new RegExp(`(?<!${INSIDE_A_NAME})@?${literal}(?!${INSIDE_A_NAME})`, "giu");
    made.clear(); // one person, one name at a time
    made.set(nick, found);
  }
  return found;
}

export function mentions(text, nick) {
  return nick !== "" && text.search(pattern(nick)) >= 0;
}

// "hi bob!" -> [{text: "hi "}, {text: "bob", mention: true}, {text: "!"}]
export function splitMentions(text, nick) {
  if (nick === "") return [{ text }];
  const parts = [];
  let done = 0;
  for (const match of text.matchAll(pattern(nick))) {
    if (match.index > done) parts.push({ text: text.slice(done, match.index) });
    parts.push({ text: match[0], mention: true });
    done = match.index + match[0].length;
  }
  if (done < text.length) parts.push({ text: text.slice(done) });
  return parts;
}
