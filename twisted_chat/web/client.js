// The entry module of the page.  Its address, /client.js, is part of the server's interface.

import { startApp } from "./app.js";
import { watchFaults } from "./view/fault.js";

// See supported.js.
if (!document.documentElement.hasAttribute("data-unsupported")) {
  watchFaults();
  startApp();
}
