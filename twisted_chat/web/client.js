// The page: puts what is known (state.js), what is seen (view/) and the connection
// together.  Start reading here.

import { readLine } from "./commands.js";
import { Composer } from "./composer.js";
import { Connection } from "./connection.js";
import { fold } from "./names.js";
import { notifications } from "./notify.js";
import { Chat } from "./state.js";
import { kept, tab } from "./storage.js";
import { Tabs } from "./tabs.js";
import { untilMidnight } from "./time.js";
import { Back } from "./view/back.js";
import { MeDialog, NAMELESS, RoomsDialog } from "./view/dialogs.js";
import { byId, setText } from "./view/dom.js";
import { Drawers } from "./view/drawers.js";
import { Messages } from "./view/messages.js";
import { People } from "./view/people.js";
import { Places } from "./view/places.js";
import { Search } from "./view/search.js";
import { Status, partedText } from "./view/status.js";

// After a reconnect: the time in which words that were on their way may still be stored.
const SETTLING = 300;
// A storm of arrivals asks only once who is here.
const REFRESH = 2_000;
const STALLED = 5_000;

const chat = new Chat();
const drafts = new Map(tab.get("drafts", []));

chat.wanted = kept.get("nick", "");
for (const room of kept.get("rooms", ["lobby"])) chat.open("room", room);
chat.restore(tab.get("state", {}));
// There is a room to write in from the first moment on, connected or not.
if (!chat.place) chat.show(chat.peoplePlace()?.key ?? chat.open("room", "lobby").key);
// A tab that is duplicated takes what is stored along; the session must stay with one.
tab.remove("state");

// Drawing: once for everything that happens at a time, also while nobody looks.

let drawing = false;

function draw() {
  if (drawing) return;
  drawing = true;
  if (document.hidden) setTimeout(drawNow, 100);
  else requestAnimationFrame(drawNow);
}

function drawNow() {
  if (!drawing) return;
  drawing = false;
  attend();
  messages.show();
  // Only now is it known whether one is at the end of what came.
  attend();
  places.show();
  people.show();
  status.show();
  search.show();
  composer.show(chat.place, chat.place?.title);
  latest();
  back.show();
}

function attend() {
  chat.attentive = !document.hidden && document.hasFocus() && messages.pinned && messages.shown === chat.place;
  chat.read();
}

function latest() {
  const unread = chat.place?.unread ?? 0;
  messages.latest.hidden = messages.pinned;
  setText(byId("latest_text"), unread ? `${unread} new` : "Latest");
}

function speak(text) {
  setText(byId("spoken"), text);
}

// The connection

const connection = new Connection({
  open(query) {
    const url = new URL("ws", document.baseURI);
    url.protocol = location.protocol === "https:" ? "wss:" : "ws:";
    url.search = new URLSearchParams(query);
    return new WebSocket(url);
  },
  query: () => chat.address(),
  // The cheapest thing to ask: the server only looks it up.
  pulse: () => chat.ask({ type: "command", text: "\\help help" }, { about: "pulse" }),
  clock: {
    setTimeout: (call, wait) => setTimeout(call, wait),
    clearTimeout: (timer) => clearTimeout(timer),
    Date,
  },
  onState(state) {
    if (state === "waiting" || state === "stopped") {
      chat.disconnected({ left: state === "stopped" });
    }
    draw();
  },
  // Another tab came in as this one, as a duplicated tab does.  Each must be somebody, or
  // they would push one another out for ever.
  onLost(code) {
    if (code === 4000) chat.session = "";
  },
  onFrame(frame) {
    carryOut(chat.receive(frame));
    draw();
  },
});

function sendAll(frames) {
  frames.forEach((frame) => connection.send(frame));
  return true;
}

function carryOut(effects) {
  for (const effect of effects) EFFECTS[effect.do]?.(effect);
}

const refreshing = new Map();
let settling;

