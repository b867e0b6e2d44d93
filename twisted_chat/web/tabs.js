// Other tabs of this browser, asked one question: is one of you connected under this nickname?
//
// Only a live, connected tab answers, so a crashed tab leaves nothing behind, and another
// member's nickname is never taken for the user's own.

export class Tabs {
  // `ownsNick(nick)`: whether this tab is connected under that nickname.
  constructor(ownsNick) {
    this.question = null;
    if (!("BroadcastChannel" in globalThis)) return;
    // Channels are separate per origin; the path separates two chats on one origin.
    this.channel = new BroadcastChannel(`chat ${new URL(".", location.href).pathname}`);
    this.channel.addEventListener("message", ({ data: { ask, answer } }) => {
      if (ask !== undefined && ownsNick(ask)) this.channel.postMessage({ answer: ask });
      if (answer !== undefined && answer === this.question?.nick) this.question.found();
    });
  }

  // Calls `found` if another tab has the nickname.  A new question cancels the last one.
  ask(nick, found) {
    this.question = { nick, found };
    this.channel?.postMessage({ ask: nick });
  }
}
