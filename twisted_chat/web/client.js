// The entry module of the page.  Its address, /client.js, is part of the server's interface.

import { startApp } from "./app.js";

startApp();