const EFFECTS = {
  // After the welcome has been taken in: before, the connection is not up yet.
  send: ({ frame }) => queueMicrotask(() => connection.send(frame)),

  welcomed({ missing }) {
    clearTimeout(settling);
    keepRooms();
    if (chat.wanted && chat.nick !== chat.wanted) byId("naming").hidden = false;
    else byId("naming").hidden = Boolean(chat.wanted) || kept.get("guest", false);
    if (missing) speak("Connected again. Some messages may be missing.");
    if (!chat.hasWaiting) {
      chat.holding = false;
      return;
    }
    settling = setTimeout(() => chat.holding && sendAll([chat.fence(!missing)]), SETTLING);
  },

  refresh({ place }) {
    if (refreshing.has(place.key)) return;
    const ask = () => {
      refreshing.delete(place.key);
      sendAll([chat.ask({ type: "who", room: place.name }, { about: "who" })]);
    };
    refreshing.set(place.key, setTimeout(ask, REFRESH));
  },

  alert({ place, entry }) {
    const title = place.kind === "dm" ? entry.from : `${entry.from} in ${place.title}`;
    if (!document.hidden && document.hasFocus()) return;
    notifications.show(title, entry.text, place.key, () => showPlace(place.key));
  },

  named() {
    if (chat.wanted) kept.set("nick", chat.nick);
    if (chat.wanted) chat.wanted = chat.nick;
    me.named();
    const typedThere = byId("naming").contains(document.activeElement);
    byId("naming").hidden = true;
    if (typedThere) byId("chat_input").focus();
    setText(byId("naming_problem"), "");
  },

  name_refused({ text, nick, taken }) {
    speak(text);
    if (me.refused(text)) return;
    const guest = chat.nick !== chat.wanted;
    const ask = guest ? "You are a guest. What shall we call you?" : "What shall we call you?";
    setText(byId("naming_label"), ask);
    byId("naming").hidden = false;
    setText(byId("naming_problem"), text);
    if (!byId("naming_input").value) byId("naming_input").value = nick;
    if (taken) tabs.ask(nick, () => itIsMine(nick, guest));
  },

  entered() {
    rooms.entered();
    drawers.closeOver();
    toWrite();
  },

  join_refused({ text }) {
    if (rooms.refused(text)) return;
    speak(text);
    carryOut(chat.note(text, { error: true }));
  },

  parted() {
    if (chat.parted) speak(partedText(chat.parted));
    toWrite();
  },

  found: (answer) => search.found(answer),

  loaded: () => looking?.(),

  // The history cannot be read now: try again, but not at once.
  stalled({ place }) {
    setTimeout(() => {
      place.loading = false;
      draw();
    }, STALLED);
  },

  listed: () => rooms.show(),

  // What would have been noted in a conversation, if there were one.
  told: ({ text, error }) => composer.note(text, error),

  refused: ({ text }) => speak(text),
};

// The name that could not be had is one's own, in another tab.
function itIsMine(nick, guest) {
  const here = guest ? "; this one is a guest" : "";
  setText(byId("naming_label"), `You are here as ${nick} in another tab${here}.`);
  setText(byId("naming_problem"), "");
  if (byId("naming_input").value === nick) byId("naming_input").value = "";
  speak(byId("naming_label").textContent);
}

function keepRooms() {
  kept.set("rooms", chat.rooms().map(({ name }) => name));
}

// Deeds

function showPlace(key) {
  chat.show(key);
  // At once and not with the drawing: what is typed next is for this conversation.
  composer.show(chat.place, chat.place?.title);
  drawers.closeOver();
  draw();
  toWrite();
}

// On a phone the keyboard would hide what one came to read.
function toWrite() {
  if (matchMedia("(hover: hover)").matches) byId("chat_input").focus();
}

function talk(nick) {
  showPlace(chat.open("dm", nick).key);
}

function say(place, text, kind) {
  // One speaks where one looks: at the end.
  messages.pinned = true;
  sendAll(chat.say(place, text, kind));
  if (connection.state === "waiting") connection.nudge();
  return true;
}

// `refuse` says it where it was asked for.
function needConnection(refuse = (text) => composer.note(text, true)) {
  if (!chat.online) refuse("There is no connection now: try again in a moment.");
  return chat.online;
}

const DEEDS = {
  nothing: () => true,
  say: ({ text }) => say(chat.place, text),
  act: ({ text }) => say(chat.place, text, "action"),
  talk: ({ to }) => {
    talk(to);
    return true;
  },
  dm: ({ to, text }) => {
    talk(to);
    return say(chat.place, text);
  },
  nick: ({ nick }) => needConnection() && takeName(nick),
  join: ({ room }) => needConnection() && join(room),
  leave: ({ room }) => needConnection() && leave(room),
  close: () => close(chat.current),
  rooms: () => {
    rooms.open();
    return true;
  },
  search: ({ words }) => {
    drawers.open("search");
    search.opened(words);
    return true;
  },
  history: () => {
    sendAll(chat.older(chat.place));
    return true;
  },
  who: ({ room }) => {
    const name = room || chat.peoplePlace()?.name;
    return needConnection() && sendAll([chat.ask({ type: "who", room: name }, { about: "asked" })]);
  },
  quit: ({ text }) => {
    sendAll([chat.command(text ? `\\quit ${text}` : "\\quit")]);
    connection.stop();
    return true;
  },
  command: ({ text }) => {
    if (!needConnection()) return false;
    sendAll([chat.command(text)]);
    return true;
  },
  refuse: ({ text }) => {
    composer.note(text, true);
    return false;
  },
};

const takeName = (nick) => sendAll([chat.takeName(nick)]);

function join(room) {
  const frames = chat.join(room);
  sendAll(frames);
  if (!frames.length) EFFECTS.entered();
  draw();
  return true;
}

function close(key) {
  chat.part(key);
  EFFECTS.parted();
  draw();
  return true;
}

function leave(room) {
  sendAll([chat.ask({ type: "leave", room }, { about: "leave" })]);
  return true;
}

// A found message is shown where it stands, however far back that is.
let looking = null;

function reveal(place, entry) {
  drawers.closeOver();
  chat.show(place.key);
  let tries = 40;
  looking = () => {
    drawNow_();
    if (messages.reveal(entry.id) || (tries -= 1) < 0 || !place.more || chat.place !== place) {
      looking = null;
      return;
    }
    sendAll(chat.older(place));
  };
  looking();
}

