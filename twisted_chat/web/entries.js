// The entries of a conversation: messages, and what is shown between them.  Pure.

const MESSAGE_KINDS = new Set(["message", "action", "dm"]);

export const isMessage = (entry) => MESSAGE_KINDS.has(entry.kind);

// Array.prototype.findLast, which Firefox has since 104.
export function findLast(list, test) {
  for (let index = list.length - 1; index >= 0; index -= 1) {
    if (test(list[index])) return list[index];
  }
  return undefined;
}

let lastKey = 0;
export function newEntryKey() {
  lastKey += 1;
  return `local-${lastKey}`;
}
