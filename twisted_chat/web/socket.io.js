/* A small Socket.IO 5 client for plain pages: io(url?, {auth}?); see docs/protocol.md. */
(function (global) {
  "use strict";
  const MIN_BACKOFF = 500, MAX_BACKOFF = 10000, OPEN_TIMEOUT = 15000;
  const hasWebSocket = typeof WebSocket !== "undefined";

  // Transports have send(packet) and close(), and call onPacket(packet) and onClose(reason).
  function openWebSocket(url, onPacket, onClose) {
    const socket = new WebSocket(url.replace(/^http/, "ws") + "&transport=websocket");
    socket.onmessage = (event) => onPacket(event.data);
    socket.onclose = () => onClose("transport close");
    return { send: (packet) => socket.send(packet), close: () => socket.close() };
  }

  function openPolling(url, onPacket, onClose) {
    let closed = false, posting = false, sid = "";
    const queue = [];
    async function request(body) {
      const response = await fetch(url + "&transport=polling" + sid,
        body ? { method: "POST", body, keepalive: body.length < 9999 } : { cache: "no-store" });
      if (!response.ok) throw new Error(await response.text());
      return response.text();
    }
    const fail = () => { closed = true; onClose("transport error"); };
    async function poll() {
      while (!closed) {
        for (const packet of (await request()).split("\x1e")) {
          if (packet[0] === "0") sid = "&sid=" + JSON.parse(packet.slice(1)).sid;
          if (packet === "1") fail();
          else onPacket(packet);
        }
      }
    }
    async function post() {
      posting = true;
      while (queue.length) await request(queue.splice(0).join("\x1e"));
      posting = false;
    }
    poll().catch(fail);
    return {
      send(packet) { queue.push(packet); if (!posting) post().catch(fail); },
      close() { closed = true; if (sid) this.send("1"); },
    };
  }

  class Socket {
    constructor(url, auth) {
      Object.assign(this, { url, auth, connected: false, recovered: false, backoff: MIN_BACKOFF });
      Object.assign(this, { listeners: [], acks: new Map(), sendBuffer: [], nextAck: 0 });
      this.usePolling = !hasWebSocket;
      this.connect();
    }
    on(event, listener, once = false) {
      this.listeners.push({ event, listener, once });
      return this;
    }
    once(event, listener) { return this.on(event, listener, true); }
    off(event, listener) {
      this.listeners = this.listeners.filter((entry) =>
        (event && entry.event !== event) || (listener && entry.listener !== listener));
      return this;
    }
    emit(event, ...values) {
      let ack = "";
      if (typeof values[values.length - 1] === "function") {
        this.acks.set(ack = this.nextAck++, values.pop());
      }
      const packet = "42" + ack + JSON.stringify([event, ...values]);
      if (this.connected) this.transport.send(packet);
      else this.sendBuffer.push(packet);
      return this;
    }
    connect() {
      if (!this.transport) this.open();
      return this;
    }
    disconnect() {
      if (this.connected) this.transport.send("41");
      this.end("io client disconnect", false);
      return this;
    }
    dispatch(event, ...values) {
      for (const entry of this.listeners.filter((one) => one.event === event)) {
        if (entry.once) this.listeners.splice(this.listeners.indexOf(entry), 1);
        entry.listener.apply(this, values);
      }
    }
    open() {
      clearTimeout(this.reconnectTimer);
      let opened = false;
      const onClose = (reason) => {
        if (this.transport !== transport) return;
        // Some proxies block WebSockets: alternate between the transports.
        if (!opened) this.usePolling = !hasWebSocket || !this.usePolling;
        this.end(reason, true);
      };
      const transport = (this.usePolling ? openPolling : openWebSocket)(this.url, (packet) => {
        if (this.transport !== transport) return;
        const kind = packet[0];
        if (kind === "0") {
          opened = true;
          const { pingInterval, pingTimeout } = JSON.parse(packet.slice(1));
          this.heartbeatTimeout = pingInterval + pingTimeout;
          const resume = this.pid ? { pid: this.pid, offset: this.offset } : {};
          transport.send("40" + JSON.stringify({ ...this.auth, ...resume }));
        }
        if (kind === "2") transport.send("3");
        if (kind === "0" || kind === "2") {
          clearTimeout(this.heartbeatTimer);
          this.heartbeatTimer = setTimeout(onClose, this.heartbeatTimeout, "ping timeout");
        }
        if (kind === "4") this.receive(packet.slice(1));
      }, onClose);
      this.transport = transport;
      // A firewall may let a WebSocket wait for ever.
      this.heartbeatTimer = setTimeout(onClose, OPEN_TIMEOUT, "timeout");
    }
    receive(text) {
      const kind = text[0], start = text.search(/[[{]/);
      const data = start > 0 ? JSON.parse(text.slice(start)) : [];
      if (kind === "0") {
        this.recovered = this.pid === data.pid;
        Object.assign(this, { id: data.sid, pid: data.pid, connected: true, backoff: MIN_BACKOFF });
        this.sendBuffer.splice(0).forEach((packet) => this.transport.send(packet));
        this.dispatch("connect");
      } else if (kind === "2") {
        const last = data[data.length - 1];
        this.dispatch(...data);
        if (typeof last === "string") this.offset = last;
      } else if (kind === "3") {
        const id = +text.slice(1, start), ack = this.acks.get(id);
        if (this.acks.delete(id)) ack.apply(this, data);
      } else {
        this.end(kind === "1" ? "io server disconnect" : data.message, false);
      }
    }
    end(reason, reconnect) {
      const { transport, connected } = this;
      clearTimeout(this.heartbeatTimer);
      clearTimeout(this.reconnectTimer);
      Object.assign(this, { transport: undefined, connected: false, id: undefined });
      if (transport) transport.close();
      if (connected) this.acks.clear();
      if (reconnect) {
        this.reconnectTimer = setTimeout(() => this.open(), this.backoff * (0.5 + Math.random()));
        this.backoff = Math.min(this.backoff * 2, MAX_BACKOFF);
      }
      if (connected) this.dispatch("disconnect", reason);
      else if (transport) this.dispatch("connect_error", new Error(reason));
    }
  }

  // As in stock clients: a full address, //HOST, HOST:PORT or a path; ws: is http:.
  function addressOf(url) {
    const { protocol: own, href } = global.location || {};
    const protocol = own === "https:" ? own : "http:";
    if (/^(https?|wss?):\/\//.test(url)) return new URL(url.replace(/^ws/, "http"));
    if (url.startsWith("//")) return new URL(protocol + url);
    return url.startsWith("/") ? new URL(url, href) : new URL(protocol + "//" + url);
  }

  global.io = (url = "/", { auth } = {}) => {
    const address = addressOf(url);
    const query = address.search.replace("?", "&");
    return new Socket(new URL("/socket.io/?EIO=4" + query, address).href, auth);
  };
  global.io.connect = global.io;
})(typeof window === "undefined" ? globalThis : window);
