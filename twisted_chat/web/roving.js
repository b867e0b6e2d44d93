// Which item of a list gets the focus with a key press.  Pure; view/roving.js moves the focus.

const STEPS = { ArrowDown: 1, ArrowUp: -1 };

// The index of the item, or null if the key is none of the list's.
export function nextIndex({ key, altKey, ctrlKey, metaKey, shiftKey }, index, length) {
  if (length === 0 || altKey || ctrlKey || metaKey || shiftKey) return null;
  if (key === "Home") return 0;
  if (key === "End") return length - 1;
  const step = STEPS[key];
  return step ? Math.min(length - 1, Math.max(0, index + step)) : null;
}
