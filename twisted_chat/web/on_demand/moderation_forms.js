// The forms for how long, and why, somebody is silenced or kept out.

import { FormDialog } from "./form_dialog.js";
import { texts } from "./texts.js";

const WHO = { name: "nick", type: "hidden" };
const DURATION = { name: "duration", label: texts.duration, options: texts.durations };
const REASON = { name: "reason", label: texts.reason, autocomplete: "off", maxlength: 200 };

const MUTE = { fields: [WHO, DURATION], route: ({ nick, duration }) => `mute ${nick} ${duration}` };

// For how long, if nothing else is chosen.
const MUTED = "10m";
const BANNED = "1d";

// The route, and the fields, of each form.
const FORMS = {
  mute: MUTE,
  // By an operator of the server, in whichever room.
  muteEverywhere: MUTE,
  banFromRoom: { fields: [WHO, DURATION], route: ({ nick, duration }) => `room ban ${nick} ${duration}` },
  ban: {
    fields: [WHO, DURATION, REASON],
    route: ({ nick, duration, reason }) => `ban ${nick} ${duration} ${reason}`,
  },
};

export class ModerationForms {
  // `actions`: {commandOf}; it sends a route of a form, which the reply closes.
  constructor({ actions, views }) {
    Object.assign(this, { actions, views });
    this.forms = {};
  }

  // `room`: in which it was chosen; null for a ban from the chat.
  open(name, nick, room) {
    const { fields, route } = FORMS[name];
    this.forms[name] ??= new FormDialog({
      id: name.toLowerCase(),
      title: "",
      fields,
      submitLabel: texts.moderation[name].submit,
      danger: FORMS[name] !== MUTE,
      submit: (values) => this.actions.commandOf(this.forms[name], `\\${route(values).trimEnd()}`, this.room),
      backButton: this.views.backButton,
    });
    this.room = room?.name;
    const duration = FORMS[name] === MUTE ? MUTED : BANNED;
    this.forms[name].open({ nick, duration }, texts.moderation[name].title(nick, room?.title));
  }
}
