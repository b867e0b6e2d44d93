// Browser storage of JSON values: `localStore` lasts (nickname, rooms, settings),
// `tabStore` lasts until the tab is closed (session, drafts, direct messages).
//
// A browser may forbid storage; then reading returns the fallback and writing does nothing.

function jsonStore(find) {
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
        // Forbidden or full: the user can do nothing about it here.
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

export const localStore = jsonStore(() => window.localStorage);
export const tabStore = jsonStore(() => window.sessionStorage);
