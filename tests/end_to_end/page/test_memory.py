"""What the page remembers: what was read, direct messages, the away text, ignores."""

from __future__ import annotations

from typing import Any

from tests.end_to_end.clients import LineClient
from tests.end_to_end.harness import Server
from tests.end_to_end.page.browser import Page, PageTestCase

SQLITE = ("--store", "sqlite:chat.sqlite")

ICON = "document.querySelector('link[rel=icon]').href"
AFTER_NEW = (
    "document.querySelector('#messages .divider.new')"
    "?.nextElementSibling.querySelector('.text').textContent"
)
IN_VIEW = """(() => {
    const line = document.querySelector("#messages .divider.new");
    const box = document.querySelector("#messages").getBoundingClientRect();
    const top = line?.getBoundingClientRect().top ?? -1;
    return top >= box.top && top < box.top + 200;
})()"""


class MemoryTestCase(PageTestCase):
    """Pages that are closed and opened again."""

    def begin(self) -> tuple[Server, LineClient, Page]:
        """A line client, alice, and a page, erin, on a server of their own."""
        server = self.fresh_server()
        alice = self.connect(server, "alice")
        page = self.open(server, nick="erin")
        alice.expect("is now known as erin\r\n")
        return server, alice, page

    def close(self, page: Page) -> None:
        """Close the tab, once what it has shown is remembered."""
        page.wait("localStorage.getItem('chat.read') !== null")
        page.call("close")

    def reopen(self, page: Page, server: Server, **options: Any) -> Page:
        """Open the page again in another tab of the same browser."""
        return self.open(server, beside=page, **options)


class UnreadTests(MemoryTestCase):
    """The New line, the counts, the title and the icon."""

    def test_what_came_while_the_tab_was_closed_is_new(self) -> None:
        """In the room that is shown and in others, with mentions."""
        server, alice, page = self.begin()
        alice.say("seen in time")
        page.wait_text("seen in time")
        page.say("/join garden")
        page.wait_for_text("#title", "#garden")
        self.close(page)
        alice.say(*(f"line {number}" for number in range(7)), "erin, look")
        alice.say("\\join garden", "and here")
        alice.expect("alice: and here\r\n")
        page = self.reopen(page, server)
        page.wait_for_text("#title", "#garden")
        page.wait(f"{AFTER_NEW} === 'and here'")
        page.wait_for_text("#rooms .badge.urgent", "8")
        page.wait("document.title.startsWith('(8)')")
        page.wait(f"{ICON}.startsWith('data:image/svg+xml')")
        page.call("click", "#rooms .conversation >> nth=0")
        page.wait(f"{AFTER_NEW} === 'line 0'")
        page.wait_for("#messages .row.mention")
        page.wait_gone("#rooms .badge")
        page.wait("!document.title.startsWith('(')")
        page.wait(f"{ICON}.endsWith('/icon.svg')")
        self.close(page)
        page = self.reopen(page, server)
        page.wait_text("erin, look")
        self.assertEqual(page.count("#messages .divider.new"), 0)

    def test_many_unread_messages_are_counted_within_a_bound(self) -> None:
        """They are shown from the first one on, as far as they are loaded."""
        server, alice, page = self.begin()
        alice.say("seen in time")
        page.wait_text("seen in time")
        page.say("/join garden")
        page.wait_for_text("#title", "#garden")
        self.close(page)
        alice.say(*(f"line {number}" for number in range(400)))
        alice.expect("line 399\r\n")
        page = self.reopen(page, server)
        page.wait_for_text("#rooms .badge", "99+")
        # The same without a session, of which nothing is replayed.
        forget = "if (!localStorage.getItem('forgot')) {\n"
        forget += "localStorage.setItem('forgot', 1);\n"
        forget += "localStorage.removeItem('chat.sessions'); }"
        self.close(page)
        page = self.reopen(page, server, scripts=[forget])
        page.wait_for_text("#rooms .badge", "99+")
        page.call("click", "#rooms .conversation >> nth=0")
        page.wait(IN_VIEW)
        page.wait_for_text("#latest_text", "99+ new")

    def test_new_line_stays_until_the_end_was_seen(self) -> None:
        """Also if one looks at another room meanwhile."""
        _, alice, page = self.begin()
        page.say("/join garden")
        page.wait_for_text("#title", "#garden")
        page.say("a short conversation")
        alice.say(*(f"line {number}" for number in range(71)))
        page.wait_for_text("#rooms .badge", "71")
        for _ in range(2):
            page.call("click", "#rooms .conversation >> nth=0")
            page.wait_for_text("#title", "#lobby")
            page.wait(f"{AFTER_NEW} === 'line 0'")
            page.wait(IN_VIEW)
            page.wait_for_text("#rooms .badge", "71")
            page.wait_for_text("#latest_text", "71 new")
            page.call("click", "#rooms .conversation >> nth=1")
            page.wait_for_text("#title", "#garden")
            page.wait("document.title.startsWith('(71)')")
        page.call("click", "#rooms .conversation >> nth=0")
        page.call("click", "#latest")
        page.wait_gone("#rooms .badge")
        page.wait("!document.title.startsWith('(')")
        self.assertEqual(page.evaluate(AFTER_NEW), "line 0")

    def test_tabs_of_one_browser_share_what_was_read(self) -> None:
        server = self.fresh_server()
        alice = self.connect(server, "alice")
        first = self.open(server, nick="erin")
        first.say("/join garden")
        first.wait_for_text("#title", "#garden")
        second = self.open(server, beside=first)
        second.wait_for_text("#title", "#lobby")
        alice.say("hello there")
        second.wait_text("hello there")
        second.call("bringToFront")
        first.wait_gone("#rooms .badge")

    def test_what_was_missed_without_a_connection_is_new(self) -> None:
        """The connection breaks while one is in another room."""
        server = self.start(*SQLITE)
        page = self.open(server, nick="erin")
        page.say("/join garden")
        page.wait_for_text("#title", "#garden")
        server.kill()
        page.wait_disconnected()
        server = self.restart(server, *SQLITE)
        alice = self.connect(server, "alice")
        alice.say("one", "erin: two")
        page.wait_status("Connected")
        page.wait_for_text("#rooms .badge.urgent", "2")
        page.call("click", "#rooms .conversation >> nth=0")
        page.wait(f"{AFTER_NEW} === 'one'")


