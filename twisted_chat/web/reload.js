// Recovery from an incomplete load: if a script or style sheet of the page cannot be
// loaded, the page waits until the server answers and reloads itself.
//
// A plain script, and the first one: it must run before any other file can fail to load.  The
// server puts it into the page itself, since this file could fail as well.

(() => {
  const RESOURCES = "script, link[rel=stylesheet]";
  const MIN_BACKOFF = 500;
  const MAX_BACKOFF = 30_000;
  // Of the failed loads in a row, in this tab; with the path, as in storage.js.
  const { pathname } = new URL(".", location.href);
  const KEY = pathname === "/" ? "chat.loads" : `chat${pathname}loads`;
  let reloading = false;

  // Without storage the wait does not grow from one reload to the next.
  function updateFailures(change) {
    try {
      const count = change(Number(sessionStorage.getItem(KEY)));
      sessionStorage.setItem(KEY, count);
      return count;
    } catch {
      return 1;
    }
  }

  function showStatus() {
    const status = document.getElementById("status");
    if (status) status.textContent = "Reloading…";
  }

  function scheduleReload() {
    reloading = true;
    showStatus();
    document.addEventListener("DOMContentLoaded", showStatus);
    const failures = updateFailures((count) => count + 1);
    setTimeout(() => {
      // Reloading while the server is down would show the browser's own error page.
      fetch(location.href, { cache: "no-store" }).then(() => location.reload(), scheduleReload);
    }, Math.min(MAX_BACKOFF, MIN_BACKOFF * 2 ** failures));
  }

  addEventListener(
    "error",
    ({ target }) => {
      if (target instanceof Element && target.matches(RESOURCES) && !reloading) scheduleReload();
    },
    true, // such events do not bubble
  );
  addEventListener("load", () => reloading || updateFailures(() => 0));
})();
