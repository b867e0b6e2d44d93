// The state of the drawers: the sidebar and the panels for members and search.  Pure;
// view/drawers.js shows it.
//
// Where the window is wide enough a drawer is docked beside the messages.  Otherwise it
// opens as an overlay above them, one at a time.

export const DRAWERS = ["sidebar", "members", "search"];

export class DrawerState {
  constructor(width = "wide") {
    this.width = width; // "wide", "medium" or "narrow"
    this.overlay = null; // the drawer that is open above the messages
    this.docked = "members"; // the panel that is open beside the messages
  }

  setWidth(width) {
    this.width = width;
    this.overlay = null;
  }

  isOverlay(name) {
    return name === "sidebar" ? this.width === "narrow" : this.width !== "wide";
  }

  isOpen(name) {
    if (this.isOverlay(name)) return this.overlay === name;
    return name === "sidebar" || this.docked === name;
  }

  open(name) {
    if (this.isOverlay(name)) this.overlay = name;
    else this.docked = name;
  }

  // Closing the search shows the members again.
  close(name) {
    if (this.overlay === name) this.overlay = null;
    else if (this.docked === name) this.docked = name === "search" ? "members" : null;
  }

  // The drawer that Escape closes, or null.  A docked list of members stays.
  get dismissible() {
    return this.overlay ?? (this.isOpen("search") ? "search" : null);
  }
}
