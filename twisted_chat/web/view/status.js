// The state of the connection: the status next to the title, and the banner below it.

import { strings } from "../strings.js";
import { byId, setText } from "./dom.js";

// Milliseconds without a connection after which the banner appears.
const BANNER_DELAY = 1500;

export class Status {
  // `handlers`: {reconnect}
  constructor(connection, handlers) {
    this.connection = connection;
    this.downSince = null;
    this.wasConnected = false;
    byId("retry_now").addEventListener("click", () => handlers.reconnect());
  }

  show() {
    const { state } = this.connection;
    const status = byId("status");
    if (state === "connected") this.wasConnected = true;
    const reconnecting = state === "connecting" && this.wasConnected;
    const known = strings.connectionStates[reconnecting ? "waiting" : state];
    const text = this.needsPassword ? strings.passwordNeeded : known;
    setText(status, text);
    if (status.dataset.state !== state) status.dataset.state = state;
    status.title = text;

    if (this.connection.isUp) this.downSince = null;
    else this.downSince ??= Date.now();
    this.showBanner(state);
  }

  showBanner(state) {
    const banner = byId("banner");
    const isLong = this.downSince !== null && Date.now() - this.downSince > BANNER_DELAY;
    const isOver = state === "banned" || (state === "stopped" && !this.needsPassword);
    // What it says is said by the form as well.
    const isAsked = this.needsPassword && document.querySelector("dialog[open]");
    banner.hidden = isAsked || (!isOver && !isLong);
    if (banner.hidden) return;
    setText(byId("banner_text"), this.bannerText(state));
    setText(byId("retry_now"), this.retryText(state));
    byId("retry_now").disabled = state === "connecting";
  }

  // The server lets nobody in without its password; a user who has quit gives no reason.
  get needsPassword() {
    const { state, reason } = this.connection;
    return state === "stopped" && reason !== "";
  }

  retryText(state) {
    if (this.needsPassword) return strings.enter;
    return state === "stopped" ? strings.rejoinChat : strings.retryNow;
  }

  bannerText(state) {
    const { reason, retryAt } = this.connection;
    if (state === "banned") return strings.banned(reason);
    if (this.needsPassword) return strings.enterPassword;
    if (state === "stopped") return strings.youQuit;
    if (state !== "waiting") return strings.reachingServer;
    const seconds = Math.max(1, Math.ceil((retryAt - Date.now()) / 1000));
    return strings.retrying(this.cause(reason), seconds);
  }

  cause(reason) {
    if (navigator.onLine === false) return strings.offline;
    if (this.connection.refusal) return strings.refusedByServer(this.connection.refusal);
    return reason ? strings.closedByServer(reason) : strings.noServer;
  }
}
