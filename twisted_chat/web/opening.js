// What the user opens: panels, dialogs and menus.  Most of them are loaded on demand; see
// on_demand/main.js.

export class Opening {
  // `onDemand`: see loading.js.
  constructor({ chat, views, onDemand }) {
    Object.assign(this, { chat, views, onDemand });
  }

  openSearch(words) {
    this.views.drawers.open("search");
    this.searchOpened(words);
    return true;
  }

  searchOpened(words) {
    this.onDemand.use(({ search }) => search.opened(words));
  }

  openNameMenu(button, nick, conversation) {
    this.onDemand.use(({ menus }) => menus.openForName(button, nick, conversation));
  }

  openMessageMenu(button, conversation, entry) {
    this.onDemand.use(({ menus }) => menus.openForMessage(button, conversation, entry));
  }

  openMembers() {
    this.views.drawers.open("members");
  }

  openRooms() {
    this.onDemand.use(({ roomsDialog }) => roomsDialog.open());
    return true;
  }

  toggleSwitcher() {
    this.onDemand.use(({ switcher }) => switcher.toggle());
  }

  showShortcuts() {
    this.onDemand.use(({ shortcuts }) => shortcuts.open());
  }

  openRoomSheet() {
    this.onDemand.use(({ roomSheet }) => roomSheet.open());
  }

  openRoomSettings() {
    const room = this.chat.memberRoom();
    if (room && this.requireConnection()) this.onDemand.use(({ settings }) => settings.open(room));
    return true;
  }

  openProfile() {
    this.onDemand.use(({ profile }) => profile.open());
  }

  // `method`: of AccountForms, in on_demand/account_forms.js.
  account(method, values) {
    this.onDemand.use(({ account }) => account.use(method, values));
    return true;
  }
}
