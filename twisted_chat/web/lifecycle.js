// The life of the page: what is loaded at the start and saved when the page is hidden, and
// how the page reacts to sleep, network changes and time.

import { Alerts } from "./alerts.js";
import { Chat } from "./chat.js";
import { saveRooms } from "./effects.js";
import { guarded } from "./guarded.js";
import { restoreSnapshot, takeSnapshot } from "./snapshot.js";
import { localStore, tabStore } from "./storage.js";
import { msUntilMidnight } from "./time.js";

const STATUS_INTERVAL = 500; // of the countdown to the next attempt to connect

const isText = (value) => typeof value === "string";

// The chat as this browser knows it from its settings.
export function makeChat() {
  const alerts = new Alerts({
    levels: localStore.get("levels", {}),
    words: localStore.get("words", []),
  });
  const chat = new Chat({ alerts });
  chat.chosenNick = localStore.get("nick", "");
  chat.token = localStore.get("token", "");
  return chat;
}

// What this browser and this tab remember.
export function restore(chat, memory) {
  for (const room of localStore.get("rooms", ["lobby"]).filter(isText)) chat.open("room", room);
  const snapshot = tabStore.get("snapshot", {});
  // One that is damaged, as far as it can be used: the page must start.
  guarded(() => {
    if (snapshot.owner) memory.restore(snapshot.owner);
    restoreSnapshot(chat, snapshot);
  });
  // From the start there is a conversation to write in, connected or not.
  if (!chat.current) chat.select(chat.memberRoom()?.key ?? chat.open("room", "lobby").key);
  forgetSnapshot();
}

export function restoreDrafts() {
  const isDraft = (one) => Array.isArray(one) && one.length === 2 && one.every(isText);
  return new Map(tabStore.get("drafts", []).filter(isDraft));
}

// While the page is in use nothing is stored: a duplicated tab gets a copy of the storage,
// and two tabs must not have one session.
function forgetSnapshot() {
  tabStore.remove("snapshot");
}

export function watchLifecycle({ chat, connection, drawing, status, drafts, memory }) {
  const save = ({ closed }) => {
    memory.save({ closed });
    tabStore.set("snapshot", { ...takeSnapshot(chat), owner: memory.owner });
    tabStore.set("drafts", [...drafts]);
    saveRooms(chat);
  };
  const resume = () => {
    forgetSnapshot();
    memory.reclaim();
    connection.wake();
    drawing.schedule();
  };
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) save({ closed: false });
    else resume();
  });
  addEventListener("pagehide", () => save({ closed: true }));
  addEventListener("pageshow", ({ persisted }) => persisted && resume());
  addEventListener("online", () => connection.wake());
  // The server may be on this machine, so being offline only makes the connection suspect.
  addEventListener("offline", () => connection.check());
  addEventListener("focus", () => drawing.schedule());
  addEventListener("blur", () => drawing.updateRead());

  setInterval(() => {
    if (!connection.isUp) status.show();
  }, STATUS_INTERVAL);
  redrawAtMidnight(drawing);
}

// "Today" becomes "Yesterday".
function redrawAtMidnight(drawing) {
  setTimeout(() => {
    drawing.schedule();
    redrawAtMidnight(drawing);
  }, msUntilMidnight(Date.now()) + 1000);
}
