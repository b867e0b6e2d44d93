"""Screen readers and the keyboard: the list of messages, and what is announced."""

from __future__ import annotations

from tests.end_to_end.page.browser import Page, PageTestCase
from tests.end_to_end.page.test_keyboard import press

ACTIVE = "document.activeElement"

COUNT_ANNOUNCEMENTS = """
    window.spoken = [];
    new MutationObserver((changes) => {
        for (const { addedNodes } of changes)
            window.spoken.push(...[...addedNodes].map((one) => one.textContent));
    }).observe(document.querySelector("#spoken"), { childList: true });
"""


def focused_text(page: Page) -> str:
    return str(page.evaluate(f"{ACTIVE}.getAttribute('aria-label')"))


class LogTests(PageTestCase):
    """The list of messages is one stop of the Tab key."""

    def test_log_has_one_tab_stop_however_many_messages_it_has(self) -> None:
        server = self.fresh_server()
        alice = self.connect(server, "alice")
        page = self.open(server, nick="erin")
        alice.say(*(f"see https://example.org/{n}" for n in range(60)))
        alice.say("the last one")
        page.wait_text("the last one")
        stops = page.evaluate(
            "[...document.querySelectorAll('#messages, #messages *')]"
            ".filter((one) => one.tabIndex >= 0).length"
        )
        self.assertEqual(stops, 1)
        self.assertEqual(page.focus, "chat_input")
        press(page, "Shift+Tab")
        self.assertRegex(focused_text(page), r"^alice: the last one, \d")
        press(page, "Tab")
        self.assertEqual(page.focus, "chat_input")

    def test_message_that_is_higher_than_the_window_is_read_to_its_end(self) -> None:
        """The arrow keys scroll within it before they leave it."""
        server = self.fresh_server()
        alice = self.connect(server, "alice")
        page = self.open(server, nick="erin")
        alice.say("before")
        page.wait_text("before")
        page.say("\n".join(f"line {number}" for number in range(90)))
        page.wait_settled()
        page.call("click", ".fold")
        alice.say("after")
        page.wait_text("after")
        page.call("focus", "#chat_input")
        press(page, "Escape")
        # A button stands between field and messages until these are at the end.
        page.wait("document.querySelector('#latest').hidden")
        press(page, "Shift+Tab", "ArrowUp")
        presses = 0
        while "line 0" in focused_text(page) and presses < 20:
            press(page, "ArrowUp")
            presses += 1
        self.assertIn("before", focused_text(page))
        self.assertGreater(presses, 2)
        self.assertLess(presses, 8)

    def test_code_adds_no_tab_stop(self) -> None:
        server = self.fresh_server()
        alice = self.connect(server, "alice")
        page = self.open(server, nick="erin")
        page.say("```\n" + "wide = " + "x" * 400 + "\n```")
        page.wait("document.querySelectorAll('#messages pre').length === 1")
        alice.say("the last one")
        page.wait_text("the last one")
        page.call("focus", "#chat_input")
        press(page, "Shift+Tab")
        self.assertIn("the last one", focused_text(page))
        press(page, "Shift+Tab")
        outside = (
            "!document.querySelector('#messages').contains(document.activeElement)"
        )
        self.assertTrue(page.evaluate(outside), "one stop")
        self.assertEqual(page.violations(), [])

    def test_arrow_keys_move_between_messages_and_enter_goes_into_one(self) -> None:
        server = self.fresh_server()
        alice = self.connect(server, "alice")
        page = self.open(server, nick="erin")
        alice.say("first", "https://example.org/", "last")
        page.wait_text("last")
        press(page, "Shift+Tab", "ArrowUp")
        self.assertIn("https://example.org/", focused_text(page))
        # A new message takes neither the focus nor its place.
        alice.say("a new one")
        page.wait_text("a new one")
        self.assertIn("https://example.org/", focused_text(page))
        press(page, "Enter")
        self.assertEqual(page.evaluate(f"{ACTIVE}.tagName"), "A")
        press(page, "Escape")
        self.assertIn("https://example.org/", focused_text(page))
        press(page, "End")
        self.assertIn("a new one", focused_text(page))
        press(page, "Home")
        first = "document.querySelector('#messages [role=article]')"
        self.assertTrue(page.evaluate(f"{ACTIVE} === {first}"))

    def test_search_result_moves_the_focus_to_its_message(self) -> None:
        server = self.fresh_server()
        alice = self.connect(server, "alice")
        alice.say("needle", *(f"hay {n}" for n in range(120)))
        alice.expect("hay 119\r\n")
        page = self.open(server, nick="erin")
        page.call("click", "#search_open")
        press(page, "n", "e", "e", "d", "l", "e", "Enter")
        page.wait_for(".result")
        page.call("press", ".result", "Enter")
        page.wait(f"{ACTIVE}.getAttribute('aria-label')?.includes('needle')")
        press(page, "ArrowDown")
        self.assertIn("hay 0", focused_text(page))

    def test_lists_of_people_are_one_tab_stop_each(self) -> None:
        server = self.fresh_server()
        for nick in ("alice", "bob", "carol"):
            self.connect(server, nick)
        page = self.open(server, nick="erin")
        page.wait("document.querySelectorAll('#chatters li').length === 4")
        stops = (
            "[...document.querySelectorAll('#chatters button')]"
            ".filter((one) => one.tabIndex === 0).length"
        )
        self.assertEqual(page.evaluate(stops), 1)
        page.call("focus", "#chatters [tabindex='0']")
        press(page, "ArrowDown", "Enter", "d", "Enter")
        page.wait_for_text("#title", "bob")


class AnnouncementTests(PageTestCase):
    """What a screen reader reads of its own accord."""

    def test_each_message_of_others_is_announced_once_and_a_burst_as_a_number(
        self,
    ) -> None:
        server = self.fresh_server()
        alice = self.connect(server, "alice")
        page = self.open(server, nick="erin")
        live = page.evaluate(
            "document.querySelector('#messages').getAttribute('aria-live')"
        )
        self.assertEqual(live, "off")
        page.evaluate(COUNT_ANNOUNCEMENTS)
        page.say("mine")
        alice.expect("erin: mine\r\n")
        alice.say("yours")
        page.wait("window.spoken.length > 0")
        self.assertEqual(page.evaluate("window.spoken"), ["alice: yours"])
        alice.say(*(f"line {n}" for n in range(60)))
        page.wait("window.spoken.length > 1")
        self.assertEqual(
            page.evaluate("window.spoken"), ["alice: yours", "60 new messages"]
        )


class KeyboardOrderTests(PageTestCase):
    """Tab visits everything, in the order in which it is on the screen."""

    def test_tab_stops_follow_the_page(self) -> None:
        server = self.fresh_server()
        alice = self.connect(server, "alice")
        page = self.open(server, nick="erin")
        alice.say("hello")
        page.wait_text("hello")
        page.evaluate("document.querySelector('#skip').focus()")
        seen = ["skip"]
        name = f"{ACTIVE}.id || ({ACTIVE}.closest('[id]')?.id ?? '')"
        while len(seen) < 40:
            press(page, "Tab")
            here = page.evaluate(name)
            if here in {"", "skip"}:
                break
            seen.append(here)
        self.assertEqual(
            seen,
            [
                "skip",
                "rooms_open",
                "rooms",
                "profile",
                "title",
                "search_open",
                "leave",
                "members_open",
                "messages",
                "chat_input",
                "send",
                "members_close",
                "chatters",
            ],
        )
