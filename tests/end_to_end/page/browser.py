"""Chromium, its pages, and the test case for tests of the page.

Chromium is driven through ``driver.mjs``, one order at a time.  The browser is shared
by all tests.  Each test has a server of its own, which was started while the test
before it ran.
"""

from __future__ import annotations

import contextlib
import json
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.end_to_end.delayed import ATTEMPTS
from tests.end_to_end.harness import (
    TIMEOUT,
    Server,
    ServerTestCase,
    require_node,
    require_program,
)
from tests.end_to_end.shared import shared

Options = Mapping[str, Any]

DESKTOP: Options = {"viewport": {"width": 1280, "height": 800}}
PHONE: Options = {
    "viewport": {"width": 390, "height": 844},
    "deviceScaleFactor": 2,
    "isMobile": True,
    "hasTouch": True,
}

# A browser that is delayed by more than 0.25 s between connecting and sending gets the
# line chat instead, or an empty response.  A page that is there reloads itself then.
DELAYED = (
    "ERR_INVALID_HTTP_RESPONSE",
    "ERR_EMPTY_RESPONSE",
    # The browser still loads its own error page, for the attempt before.
    "chrome-error://",
)

# The page draws in the next frame, or later while its tab is hidden.
DRAWN = """new Promise((drawn) => {
  requestAnimationFrame(() => requestAnimationFrame(drawn));
  setTimeout(drawn, 1500);
})"""

# Messages of the browser itself when the server does not respond; the page cannot
# prevent them.
NO_SERVER = (
    "ERR_CONNECTION_REFUSED",
    "ERR_CONNECTION_RESET",
    "WebSocket connection to",
    *DELAYED,
    # A proxy that the machine delays between connecting and sending.
    "a status of 502",
)

ROWS = "[...document.querySelectorAll('#messages .row .text')]"


class Browser:
    """A Chromium process."""

    def __init__(self) -> None:
        node = require_node("playwright-core", "axe-core")
        chromium = require_program("chromium")
        driver = Path(__file__).with_name("driver.mjs")
        self._process = subprocess.Popen(
            (node, str(driver), chromium),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def order(self, **order: Any) -> Any:
        """Send an order to the driver, and return its result."""
        process = self._process
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps(order) + "\n")
        process.stdin.flush()
        line = process.stdout.readline()
        if not line:
            raise AssertionError("the browser exited")
        answer = json.loads(line)
        if "error" in answer:
            raise AssertionError(f"{order}: {answer['error']}")
        return answer["result"]

    def is_running(self) -> bool:
        return self._process.poll() is None

    def end(self) -> None:
        process = self._process
        assert process.stdin is not None
        assert process.stdout is not None
        with contextlib.suppress(BrokenPipeError):
            process.stdin.close()
        try:
            process.wait(TIMEOUT)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()


class Page:
    """The chat's page, by default on a device of its own."""

    def __init__(self, browser: Browser, name: str) -> None:
        self._browser = browser
        self.name = name

    def order(self, do: str, **order: Any) -> Any:
        return self._browser.order(do=do, page=self.name, **order)

    def call(self, method: str, *args: Any) -> Any:
        """Call a method of Playwright's ``Page``."""
        return self.order("call", method=method, args=args)

    def visit(self, address: str, *, until: str = "load") -> None:
        """Load a page of the chat, again if the browser was delayed.

        :param until: the state in which it is loaded; "commit" for a page that may
            reload itself before all of its files are there.
        """
        for attempt in range(ATTEMPTS):
            try:
                self.call("goto", address, {"waitUntil": until})
            except AssertionError as error:
                delayed = any(sign in str(error) for sign in DELAYED)
                if not delayed or attempt == ATTEMPTS - 1:
                    raise
            else:
                return

    def evaluate(self, script: str) -> Any:
        return self.call("evaluate", script)

    def wait(self, script: str) -> None:
        """Wait until a script is true."""
        if not self.order("wait", script=script, seconds=TIMEOUT):
            seen = self.evaluate("document.body.innerText")
            problems = self.order("problems")
            raise AssertionError(
                f"not seen: {script}\nbut:\n{seen}\nconsole: {problems}"
            )

    def wait_for(self, selector: str) -> None:
        """Wait until there is an element."""
        self.wait(f"document.querySelector({json.dumps(selector)}) !== null")

    def wait_gone(self, selector: str) -> None:
        """Wait until no element matches."""
        self.wait(f"document.querySelector({json.dumps(selector)}) === null")

    def wait_for_text(self, selector: str, text: str) -> None:
        """Wait until an element has a text."""
        element = f"document.querySelector({json.dumps(selector)})"
        self.wait(f"{element}?.textContent === {json.dumps(text)}")

    def wait_status(self, text: str) -> None:
        self.wait(f"document.querySelector('#status').textContent.includes({text!r})")

    def wait_disconnected(self) -> None:
        status = "document.querySelector('#status').textContent"
        self.wait(f"!{status}.includes('Connected')")

    def wait_settled(self) -> None:
        """Wait until no message is queued or unconfirmed."""
        self.evaluate(DRAWN)
        self.wait_gone(".row:is(.sending, .queued, .unconfirmed)")

    @property
    def texts(self) -> list[str]:
        """The messages that are shown, in order."""
        found: list[str] = self.evaluate(f"{ROWS}.map((row) => row.textContent)")
        return found

    def wait_text(self, text: str) -> None:
        """Wait until a message is shown."""
        self.wait(f"{ROWS}.some((row) => row.textContent === {json.dumps(text)})")

    def say(self, text: str) -> None:
        """Type into the composer and press Enter."""
        self.call("fill", "#chat_input", text)
        self.call("press", "#chat_input", "Enter")

    def choose(self, opener: str, item: str) -> None:
        """Click what opens a menu, then an item."""
        self.call("click", opener)
        self.call(
            "click",
            f".menu [role=menuitem]:text-is({json.dumps(item, ensure_ascii=False)})",
        )
        self.wait_gone(".menu")

    def text(self, selector: str) -> str:
        return str(self.call("textContent", selector))

    def visible(self, selector: str) -> bool:
        return bool(self.call("isVisible", selector))

    def count(self, selector: str) -> int:
        return int(
            self.evaluate(f"document.querySelectorAll({json.dumps(selector)}).length")
        )

    @property
    def focus(self) -> str:
        """The id of the element that has the keyboard focus."""
        return str(self.evaluate("document.activeElement.id"))

    def take_name(self, nick: str) -> None:
        """Choose a nickname in the bar that is shown to guests."""
        self.call("fill", "#naming_input", nick)
        self.call("press", "#naming_input", "Enter")
        self.wait_for_text("#profile_nick", nick)

    def fast_forward(self, seconds: float) -> None:
        """Advance the page's clock, if it was opened with one."""
        self.order("fast forward", seconds=seconds)

    @property
    def problems(self) -> list[str]:
        """The errors in the console, except those about a server that was down."""
        found: list[str] = self.order("problems")
        return [one for one in found if not any(sign in one for sign in NO_SERVER)]

    def violations(self) -> list[Any]:
        """The accessibility problems that axe-core finds."""
        found: list[Any] = self.order("axe")
        return found


