// The badge on the icon of the tab: the number of mentions and direct messages, or a dot for others.

const LINK = 'link[rel="icon"]';
const MAX_NUMBER = 9;

const dot = '<circle cx="50" cy="14" r="13" fill="#0b6b63" stroke="#fff" stroke-width="4"/>';

function number(count) {
  const text = count > MAX_NUMBER ? `${MAX_NUMBER}+` : String(count);
  const style = 'font-family="sans-serif" font-weight="bold" font-size="32" text-anchor="middle"';
  return [
    '<rect x="22" y="22" width="42" height="42" rx="14" fill="#b3401e" stroke="#fff" stroke-width="3"/>',
    `<text x="43" y="55" fill="#fff" ${style}>${text}</text>`,
  ].join("");
}

// The icon with its badge, as an image of its own.
export function badged(icon, { count, mentions }) {
  const badge = mentions ? number(mentions) : dot;
  const image = count ? icon.replace("</svg>", `${badge}</svg>`) : icon;
  return `data:image/svg+xml,${encodeURIComponent(image)}`;
}

export class Favicon {
  constructor(chat) {
    this.chat = chat;
    this.link = document.querySelector(LINK);
    this.plain = this.link.href;
    this.icon = ""; // its source, once it is loaded
    fetch(this.plain)
      .then((response) => (response.ok ? response.text() : ""))
      .then((icon) => {
        this.icon = icon;
        this.show();
      })
      .catch(() => {}); // then there is no badge
  }

  show() {
    const total = this.chat.unreadTotal();
    const href = this.icon && total.count ? badged(this.icon, total) : this.plain;
    if (this.link.href !== href) this.link.href = href;
  }
}