class DirectTests(MemoryTestCase):
    """Direct messages after the tab was closed."""

    def test_direct_messages_are_there_again(self) -> None:
        """With what was read of them; what was closed stays closed."""
        server, alice, page = self.begin()
        alice.say("\\dm erin psst")
        page.call("click", "#directs .conversation")
        page.wait_text("psst")
        page.say("what is it?")
        alice.expect("what is it?\r\n")
        page.call("click", "#rooms .conversation")
        alice.say("\\dm erin come here")
        page.wait_for_text("#directs .badge.urgent", "1")
        page.wait("localStorage.getItem('chat.directs erin')?.includes('come here')")
        self.close(page)
        page = self.reopen(page, server)
        page.wait_for_text("#profile_nick", "erin")
        page.wait_for_text("#directs .badge.urgent", "1")
        page.call("click", "#directs .conversation")
        page.wait_text("come here")
        self.assertEqual(page.texts, ["psst", "what is it?", "come here"])
        self.assertEqual(page.evaluate(AFTER_NEW), "come here")
        self.assertEqual(page.count(".gap"), 0)

    def test_another_nickname_does_not_show_them(self) -> None:
        server, alice, page = self.begin()
        alice.say("\\dm erin psst")
        page.wait_for_text("#directs .badge.urgent", "1")
        # The first tab still has the nickname, so the second one is a guest.
        second = self.open(server, beside=page)
        second.wait_for_text("#title", "#lobby")
        self.assertEqual(second.count("#directs li"), 0)

    def test_direct_messages_can_be_forgotten(self) -> None:
        """By two clicks, in all tabs."""
        _, alice, page = self.begin()
        alice.say("\\dm erin psst")
        page.wait("localStorage.getItem('chat.directs erin')?.includes('psst')")
        page.call("click", "#profile")
        page.call("click", "#directs_forget")
        self.assertIn("cannot be restored", page.text("#directs_forget"))
        self.assertEqual(page.count("#directs li"), 1)
        page.call("click", "#directs_forget")
        page.wait_gone("#directs li")
        page.call("reload")
        page.wait_status("Connected")
        self.assertEqual(page.count("#directs li"), 0)
        stored = page.evaluate("JSON.stringify(localStorage)")
        self.assertNotIn("psst", stored)


class UserStateTests(MemoryTestCase):
    """The away text and ignored people."""

    def test_away_text_and_ignores_survive_reload_and_restart(self) -> None:
        """Without a word in the conversation."""
        server = self.start(*SQLITE, "--flood", "off")
        alice = self.connect(server, "alice")
        page = self.open(server, nick="erin")
        page.say("/ignore alice")
        page.wait_for("#messages .notice")
        page.say("/away lunch")
        page.wait_for_text("#profile_note", "away: lunch")
        page.wait("localStorage.getItem('chat.state erin')?.includes('lunch')")
        page.call("reload")
        page.wait_status("Connected")
        page.wait_for_text("#profile_note", "away: lunch")
        alice.say("spam 1", "\\nick alicia", "\\nick alice")
        page.wait(
            "document.querySelector('#messages').innerText.includes('known as alice')"
        )
        self.assertNotIn("spam 1", page.texts)
        self.assertEqual(page.count("#messages .notice"), 0)
        server.kill()
        page.wait_disconnected()
        server = self.restart(server, *SQLITE, "--flood", "off")
        page.wait_status("Connected")
        page.wait_for_text("#profile_note", "away: lunch")
        bob = self.connect(server, "bob")
        alice = self.connect(server, "alice")
        alice.say("spam 2")
        bob.expect("spam 2\r\n")
        bob.say("\\who", "ham")
        bob.expect("erin (away)")
        page.wait_text("ham")
        self.assertEqual([text for text in page.texts if "spam" in text], [])
        self.assertEqual(page.count("#messages .notice"), 0)
        page.call("reload")
        page.wait_text("ham")
        self.assertEqual([text for text in page.texts if "spam" in text], [])


class DamageTests(PageTestCase):
    """What is stored may be damaged."""

    def test_page_starts_whatever_is_stored(self) -> None:
        """Also what a page stores when it is closed."""
        server = self.fresh_server()
        page = self.open(server)
        local = ["read", "rooms", "nick", "sessions", "levels", "words", "sound"]
        for text in ("null", "5", "{}", "[null]", '{"a":5}', '"x"'):
            # The page that is left must not store the right values over these.
            page.evaluate(
                "addEventListener('pagehide', (e) => e.stopImmediatePropagation(), 1);"
                f"for (const key of {local}) localStorage['chat.' + key] = {text!r};"
                "for (const key of ['drafts', 'snapshot'])"
                f" sessionStorage['chat.' + key] = {text!r};"
                "document.querySelector('#status').textContent = '';"
            )
            page.call("reload")
            with self.subTest(stored=text):
                page.wait_status("Connected")
