// Desktop notifications, for users who turned them on.

import { localStore } from "./storage.js";

const available = () => "Notification" in window && window.isSecureContext;

export const notifications = {
  get supported() {
    return available() && Notification.permission !== "denied";
  },

  get enabled() {
    return available() && Notification.permission === "granted" && localStore.get("notify", false);
  },

  // Call only in response to a click: browsers block pages that ask on their own.
  async setEnabled(enabled) {
    if (enabled && available() && Notification.permission === "default") {
      await Notification.requestPermission();
    }
    localStore.set("notify", enabled);
  },

  // A new notification replaces an earlier one with the same tag.
  show(title, body, tag, onClick) {
    if (!this.enabled) return;
    try {
      const shown = new Notification(title, { body, tag, icon: "icon.svg" });
      shown.addEventListener("click", () => {
        window.focus();
        shown.close();
        onClick();
      });
    } catch {
      // Some mobile browsers have the constructor but throw when it is called.
    }
  },
};