class FreshServer:
    """A server with an empty store, in a directory of its own."""

    def __init__(self) -> None:
        self._directory = Path(tempfile.mkdtemp(prefix="twisted-chat-"))
        self.server = Server(self._directory, "--store", "memory:", "--flood", "off")

    def end(self) -> None:
        self.server.kill()
        shutil.rmtree(self._directory, ignore_errors=True)


class FreshServers:
    """A stock of one: while a test uses a server, the next one starts."""

    def __init__(self) -> None:
        self._next = FreshServer()

    def take(self) -> FreshServer:
        taken, self._next = self._next, FreshServer()
        return taken

    def is_running(self) -> bool:
        return True

    def end(self) -> None:
        self._next.end()


class PageTestCase(ServerTestCase):
    """A test of the page: its console must stay free of errors."""

    def setUp(self) -> None:
        super().setUp()
        self.browser = shared("browser", Browser)
        self.addCleanup(self.browser.order, do="reset")
        self.pages: list[Page] = []
        self.addCleanup(self.check_consoles)

    def check_consoles(self) -> None:
        """No script failed, and nothing violated the page's security policy."""
        for page in self.pages:
            self.assertEqual(page.problems, [], "errors in the page's console")

    def fresh_server(self) -> Server:
        """A server with an empty store and no rate limit."""
        fresh = shared("fresh servers", FreshServers).take()
        self.addCleanup(fresh.end)
        return fresh.server.wait_until_running()

    def restart(self, server: Server, *options: str) -> Server:
        """Start a server on the port of one that was killed."""
        port = f"tcp:{server.port}:interface=127.0.0.1"
        return self.start("--port", port, *options)

    def prepare(
        self,
        options: Options = DESKTOP,
        *,
        scripts: Sequence[str] = (),
        lose: Sequence[str] = (),
        beside: Page | None = None,
        clock: bool = False,
    ) -> Page:
        """Make an empty page.

        :param scripts: evaluated before the page's own.
        :param lose: patterns of addresses; the first request for each fails.
        :param beside: open a tab beside this page, on the same device.
        :param clock: whether the test advances the page's clock.
        """
        page = Page(self.browser, f"page {len(self.pages)}")
        self.pages.append(page)
        page.order(
            "open",
            options=dict(options),
            scripts=list(scripts),
            lose=list(lose),
            beside=beside and beside.name,
            clock=clock,
        )
        return page

    def visit(
        self, page: Page, server: Server, path: str = "/", *, until: str = "load"
    ) -> None:
        """Load the chat's page."""
        page.visit(f"http://127.0.0.1:{server.port}{path}", until=until)

    def open(
        self,
        server: Server,
        options: Options = DESKTOP,
        *,
        nick: str | None = None,
        path: str = "/",
        scripts: Sequence[str] = (),
        beside: Page | None = None,
        clock: bool = False,
    ) -> Page:
        """Open the chat's page, wait until it is connected, and take a nickname."""
        page = self.prepare(options, scripts=scripts, beside=beside, clock=clock)
        self.visit(page, server, path)
        page.wait_status("Connected")
        if nick is not None:
            page.take_name(nick)
        return page
