"""Makes the images of the page in ``docs/images``, which the README shows.

It needs what the tests of the page need, and Debian's package ``pngquant``.

Usage: python -m tools.page_images
"""

from __future__ import annotations

import subprocess
from contextlib import ExitStack
from pathlib import Path

from tests.end_to_end.clients import LineClient
from tests.end_to_end.page.browser import DESKTOP, PHONE, Browser, FreshServer, Page

IMAGES = Path(__file__).parent.parent / "docs" / "images"
CODE = """\
It was a race in the test, not in the server:
```python
with server.paused():
    clock.advance(30)
assert client.lines() == []
```"""
STILL = "document.getAnimations().length === 0"


class Scene:
    """A server, a browser, and who is in the chat."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack
        fresh = FreshServer()
        stack.callback(fresh.end)
        self.port = fresh.server.wait_until_running().port
        self._browser = Browser()
        stack.callback(self._browser.end)

    def terminal(self, nick: str, *lines: str) -> LineClient:
        """Someone at a terminal."""
        client = LineClient(self.port)
        self._stack.callback(client.close)
        client.say(f"\\nick {nick}", *lines)
        client.expect(f" is now known as {nick}\r\n")
        return client

    def page(self, nick: str, **options: object) -> Page:
        """Someone with the page."""
        page = Page(self._browser, nick)
        page.order("open", options=options)
        page.visit(f"http://localhost:{self.port}/")
        page.wait_status("Connected")
        page.take_name(nick)
        # Without the line that a guest took a name.
        page.call("reload")
        page.wait_status("Connected")
        page.wait_for_text("#profile_nick", nick)
        return page


def take(page: Page, name: str) -> None:
    """Make an image of a page, with a palette."""
    page.wait(STILL)
    path = str(IMAGES / f"{name}.png")
    page.call("screenshot", {"path": path})
    subprocess.run(
        ("pngquant", "--force", "--strip", "--output", path, "64", path), check=True
    )


def go_to(page: Page, room: str) -> None:
    """Go to a room that the page is in already."""
    page.call("click", f"#rooms .conversation:has-text('{room}')")
    page.wait_for_text("#title", f"#{room}")


def talk(people: Scene) -> tuple[Page, LineClient]:
    """A conversation that one of its people left for a while: his page, and grace."""
    ada = people.terminal("ada", "\\topic Autumn release: https://example.org/plan")
    grace, noa, zoe = (people.terminal(nick) for nick in ("grace", "noa", "zoë"))
    omar = people.terminal("omar", "\\away back at three")
    linus = people.page("linus", **DESKTOP)
    erin = people.page("erin", **DESKTOP)
    erin.say("\\join ops")
    erin.wait_for_text("#title", "#ops")
    erin.say("\\join design")
    erin.wait_for_text("#title", "#design")
    go_to(erin, "lobby")

    def say(who: LineClient, text: str) -> None:
        who.say(text)
        erin.wait_text(text)

    say(grace, "Morning! I am on telnet in the machine room today.")
    say(noa, "בוקר טוב! איזו בדיקה נכשלה הלילה?")
    linus.say(CODE)
    erin.wait_for("#messages .code")
    ada.say("\\me hands linus a medal")
    erin.wait_text("hands linus a medal")
    erin.say("Nice. When do we tag it?")
    erin.wait_settled()
    go_to(erin, "design")
    omar.say("After lunch. erin, can you read the notes? https://example.org/notes")
    omar.expect("https://example.org/notes\r\n")
    zoe.say("🎉")
    zoe.expect("zoë: 🎉\r\n")
    ada.say("\\join ops", "The new disks are in.")
    grace.say("\\dm erin Do you have the key of the lab?")
    erin.wait("document.title.startsWith('(4)')")
    return erin, grace


def main() -> None:
    """Make all of them."""
    with ExitStack() as stack:
        people = Scene(stack)
        erin, grace = talk(people)
        go_to(erin, "lobby")
        erin.wait_for(".divider.new")
        take(erin, "page-light")
        erin.call("emulateMedia", {"colorScheme": "dark"})
        erin.call("click", "#profile")
        erin.call("check", "#compact_input")
        erin.call("press", "#compact_input", "Enter")
        erin.wait_for(".row.compact")
        erin.call("focus", "#chat_input")
        erin.call("hover", "#status")
        take(erin, "page-dark")
        ines = people.page("ines", **PHONE)
        grace.say("hi ines, welcome aboard")
        ines.wait_text("hi ines, welcome aboard")
        take(ines, "phone-light")
        ines.call("emulateMedia", {"colorScheme": "dark"})
        ines.evaluate("document.querySelector('#title').click()")
        ines.wait("document.querySelector('#sheet_dialog').open")
        ines.evaluate("document.activeElement.blur()")
        take(ines, "phone-dark")


if __name__ == "__main__":
    main()
