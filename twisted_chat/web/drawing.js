// Drawing: brings the views up to date with the chat, once for all changes of a frame.

import { guarded } from "./guarded.js";
import { notifications } from "./notifications.js";

const HIDDEN_DELAY = 100; // milliseconds; a hidden page gets no animation frames

export class Drawing {
  // `views` is filled by app.js.
  constructor(chat, views, memory) {
    Object.assign(this, { chat, views, memory });
    this.scheduled = false;
  }

  schedule() {
    if (this.scheduled) return;
    this.scheduled = true;
    const render = () => this.scheduled && this.renderNow();
    if (document.hidden) setTimeout(render, HIDDEN_DELAY);
    else requestAnimationFrame(render);
  }

  renderNow() {
    const { chat, views } = this;
    this.scheduled = false;
    this.updateRead();
    const steps = [
      () => views.messages.show(),
      // Only now is it known whether the end of the conversation is in view.
      () => this.updateRead(),
      () => views.sidebar.show(),
      () => views.favicon.show(),
      () => views.members.show(),
      () => views.status.show(),
      () => views.header.show(),
      () => views.roomSheet?.show(),
      () => views.ownProfile.show(),
      () => views.search?.show(),
      () => views.composer.show(chat.current, chat.banned),
      () => views.messages.showLatestButton(),
      () => views.backButton.update(),
    ];
    for (const step of steps) guarded(step);
  }

  // A conversation is read while its end is in view of a user who looks at the page.
  updateRead() {
    const { chat } = this;
    const { followsEnd, shown } = this.views.messages;
    const looking = !document.hidden && document.hasFocus();
    chat.viewingLatest = looking && followsEnd && shown === chat.current;
    if (!chat.markRead()) return;
    this.memory.saveSoon({ directs: chat.current.kind === "dm" });
    notifications.close(chat.currentKey);
  }

  scrolled() {
    this.updateRead();
    this.views.messages.showLatestButton();
    if (!this.views.messages.followsEnd) return;
    this.views.sidebar.show();
    this.views.favicon.show();
  }
}
