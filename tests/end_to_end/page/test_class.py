"""A class of thirty, by browser and by telnet, and a troll among them."""

from __future__ import annotations

import re

from tests.end_to_end.clients import LineClient
from tests.end_to_end.harness import Server
from tests.end_to_end.page.browser import PageTestCase
from tests.end_to_end.page.test_accounts import SECRET, register
from tests.end_to_end.page.test_order import EVENTS

PUPILS = 27
"""With the page of the teacher, that of a pupil, and the troll there are thirty."""

OUT = re.compile(r"error: you are banned until [^\r]*\r\n")


class ClassTests(PageTestCase):
    """The teacher is an operator, and has the page."""

    def pupil(self, server: Server, nick: str) -> LineClient:
        """Somebody with telnet."""
        client = LineClient(server.port)
        self.addCleanup(client.close)
        client.join_as(nick)
        return client

    def test_troll_is_removed_by_the_menu_and_by_a_line(self) -> None:
        """It cannot come back, and nobody else is disturbed."""
        server = self.fresh_server()
        code = server.expect_log(r"operator code: ([\w-]+)")[1]
        teacher = self.open(server)
        register(teacher, "teacher", SECRET)
        teacher.say(f"\\operator {code}")
        teacher.wait(f"{EVENTS}.includes('you are an operator now')")
        pupils = [self.pupil(server, f"pupil{number}") for number in range(PUPILS)]
        page = self.open(server, nick="eva")
        first = self.pupil(server, "troll")
        first.say("spam")
        teacher.wait_text("spam")

        teacher.choose("[data-name=troll] button", "Ban from the chat\u2026")
        teacher.wait_for("#ban_dialog[open]")
        teacher.call("press", "#ban_reason", "Enter")
        teacher.wait_gone("[data-name=troll]")
        first.expect(OUT)
        first.expect_end()
        self.is_kept_out(server, "troll", "tro11")

        second = self.pupil(server, "nuisance")
        teacher.wait_for("[data-name=nuisance]")
        teacher.say("\\ban nuisance 2h spam")
        second.expect(OUT)
        second.expect_end()
        teacher.wait_gone("[data-name=nuisance]")
        self.is_kept_out(server, "nuisance", "NUISANCE")

        teacher.say("back to work")
        page.wait_text("back to work")
        for pupil in pupils:
            shown = pupil.expect("teacher: back to work\r\n")
            self.assertEqual(shown.count("troll: left the chat"), 1)
            self.assertEqual(shown.count("teacher: banned "), 2)
        self.assertEqual(page.count("#chatters [data-name]"), PUPILS + 2)

    def is_kept_out(self, server: Server, *nicks: str) -> None:
        """By telnet and by the page, under the name and one that looks like it."""
        for nick in nicks:
            again = LineClient(server.port)
            again.say(f"\\nick {nick}")
            again.expect(OUT)
            again.expect_end()
            again.close()
        page = self.open(server)
        page.say(f"\\nick {nicks[0]}")
        page.wait("document.querySelector('#status').dataset.state === 'banned'")
        self.assertIn("You are banned until ", page.text("#banner_text"))
