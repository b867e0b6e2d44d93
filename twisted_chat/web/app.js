// The wiring of the page: makes its parts and connects them.
//
//   connection -> chat.receive -> effects -> views     frames from the server
//   views -> actions -> chat -> connection             what the user does
//   drawing -> views                                   after every change

import { Actions } from "./actions.js";
import { connectQuery, firstFrames } from "./connect_query.js";
import { Connection } from "./connection.js";
import { Drawing } from "./drawing.js";
import { Effects } from "./effects.js";
import { guarded } from "./guarded.js";
import { makeChat, restore, restoreDrafts, watchLifecycle } from "./lifecycle.js";
import { Loading } from "./loading.js";
import { Memory } from "./memory.js";
import { fold } from "./names.js";
import { neighbor, nextUnread } from "./navigation.js";
import { Sound } from "./sound.js";
import { localStore } from "./storage.js";
import { strings } from "./strings.js";
import { Tabs } from "./tabs.js";
import { BackButton } from "./view/back_button.js";
import { Composer } from "./view/composer.js";
import { byId, setText } from "./view/dom.js";
import { Drawers } from "./view/drawers.js";
import { Favicon } from "./view/favicon.js";
import { Header } from "./view/header.js";
import { Keyboard } from "./view/keyboard.js";
import { MemberList } from "./view/members.js";
import { MessageList } from "./view/messages.js";
import { Naming } from "./view/naming.js";
import { OwnProfile } from "./view/own_profile.js";
import { Sidebar } from "./view/sidebar.js";
import { Status } from "./view/status.js";

// Another connection has taken over this session, as a duplicated tab does.
const SESSION_TAKEN_OVER = 4000;

export function startApp() {
  const chat = makeChat();
  const tabs = new Tabs((asked) => isOwn(chat, asked));
  const changed = () => drawing.schedule();
  const saved = () => actions.sendReads();
  const memory = new Memory(chat, { store: localStore, tabs, changed, saved });
  restore(chat, memory);
  const sound = new Sound({ store: localStore });
  const drafts = restoreDrafts();
  const views = {}; // filled below: views and actions need each other
  const drawing = new Drawing(chat, views, memory);
  const receive = (frame) => effects.run(guarded(() => chat.receive(frame)) ?? []);
  const connection = makeConnection(chat, drawing, receive);
  const load = async () => {
    const { makeParts } = await import("./on_demand/main.js");
    return makeParts({ chat, connection, memory, sound, actions, views, drawing });
  };
  const onDemand = new Loading(load, () => actions.showError(strings.notLoaded));
  const actions = new Actions({ chat, connection, views, drawing, memory, onDemand });
  const effects = new Effects({ chat, connection, views, actions, drawing, tabs, memory, sound, onDemand });
  Object.assign(views, makeViews({ chat, connection, actions, drawing, drafts }));
  views.backButton = makeBackButton(chat, views, actions);
  views.keyboard = makeKeyboard(views, actions);
  watchLifecycle({ chat, connection, drawing, status: views.status, drafts, memory });

  for (const type of ["pointerdown", "keydown"]) addEventListener(type, () => sound.unlock());

  setText(byId("brand"), location.hostname || strings.appName);
  // The user may have started to type elsewhere before the scripts were loaded.
  if (document.activeElement === document.body) actions.focusComposer();
  drawing.renderNow();
  // Usually at once; another tab may have to say whether it uses a session.
  memory.claim().finally(() => {
    connection.connect();
    onDemand.start();
    drawing.schedule();
  });
}

// Whether a nickname or a session is that of this tab.
function isOwn(chat, asked) {
  if (asked === `session:${chat.session}`) return true;
  return chat.online && fold(asked) === fold(chat.nick);
}

