// What the page loads once it has begun to connect: what opens only when the user asks for it.

import { AccountForms } from "./account_forms.js";
import { AccountSection } from "./account_section.js";
import { Menu } from "./menu.js";
import { Menus } from "./menus.js";
import { ModerationForms } from "./moderation_forms.js";
import { Profile } from "./profile.js";
import { RoomSettings } from "./room_settings.js";
import { RoomSheet } from "./room_sheet.js";
import { RoomsDialog } from "./rooms_dialog.js";
import { SearchPanel } from "./search.js";
import { Settings } from "./settings.js";
import { ShortcutsList } from "./shortcuts_list.js";
import { Switcher } from "./switcher.js";
import { Whois } from "./whois.js";

// `views` gets those that others have to know.
export function makeParts({ chat, connection, memory, sound, actions, views, drawing }) {
  const shown = {
    menu: new Menu({ changed: () => drawing.schedule() }),
    profile: new Profile(chat, actions, connection, [
      new AccountSection(chat, actions),
      new Settings(chat, actions, sound),
    ]),
    roomsDialog: new RoomsDialog(chat, actions, views.backButton),
    roomSheet: new RoomSheet(chat, actions, (conversation) => views.header.topicOf(conversation)),
    search: new SearchPanel(chat, actions),
    switcher: new Switcher(chat, actions, views.backButton),
  };
  Object.assign(views, shown);
  const settings = new RoomSettings({ chat, actions, views });
  const moderation = new ModerationForms({ actions, views });
  return {
    ...shown,
    settings,
    account: new AccountForms({ chat, connection, memory, views, actions }),
    menus: new Menus({ chat, actions, views, settings, moderation }),
    shortcuts: new ShortcutsList({ views }),
    whois: new Whois({ views }),
  };
}
