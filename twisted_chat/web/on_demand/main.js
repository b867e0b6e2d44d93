// What the page loads once it is connected, or when it is first needed: menus and forms.

import { Menu } from "./menu.js";
import { Menus } from "./menus.js";

// `views` gets those that others have to know.
export function makeParts({ chat, actions, views, drawing }) {
  views.menu = new Menu({ changed: () => drawing.schedule() });
  return { menus: new Menus({ chat, actions, views }) };
}
