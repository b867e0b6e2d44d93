// What the page remembers: for good (name, rooms) or until the tab is closed
// (the session, drafts, private conversations).
//
// A browser may forbid storage altogether; then the page simply forgets.

function shelf(find) {
  return {
    get(key, fallback) {
      try {
        const text = find().getItem(`chat.${key}`);
        return text === null ? fallback : JSON.parse(text);
      } catch {
        return fallback;
      }
    },
    set(key, value) {
      try {
        find().setItem(`chat.${key}`, JSON.stringify(value));
      } catch {
        // Forbidden or full: nothing that the person could do about it here.
      }
    },
    remove(key) {
      try {
        find().removeItem(`chat.${key}`);
      } catch {
        // As above.
      }
    },
  };
}

export const kept = shelf(() => window.localStorage);
export const tab = shelf(() => window.sessionStorage);
