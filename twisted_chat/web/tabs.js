// Other tabs of this browser, asked one question: is this nickname or session one of yours?
//
// Only a live, connected tab answers, so a crashed tab leaves nothing behind, and another
// member's nickname is never taken for the user's own.

export class Tabs {
  // `owns(asked)`: whether this tab is connected under that nickname or, for "session:SECRET",
  // uses that session.
  constructor(owns) {
    this.question = null;
    if (!("BroadcastChannel" in globalThis)) return;
    // Channels are separate per origin; the path separates two chats on one origin.
    this.channel = new BroadcastChannel(`chat ${new URL(".", location.href).pathname}`);
    this.channel.addEventListener("message", ({ data: { ask, answer } }) => {
      if (ask !== undefined && owns(ask)) this.channel.postMessage({ answer: ask });
      if (answer !== undefined && answer === this.question?.asked) this.question.found();
    });
  }

  // Calls `found` if it is another tab's.  A new question cancels the last one.
  ask(asked, found) {
    this.question = { asked, found };
    this.channel?.postMessage({ ask: asked });
  }
}
