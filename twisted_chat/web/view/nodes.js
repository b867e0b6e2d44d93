// Nodes that several views share: avatars, and texts with links and mentions.

import { splitLinks } from "../links.js";
import { splitMentions } from "../mentions.js";
import { initialOf, nickColor } from "../names.js";
import { strings } from "../strings.js";
import { classes, el } from "./dom.js";

const LINK = { target: "_blank", rel: "noopener noreferrer nofollow" };

export const nickClass = (nick) => `nick-${nickColor(nick)}`;

export function avatar(nick, size = "") {
  return el("span", {
    class: classes("avatar", size, nickClass(nick)),
    "data-initial": initialOf(nick),
    "aria-hidden": "true",
  });
}

// The sign of a name that is registered.
export function registeredSign(nick, account) {
  const label = strings.registered(nick, account);
  return el("span", { class: "sign", role: "img", title: label, "aria-label": label }, "✓");
}

// `nick`: whose mentions are marked; "" for nobody's.  `words`: to be marked as well.
export function textNodes(text, nick = "", words = []) {
  return splitLinks(text).flatMap((part) => {
    if (!part.href) {
      return splitMentions(part.text, nick, words).map((piece) =>
        piece.mention ? el("mark", {}, piece.text) : piece.text,
      );
    }
    const link = el("a", { href: part.href, ...LINK }, part.text);
    if (part.host) link.append(" ", el("bdi", { class: "host" }, `(${part.host})`));
    return link;
  });
}
