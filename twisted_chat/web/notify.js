// Desktop notifications, for those who asked for them.

import { kept } from "./storage.js";

const possible = () => "Notification" in window && window.isSecureContext;

export const notifications = {
  get possible() {
    return possible() && Notification.permission !== "denied";
  },

  get wanted() {
    return possible() && Notification.permission === "granted" && kept.get("notify", false);
  },

  // Only ever in answer to a click: a page that asks on its own gets blocked.
  async want(yes) {
    if (yes && possible() && Notification.permission === "default") {
      await Notification.requestPermission();
    }
    kept.set("notify", yes);
    return this.wanted;
  },

  show(title, body, tag, whenClicked) {
    if (!this.wanted) return;
    try {
      // One for each conversation: ten messages are not ten boxes on the screen.
      const shown = new Notification(title, { body, tag, icon: "icon.svg" });
      shown.addEventListener("click", () => {
        window.focus();
        shown.close();
        whenClicked();
      });
    } catch {
      // Some phones have the constructor and refuse to use it.
    }
  },
};
