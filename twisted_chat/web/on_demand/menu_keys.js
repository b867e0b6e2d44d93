// What a key does in a menu, as the ARIA Authoring Practices describe it.  Pure; menu.js
// carries it out.

const STEPS = { ArrowDown: 1, ArrowUp: -1 };

// The index of the item that gets the focus, "close" or "leave", or null if the key is none of
// the menu's.  `labels`: of the items; `index`: of the one that has the focus.
export function menuKey({ key, altKey, ctrlKey, metaKey }, labels, index) {
  const { length } = labels;
  if (altKey || ctrlKey || metaKey) return null;
  if (key === "Escape") return "close";
  if (key === "Tab") return "leave";
  if (key === "Home") return 0;
  if (key === "End") return length - 1;
  if (STEPS[key]) return (index + STEPS[key] + length) % length;
  if (key === " " || [...key].length !== 1) return null;
  return startingWith(key, labels, index);
}

// The next item whose label begins with the letter; the same one if there is none.
function startingWith(letter, labels, index) {
  const starts = (label) => label.toLowerCase().startsWith(letter.toLowerCase());
  for (let step = 1; step <= labels.length; step += 1) {
    const next = (index + step) % labels.length;
    if (starts(labels[next])) return next;
  }
  return index;
}
