// The settings below the profile: what alerts the user, how messages look, and what this
// device keeps.

import { parseWords } from "../mentions.js";
import { notifications } from "../notifications.js";
import { localStore } from "../storage.js";
import { announce, byId, setText } from "../view/dom.js";
import { texts } from "./texts.js";

export class Settings {
  // `handlers`: {compact, setCompact, watchFor, forgetDirects}
  constructor(chat, handlers, sound) {
    Object.assign(this, { chat, handlers, sound });
    byId("notify_input").addEventListener("change", ({ target }) => this.notifyChanged(target));
    byId("sound_input").addEventListener("change", ({ target }) => target.checked && sound.play());
    byId("directs_forget").addEventListener("click", () => this.forget());
  }

  open() {
    byId("notify_input").checked = notifications.enabled;
    this.showProblem();
    byId("sound_row").hidden = !this.sound.supported;
    byId("sound_input").checked = this.sound.enabled;
    byId("words_input").value = localStore.get("words", []).join(", ");
    byId("compact_input").checked = this.handlers.compact;
    this.asked = false;
    setText(byId("directs_forget"), texts.forgetDirects);
  }

  showProblem() {
    const { problem } = notifications;
    byId("notify_input").disabled = Boolean(problem);
    byId("notify_note").hidden = !problem;
    setText(byId("notify_note"), problem ? texts.notifyProblems[problem] : "");
  }

  async notifyChanged(input) {
    if (input.checked) await notifications.ask();
    this.showProblem();
    if (notifications.problem) input.checked = false;
  }

  // The first click asks, the second one does it.
  forget() {
    if (this.asked) {
      this.handlers.forgetDirects();
      announce(texts.directsForgotten);
    }
    setText(byId("directs_forget"), this.asked ? texts.directsForgotten : texts.forgetDirectsSure);
    this.asked = !this.asked;
  }

  save() {
    const words = parseWords(byId("words_input").value);
    this.handlers.watchFor(words);
    this.handlers.setCompact(byId("compact_input").checked);
    notifications.setEnabled(byId("notify_input").checked);
    this.sound.setEnabled(byId("sound_input").checked);
  }
}
