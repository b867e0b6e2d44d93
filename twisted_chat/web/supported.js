// The check that this browser has what the page needs.  If it does not, the page says which
// browsers do, and client.js does not start.
//
// A plain script, in a syntax that old browsers can read: they cannot read the modules.

(function () {
  // The newest of what the page uses.  Chrome 100, Firefox 100 and Safari 15.4 have all of it;
  // tests/web/browsers.test.mjs keeps out what came later.
  const isSupported =
    "hasOwn" in Object &&
    "at" in Array.prototype &&
    "noModule" in document.createElement("script") &&
    "showModal" in document.createElement("dialog") &&
    typeof window.reportError === "function";
  if (isSupported) return;
  document.documentElement.setAttribute("data-unsupported", "");
  document.addEventListener("DOMContentLoaded", function () {
    document.getElementById("unsupported").hidden = false;
  });
})();
