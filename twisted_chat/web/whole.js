// A page of which a part did not arrive shows itself and does nothing.  This looks after the
// parts while they are loaded, and loads the page again when the server answers.
//
// A plain script, and the first one: it must be there before anything else can go missing.

(() => {
  const PARTS = "script, link[rel=stylesheet]";
  const FIRST_WAIT = 500;
  const LONGEST_WAIT = 30_000;
  const KEY = "chat.loads";
  let waiting = false;

  // Some browsers forbid a page to keep anything; then it only does not wait longer each time.
  function tries(change) {
    try {
      const count = change(Number(sessionStorage.getItem(KEY)));
      sessionStorage.setItem(KEY, count);
      return count;
    } catch {
      return 1;
    }
  }

  function say() {
    const status = document.getElementById("status");
    if (status) status.textContent = "Loading again…";
  }

  function again() {
    waiting = true;
    say();
    document.addEventListener("DOMContentLoaded", say);
    const wait = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** tries((count) => count + 1));
    setTimeout(() => {
      // Without a server the browser would put its own page in the place of this one.
      fetch(location.href, { cache: "no-store" }).then(() => location.reload(), again);
    }, wait);
  }

  addEventListener(
    "error",
    ({ target }) => {
      if (target instanceof Element && target.matches(PARTS) && !waiting) again();
    },
    true, // such an event stays at its element
  );
  addEventListener("load", () => waiting || tries(() => 0));
})();
