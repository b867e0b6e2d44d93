// Browser storage of JSON values: `localStore` lasts (nickname, rooms, settings, what was read),
// `tabStore` lasts until the tab is closed (session, drafts, unsent messages).
//
// All pages of one origin share it, so the keys have the path of the page: two chats under
// different paths have nothing in common.
//
// A browser may forbid storage; then reading returns the fallback and writing does nothing.
// What is damaged counts as missing: text that is not JSON, and a value of another type than
// the fallback.

// "chat." at the root of the origin, "chat/team/" at /team/.
export function keyPrefix(address) {
  const { pathname } = new URL(".", address);
  return pathname === "/" ? "chat." : `chat${pathname}`;
}

const typeOf = (value) => (Array.isArray(value) ? "array" : value === null ? "null" : typeof value);

const isUsable = (value, fallback) => fallback === undefined || typeOf(value) === typeOf(fallback);

function jsonStore(find) {
  const fullKey = (key) => keyPrefix(location.href) + key;
  return {
    get(key, fallback) {
      try {
        const text = find().getItem(fullKey(key));
        const value = text === null ? fallback : JSON.parse(text);
        return isUsable(value, fallback) ? value : fallback;
      } catch {
        return fallback;
      }
    },
    // False if the value could not be stored.
    set(key, value) {
      try {
        find().setItem(fullKey(key), JSON.stringify(value));
        return true;
      } catch {
        return false; // forbidden or full
      }
    },
    remove(key) {
      try {
        find().removeItem(fullKey(key));
      } catch {
        // Forbidden: then there is nothing to remove either.
      }
    },
    // The keys that begin so.
    keys(beginning) {
      const full = fullKey(beginning);
      const prefix = full.length - beginning.length;
      try {
        return Object.keys(find())
          .filter((key) => key.startsWith(full))
          .map((key) => key.slice(prefix));
      } catch {
        return [];
      }
    },
    // Calls `call(value)` when another tab stores a value under this key.
    onChange(key, call) {
      addEventListener("storage", (event) => {
        if (event.key !== fullKey(key) || event.newValue === null) return;
        try {
          call(JSON.parse(event.newValue));
        } catch {
          // Not a value of this page.
        }
      });
    },
  };
}

export const localStore = jsonStore(() => window.localStorage);
export const tabStore = jsonStore(() => window.sessionStorage);
