// The keyboard shortcuts of the page.  Pure: a key press in, an action out; view/keyboard.js
// carries it out.

export const IS_MAC = /^(?:Mac|iP)/u.test(globalThis.navigator?.platform ?? "");

// Where other chats have them: Ctrl+K, Alt+Up and Alt+Shift+Up are those of Slack and Discord.
// `mod` is Ctrl, or Cmd on a Mac, where Ctrl+K deletes to the end of the line.
export const SHORTCUTS = [
  { action: "switch", keys: ["mod", "K"] },
  { action: "next", keys: ["Alt", "↓"] },
  { action: "previous", keys: ["Alt", "↑"] },
  { action: "nextUnread", keys: ["Alt", "Shift", "↓"] },
  { action: "previousUnread", keys: ["Alt", "Shift", "↑"] },
  { action: "newest", keys: ["Esc"] },
  { action: "shortcuts", keys: ["mod", "/"] },
];

// Only listed: keys that view/roving.js and the composer handle.
export const OTHER_KEYS = [
  { action: "log", keys: ["Shift", "Tab"] },
  { action: "messages", keys: ["↑", "↓", "Home", "End"] },
  { action: "controls", keys: ["Enter"] },
  { action: "complete", keys: ["Tab"] },
  { action: "recall", keys: ["↑"] },
  { action: "line", keys: ["Shift", "Enter"] },
];

const MAC_NAMES = { mod: "⌘", Alt: "⌥", Shift: "⇧" };
const NAMES = { mod: "Ctrl" };

export const keyNames = ({ keys }, isMac) => {
  const names = isMac ? MAC_NAMES : NAMES;
  return keys.map((key) => names[key] ?? key);
};

const ARROWS = {
  ArrowDown: ["next", "nextUnread"],
  ArrowUp: ["previous", "previousUnread"],
};

// The action of a key press, or null.
export function shortcutOf({ key, ctrlKey, metaKey, altKey, shiftKey, isComposing }, isMac) {
  if (isComposing) return null;
  const mod = isMac ? metaKey && !ctrlKey : ctrlKey && !metaKey;
  if (mod && !altKey && !shiftKey && key.toLowerCase() === "k") return "switch";
  // On some keyboards the slash is typed with Shift.
  if (mod && !altKey && key === "/") return "shortcuts";
  if (ctrlKey || metaKey) return null;
  if (altKey) return ARROWS[key]?.[Number(shiftKey)] ?? null;
  return key === "Escape" && !shiftKey ? "newest" : null;
}

// Whether a key press types something, so that it belongs into the composer.  `onPage`: no
// element has the focus, so that Space would do nothing.
export function types(event, { isMac, onPage }) {
  const { key, ctrlKey, metaKey, altKey } = event;
  // On Windows AltGr is Ctrl and Alt; on a Mac Alt types what other keyboards type with AltGr.
  const isAltGr = event.getModifierState?.("AltGraph") || (isMac && altKey && !ctrlKey);
  if (metaKey || ((ctrlKey || altKey) && !isAltGr)) return false;
  if (key === " ") return onPage;
  return key === "Dead" || [...key].length === 1;
}
