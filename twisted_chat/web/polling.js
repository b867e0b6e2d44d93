// A stand-in for WebSocket where the network does not pass it on: Engine.IO 4 by long
// polling, with one JSON object in each message.
//
// It has of WebSocket what `Connection` uses, and its events.  One GET waits for messages,
// and one POST at a time sends them.  A GET that fails ends the connection.

const SEPARATOR = "\u001e";
const [OPEN, CLOSE, PING, PONG, MESSAGE] = "01234";
const ABNORMAL = 1006;

export class PollingSocket extends EventTarget {
  // `url`: without the parameters of Engine.IO, which are added.
  constructor(url, request = (...args) => fetch(...args)) {
    super();
    this.url = new URL(url);
    this.url.searchParams.set("EIO", "4");
    this.url.searchParams.set("transport", "polling");
    this.request = request;
    this.readyState = 0;
    this.waiting = []; // packets to send
    this.isPosting = false;
    this.canceller = new AbortController();
    this.closing = { code: ABNORMAL, reason: "" };
    this.poll();
  }

  async poll() {
    try {
      while (this.readyState < 2) {
        const body = await this.exchange({});
        for (const packet of body.split(SEPARATOR)) this.received(packet[0], packet.slice(1));
      }
    } catch {
      this.ended();
    }
  }

  async exchange(options) {
    const response = await this.request(this.url, {
      cache: "no-store",
      signal: this.canceller.signal,
      ...options,
    });
    if (!response.ok) throw new Error(`status ${response.status}`);
    return response.text();
  }

  received(type, data) {
    if (this.readyState > 1) return;
    if (type === OPEN) {
      this.readyState = 1;
      // The name and the rooms are for the first request only.
      this.url.search = new URLSearchParams({
        EIO: "4",
        transport: "polling",
        sid: JSON.parse(data).sid,
      });
      this.dispatchEvent(new Event("open"));
    } else if (type === PING) this.post(PONG);
    else if (type === MESSAGE) this.message(data);
    else if (type === CLOSE) this.ended();
  }

  message(data) {
    const { type, code, reason } = JSON.parse(data);
    if (type === "closed") this.closing = { code, reason };
    else this.dispatchEvent(new MessageEvent("message", { data }));
  }

  send(text) {
    this.post(MESSAGE + text);
  }

  async post(packet) {
    this.waiting.push(packet);
    if (this.isPosting) return;
    this.isPosting = true;
    try {
      while (this.waiting.length && this.readyState === 1) {
        const body = this.waiting.splice(0).join(SEPARATOR);
        await this.exchange({ method: "POST", body });
      }
    } catch {
      this.ended();
    }
    this.isPosting = false;
  }

  // Tells the server, which would otherwise wait for the next GET.
  close() {
    if (this.readyState === 1) {
      const last = { method: "POST", body: CLOSE, keepalive: true };
      this.request(this.url, last).catch(() => {});
    }
    this.ended();
  }

  ended() {
    if (this.readyState > 1) return;
    this.readyState = 3;
    this.canceller.abort();
    this.dispatchEvent(Object.assign(new Event("close"), this.closing));
  }
}
