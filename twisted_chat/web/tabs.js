// The other tabs of this browser, for one question: is that name mine, over there?
//
// Only a tab that lives and is in the chat under that very name answers; so nothing stays
// behind of one that crashed, and a name that is somebody else's is never taken for one's own.

export class Tabs {
  // `isMine(nick)`: this tab is here under that name.
  constructor(isMine) {
    this.asked = null;
    if (!("BroadcastChannel" in globalThis)) return;
    // The browser keeps origins apart; two chats of one origin have different addresses.
    this.channel = new BroadcastChannel(`chat ${new URL(".", location.href).pathname}`);
    this.channel.addEventListener("message", ({ data: { ask, mine } }) => {
      if (ask !== undefined && isMine(ask)) this.channel.postMessage({ mine: ask });
      if (mine !== undefined && mine === this.asked?.nick) this.asked.found();
    });
  }

  ask(nick, found) {
    this.asked = { nick, found };
    this.channel?.postMessage({ ask: nick });
  }
}