function makeConnection(chat, drawing, receive) {
  return new Connection({
    open: (query, polls) => (polls ? openPolling(query) : openWebSocket(query)),
    query: () => connectQuery(chat),
    firstFrames: () => firstFrames(chat),
    heartbeat: () => chat.heartbeat(),
    whyRefused,
    clock: {
      setTimeout: (call, wait) => setTimeout(call, wait),
      clearTimeout: (timer) => clearTimeout(timer),
      Date,
    },
    onState(state, reason) {
      if (state === "banned") chat.wasBanned(reason);
      else if (state === "waiting" || state === "stopped") {
        chat.disconnected({ quit: state === "stopped" });
      }
      drawing.schedule();
    },
    // Without a new session the two tabs would take it from each other for ever.
    onClose(code) {
      if (code === SESSION_TAKEN_OVER) chat.session = "";
    },
    onFrame(frame) {
      receive(frame);
      drawing.schedule();
    },
  });
}

function openWebSocket(query) {
  const url = new URL("ws", document.baseURI);
  url.protocol = location.protocol === "https:" ? "wss:" : "ws:";
  url.search = new URLSearchParams(query);
  return new WebSocket(url);
}

let PollingSocket; // loaded before the first connection that needs it

function openPolling(query) {
  const url = new URL("socket.io/", document.baseURI);
  url.search = new URLSearchParams(query);
  return new PollingSocket(url);
}

// With a POST the browser sends the page's origin.
async function whyRefused() {
  const answer = await fetch(new URL("origin", document.baseURI), { method: "POST" });
  if (answer.ok) {
    ({ PollingSocket } = await import("./polling.js"));
    return "";
  }
  // What is not plain text comes from a proxy, about itself or a chat that is down.
  const isOurs = answer.headers.get("Content-Type")?.startsWith("text/plain");
  if (answer.status !== 403 || !isOurs) throw new Error(`status ${answer.status}`);
  return (await answer.text()).trim();
}

function makeViews({ chat, connection, actions, drawing, drafts }) {
  const header = new Header(chat, actions);
  const composer = new Composer({
    known: () => ({
      routes: chat.routes,
      nicks: chat.nicks(),
      me: chat.nick,
      rooms: [...new Set([...chat.rooms(), ...chat.roomList].map(({ name }) => name))],
    }),
    submit: (text) => actions.run(text),
    drafts,
  });
  return {
    composer,
    favicon: new Favicon(chat),
    drawers: new Drawers({ onOpen: (name) => name === "search" && actions.searchOpened() }),
    members: new MemberList(chat, actions),
    messages: new MessageList(chat, actions, { scrolled: () => drawing.scrolled() }),
    naming: new Naming(actions),
    header,
    ownProfile: new OwnProfile(chat, actions),
    sidebar: new Sidebar(chat, actions),
    status: new Status(connection, actions),
  };
}

function makeKeyboard(views, actions) {
  const handlers = {
    switch: () => actions.toggleSwitcher(),
    next: () => actions.step(neighbor, 1),
    previous: () => actions.step(neighbor, -1),
    nextUnread: () => actions.step(nextUnread, 1),
    previousUnread: () => actions.step(nextUnread, -1),
    newest: () => actions.showNewest(),
    shortcuts: () => actions.showShortcuts(),
  };
  return new Keyboard(handlers, views);
}

function makeBackButton(chat, views, actions) {
  const { drawers } = views;
  const openDialog = () => document.querySelector("dialog[open]");
  const roomBehind = () => (chat.current?.kind === "dm" ? chat.memberRoom() : null);
  return new BackButton([
    // On a phone a direct conversation is a layer above the room.
    {
      isOpen: () => drawers.isOverlay("sidebar") && roomBehind(),
      close: () => actions.showConversation(roomBehind().key),
    },
    { isOpen: () => drawers.overlay, close: () => drawers.closeOverlay() },
    { isOpen: openDialog, close: () => openDialog().close() },
    { isOpen: () => views.menu?.isOpen, close: () => views.menu.close() },
  ]);
}
