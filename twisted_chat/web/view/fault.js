// The banner that a script of the page has failed, so that what is shown may be incomplete.

import { byId } from "./dom.js";

export function watchFaults() {
  const folder = new URL(".", document.baseURI).href;
  // Extensions of the browser run scripts in the page as well, and fail without harm to it.
  const isOurs = (error) => String(error?.stack ?? "").includes(folder);
  const show = (error) => {
    if (isOurs(error)) byId("fault").hidden = false;
  };
  addEventListener("error", ({ error }) => show(error));
  addEventListener("unhandledrejection", ({ reason }) => show(reason));
  byId("fault_reload").addEventListener("click", () => location.reload());
}