function drawNow_() {
  drawing = true;
  drawNow();
}

// The parts of the page

const messages = new Messages(chat, {
  talk,
  older: (place) => sendAll(chat.older(place)),
  fill(place, gap) {
    sendAll(chat.fill(place, gap));
    draw();
  },
  retry(place, entry) {
    sendAll(chat.retry(place, entry));
    draw();
  },
  discard(place, entry) {
    place.remove(entry);
    draw();
  },
  edit(place, entry) {
    place.remove(entry);
    composer.set([entry.text, composer.text].filter(Boolean).join("\n"));
    byId("chat_input").focus();
    draw();
  },
  scrolled() {
    attend();
    latest();
    if (messages.pinned) places.show();
  },
});

const places = new Places(chat, { show: showPlace, close });

const me = new MeDialog(chat, {
  takeName: (nick) => needConnection((text) => me.refused(text)) && takeName(nick),
  // Without a text it goes the other way round each time.
  away: (text) =>
    needConnection((problem) => me.refused(problem)) &&
    sendAll([chat.command(text ? `\\away ${text}` : "\\away")]),
});

const people = new People(chat, { talk, me: () => me.open() });

const rooms = new RoomsDialog(chat, {
  join: (name) => needConnection((text) => rooms.refused(text)) && join(name),
  list: () => sendAll([chat.ask({ type: "command", text: "\\rooms" }, { about: "rooms" })]),
});

const search = new Search(chat, {
  ask: (place, words) => sendAll(chat.search(place, words)),
  reveal,
});

const drawers = new Drawers({
  opened: (name) => name === "search" && search.opened(),
});

const tabs = new Tabs((nick) => chat.online && fold(nick) === fold(chat.nick));

const status = new Status(chat, connection);

const openDialog = () => document.querySelector("dialog[open]");
const roomBehind = () => chat.place?.kind === "dm" && chat.peoplePlace();

const back = new Back([
  // On a phone one goes into a private conversation, and out of it again.
  { isOpen: () => drawers.isOver("side") && roomBehind(), close: () => showPlace(roomBehind().key) },
  { isOpen: () => drawers.over, close: () => drawers.closeOver() },
  { isOpen: openDialog, close: () => openDialog().close() },
]);

const composer = new Composer({
  known: () => ({
    nicks: chat.nicks(),
    me: chat.nick,
    rooms: [...new Set([...chat.rooms(), ...chat.listed].map(({ name }) => name))],
  }),
  submit(line) {
    const deed = readLine(line, chat.place ?? { kind: "none", name: "" });
    const done = DEEDS[deed.do](deed);
    draw();
    return done;
  },
  drafts,
  tell: speak,
});

// Not by its address, which would be an entry in the browser's history.
byId("skip").addEventListener("click", (event) => {
  event.preventDefault();
  byId("chat_input").focus();
});

byId("leave").addEventListener("click", ({ detail }) => {
  // The second half of a double click would leave the next one as well.
  if (detail > 1) return;
  const { place } = chat;
  if (place?.kind === "dm") close(place.key);
  else if (place && needConnection()) leave(place.name);
});

byId("come_back").addEventListener("click", () => {
  if (!chat.parted || (chat.parted.kind === "room" && !needConnection())) return;
  sendAll(chat.comeBack());
  toWrite();
  draw();
});

byId("retry_now").addEventListener("click", () => {
  if (connection.state === "stopped") connection.connect();
  else connection.nudge();
});

byId("naming").addEventListener("submit", (event) => {
  event.preventDefault();
  const nick = byId("naming_input").value.trim();
  const refuse = (text) => {
    setText(byId("naming_problem"), text);
    byId("naming_input").focus();
  };
  if (!nick) refuse(NAMELESS);
  else if (needConnection(refuse)) takeName(nick);
});

byId("naming_close").addEventListener("click", () => {
  byId("naming").hidden = true;
  kept.set("guest", true);
  byId("chat_input").focus();
});

// The world around the page

function keep() {
  tab.set("state", chat.snapshot());
  tab.set("drafts", [...drafts]);
  keepRooms();
}

document.addEventListener("visibilitychange", () => {
  if (document.hidden) keep();
  else {
    tab.remove("state");
    // A page that slept, or a machine: whether it is still connected is to be seen.
    connection.nudge();
    draw();
  }
});
addEventListener("pagehide", keep);
addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  tab.remove("state");
  connection.nudge();
});
addEventListener("online", () => connection.nudge());
// The server may be on this very machine, so being offline is a doubt and no more.
addEventListener("offline", () => connection.check());
addEventListener("focus", draw);
addEventListener("blur", () => attend());

setInterval(() => {
  if (!connection.isUp) status.show();
}, 500);

(function eachDay() {
  setTimeout(() => {
    messages.newDay();
    eachDay();
  }, untilMidnight(Date.now()) + 1000);
})();

setText(byId("brand"), location.hostname || "Chat");
// Elsewhere may be typed already: the page is there before its script is.
if (document.activeElement === document.body) toWrite();
connection.connect();
drawNow_();
