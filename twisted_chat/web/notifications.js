// Desktop notifications, for users who turned them on.
//
// Browsers have them only on pages that are opened over https or on the same machine.

import { localStore } from "./storage.js";

const shown = new Map(); // tag -> the notification

let refused = false; // the constructor exists, but a page may not call it (Android)

export const notifications = {
  // Why there can be none: "insecure", "unsupported" or "denied"; "" if there can be.
  get problem() {
    if (!window.isSecureContext) return "insecure";
    if (!("Notification" in window) || refused) return "unsupported";
    return Notification.permission === "denied" ? "denied" : "";
  },

  get enabled() {
    return !this.problem && Notification.permission === "granted" && localStore.get("notify", false);
  },

  // Call only in response to a click: browsers block pages that ask on their own.
  async ask() {
    if (!this.problem && Notification.permission === "default") await Notification.requestPermission();
  },

  setEnabled(enabled) {
    localStore.set("notify", enabled);
  },

  // A new notification replaces an earlier one with the same tag.
  show(title, body, tag, onClick) {
    if (!this.enabled) return;
    try {
      const one = new Notification(title, { body, tag, icon: "icon.svg" });
      shown.set(tag, one);
      one.addEventListener("click", () => {
        window.focus();
        one.close();
        onClick();
      });
    } catch {
      refused = true;
    }
  },

  // What it was about has been read.
  close(tag) {
    shown.get(tag)?.close?.();
    shown.delete(tag);
  },
};
