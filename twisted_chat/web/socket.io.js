/* A small Socket.IO 5 client for plain pages: io(url?); see docs/protocol.md. */
(function (global) {
  "use strict";
  const FIRST_WAIT = 500, LONGEST_WAIT = 10000;
  const sockets = typeof WebSocket !== "undefined";

  // Transports: send(packet), close(); they call heard(packet), gone(reason).
  function overWebSocket(url, heard, gone) {
    const socket = new WebSocket(url.replace(/^http/, "ws") + "&transport=websocket");
    socket.onmessage = (event) => heard(event.data);
    socket.onclose = () => gone("transport close");
    return { send: (packet) => socket.send(packet), close: () => socket.close() };
  }

  function overPolling(url, heard, gone) {
    let over = false, posting = false, sid = "";
    const queue = [];
    async function ask(body) {
      const answer = await fetch(url + "&transport=polling" + sid,
        body ? { method: "POST", body, keepalive: body.length < 9999 } : { cache: "no-store" });
      if (!answer.ok) throw new Error(await answer.text());
      return answer.text();
    }
    const fail = () => { over = true; gone("transport error"); };
    async function listen() {
      while (!over) {
        for (const packet of (await ask()).split("\x1e")) {
          if (packet[0] === "0") sid = "&sid=" + JSON.parse(packet.slice(1)).sid;
          if (packet === "1") return fail();
          heard(packet);
        }
      }
    }
    async function post() {
      posting = true;
      while (queue.length) await ask(queue.splice(0).join("\x1e"));
      posting = false;
    }
    listen().catch(fail);
    return {
      send(packet) { queue.push(packet); if (!posting) post().catch(fail); },
      close() { over = true; if (sid) this.send("1"); },
    };
  }

  class Socket {
    constructor(url) {
      Object.assign(this, { url, connected: false, recovered: false, wait: FIRST_WAIT });
      Object.assign(this, { listeners: [], acks: new Map(), early: [], count: 0 });
      this.polls = !sockets;
      this.connect();
    }
    on(event, listener, once = false) {
      this.listeners.push({ event, listener, once });
      return this;
    }
    once(event, listener) { return this.on(event, listener, true); }
    off(event, listener) {
      this.listeners = this.listeners.filter((one) =>
        (event && one.event !== event) || (listener && one.listener !== listener));
      return this;
    }
    emit(event, ...values) {
      let ack = "";
      if (typeof values[values.length - 1] === "function") {
        this.acks.set(ack = this.count++, values.pop());
      }
      const packet = "42" + ack + JSON.stringify([event, ...values]);
      if (this.connected) this.transport.send(packet);
      else this.early.push(packet);
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
    fire(event, ...values) {
      for (const one of this.listeners.filter((each) => each.event === event)) {
        if (one.once) this.listeners.splice(this.listeners.indexOf(one), 1);
        one.listener.apply(this, values);
      }
    }
    open() {
      clearTimeout(this.timer);
      let opened = false;
      const lost = (reason) => {
        if (this.transport !== mine) return;
        // Some proxies let no WebSocket through: take turns.
        if (!opened) this.polls = !sockets || !this.polls;
        this.end(reason, true);
      };
      const mine = (this.polls ? overPolling : overWebSocket)(this.url, (packet) => {
        if (this.transport !== mine) return;
        const kind = packet[0];
        if (kind === "0") {
          opened = true;
          const { pingInterval, pingTimeout } = JSON.parse(packet.slice(1));
          this.patience = pingInterval + pingTimeout;
          mine.send("40" + (this.pid ? JSON.stringify({ pid: this.pid, offset: this.offset }) : ""));
        }
        if (kind === "2") mine.send("3");
        if (kind === "0" || kind === "2") {
          clearTimeout(this.pulse);
          this.pulse = setTimeout(lost, this.patience, "ping timeout");
        }
        if (kind === "4") this.heard(packet.slice(1));
      }, lost);
      this.transport = mine;
    }
    heard(text) {
      const kind = text[0], start = text.search(/[[{]/);
      const data = start > 0 ? JSON.parse(text.slice(start)) : [];
      if (kind === "0") {
        this.recovered = this.pid === data.pid;
        Object.assign(this, { id: data.sid, pid: data.pid, connected: true, wait: FIRST_WAIT });
        this.early.splice(0).forEach((packet) => this.transport.send(packet));
        this.fire("connect");
      } else if (kind === "2") {
        const last = data[data.length - 1];
        this.fire(...data);
        if (typeof last === "string") this.offset = last;
      } else if (kind === "3") {
        const number = +text.slice(1, start), ack = this.acks.get(number);
        if (this.acks.delete(number)) ack.apply(this, data);
      } else {
        this.end(kind === "1" ? "io server disconnect" : data.message, false);
      }
    }
    end(reason, again) {
      const { transport, connected } = this;
      clearTimeout(this.pulse);
      clearTimeout(this.timer);
      Object.assign(this, { transport: undefined, connected: false, id: undefined });
      if (transport) transport.close();
      if (connected) this.acks.clear();
      if (again) {
        this.timer = setTimeout(() => this.open(), this.wait * (0.5 + Math.random()));
        this.wait = Math.min(this.wait * 2, LONGEST_WAIT);
      }
      if (connected) this.fire("disconnect", reason);
      else if (transport) this.fire("connect_error", new Error(reason));
    }
  }

  global.io = (url = "/") => {
    const here = new URL(url, global.location && global.location.href);
    return new Socket(new URL("/socket.io/?EIO=4", here).href);
  };
})(typeof window === "undefined" ? globalThis : window);
