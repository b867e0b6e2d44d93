// Whether there is a connection, what one is called, and where one is.

import { colourOf, fold, initialOf } from "../names.js";
import { byId, el, setText } from "./dom.js";
import { textParts } from "./messages.js";

// A connection that comes back at once need not push the messages down.
const SHORT = 1500;

const WORDS = {
  new: "Connecting…",
  connecting: "Connecting…",
  connected: "Connected",
  checking: "Checking…",
  waiting: "Reconnecting…",
  stopped: "You left",
};

export const partedText = ({ kind, name }) =>
  kind === "room" ? `You left #${name}.` : `You closed the conversation with ${name}.`;

export class Status {
  constructor(chat, connection) {
    this.chat = chat;
    this.connection = connection;
    this.downSince = null;
    this.been = false;
  }

  show() {
    const { state } = this.connection;
    const status = byId("status");
    if (state === "connected") this.been = true;
    const again = state === "connecting" && this.been;
    const words = again ? WORDS.waiting : WORDS[state];
    setText(status, words);
    if (status.dataset.state !== state) status.dataset.state = state;
    status.title = words;

    if (this.connection.isUp) this.downSince = null;
    else this.downSince ??= Date.now();
    this.banner(state);
    this.me();
    this.head();
    this.parted();
  }

  parted() {
    const { parted } = this.chat;
    byId("parted").hidden = !parted;
    if (!parted) return;
    setText(byId("parted_text"), partedText(parted));
    setText(byId("come_back"), parted.kind === "room" ? "Come back" : "Open it again");
  }

  banner(state) {
    const banner = byId("banner");
    const long = this.downSince !== null && Date.now() - this.downSince > SHORT;
    banner.hidden = !(state === "stopped" || (long && !this.connection.isUp));
    if (banner.hidden) return;
    setText(byId("banner_text"), this.told(state));
    setText(byId("retry_now"), state === "stopped" ? "Come back" : "Try now");
    byId("retry_now").disabled = state === "connecting";
  }

  told(state) {
    if (state === "stopped") return "You left the chat.";
    if (state !== "waiting") return "Trying to reach the server…";
    const { reason, retryAt } = this.connection;
    const seconds = Math.max(1, Math.ceil((retryAt - Date.now()) / 1000));
    const network = navigator.onLine === false ? "There is no network. " : "";
    const why = network || (reason ? `The server said: ${reason}. ` : "No connection to the server. ");
    return `${why}Trying again in ${seconds} s; what you write is kept until then.`;
  }

  me() {
    const { nick } = this.chat;
    const away = this.chat.away.get(fold(nick));
    setText(byId("me_nick"), nick || "…");
    setText(byId("me_note"), away ? (away === "away" ? "away" : `away: ${away}`) : "Name and settings");
    const face = byId("me_face");
    face.className = nick ? `face nick-${colourOf(nick)}` : "face";
    face.dataset.initial = nick ? initialOf(nick) : "";
  }

  head() {
    const { place } = this.chat;
    setText(byId("title"), place?.title ?? "Chat");
    const leave = byId("leave");
    leave.hidden = !place;
    const label = place?.kind === "dm" ? "Close this conversation" : "Leave this room";
    leave.setAttribute("aria-label", label);
    leave.title = label;

    const topic = byId("topic");
    const text = this.topic(place);
    if (topic.dataset.shown === text) return;
    topic.dataset.shown = text;
    topic.title = text;
    topic.replaceChildren(...textParts(text, "").map((part) => (part instanceof Node ? part : el("span", {}, part))));
  }

  topic(place) {
    if (!place) return "";
    if (place.kind === "room") return place.topic;
    // In other rooms or gone, which cannot be told from here; the server can.
    if (!this.chat.isHere(place.name)) {
      return "In none of your rooms; if they left the chat, you are told when you write";
    }
    const away = this.chat.away.get(fold(place.name));
    return away ? `Away: ${away}` : "Private: only you two see this";
  }
}
