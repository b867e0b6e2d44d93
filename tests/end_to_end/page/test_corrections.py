"""Deleting and correcting messages on the page, and seeing that others did."""

from __future__ import annotations

from tests.end_to_end.page.browser import Page, PageTestCase

LAST = ".row:nth-last-child(1 of .row)"
DELETED = "[...document.querySelectorAll('.system')].some((one) => one.textContent === "


class CorrectionTests(PageTestCase):
    """From the menu of a message; only one's own last message here."""

    def edit(self, page: Page, text: str) -> None:
        page.call("hover", LAST)
        page.choose(f"{LAST} .more", "Edit…")
        page.wait_for("#edit_dialog[open]")
        page.call("fill", "#edit_text", text)

    def test_own_message_is_corrected_and_then_deleted(self) -> None:
        server = self.fresh_server()
        alice = self.connect(server, "alice")
        page = self.open(server, nick="erin")
        other = self.open(server, nick="omar")
        page.say("helo")
        other.wait_text("helo")
        page.wait_settled()
        self.edit(page, "hello")
        self.assertEqual(page.violations(), [])
        page.call("press", "#edit_text", "Enter")
        page.wait_gone("dialog[open]")
        for one in (page, other):
            one.wait_text("hello")
            one.wait_for(".text[data-mark=corrected]")
        alice.expect("erin: corrected: hello\r\n")
        other.call("reload")
        other.wait_text("hello")
        other.wait_for(".text[data-mark=corrected]")
        page.call("hover", LAST)
        page.choose(f"{LAST} .more", "Delete")
        for one in (page, other):
            one.wait_gone(".row")
            one.wait(f"{DELETED}'erin deleted a message')")
        alice.expect("erin: deleted a message\r\n")

    def test_correction_of_several_lines_stays_one_message(self) -> None:
        server = self.fresh_server()
        alice = self.connect(server, "alice")
        page = self.open(server, nick="erin")
        page.say("one")
        page.wait_settled()
        self.edit(page, "one\ntwo")
        page.call("click", "#edit_form [type=submit]")
        page.wait_text("one\ntwo")
        alice.expect("erin: corrected: one\r\nerin: corrected: two\r\n")

    def test_correction_may_be_as_long_as_a_message(self) -> None:
        """Its first line keeps its indentation."""
        server = self.fresh_server()
        alice = self.connect(server, "alice")
        page = self.open(server, nick="erin")
        page.say("one")
        page.wait_settled()
        text = "\n".join(f"    line {n:>3} " + "x" * 140 for n in range(90))
        self.edit(page, text)
        page.call("click", "#edit_form [type=submit]")
        page.wait_gone("dialog[open]")
        alice.expect("erin: corrected:     line   0 x")
        alice.expect("erin: corrected:     line  89 x")

    def test_refusal_is_shown_at_the_form(self) -> None:
        """It stays open, with what was entered."""
        server = self.fresh_server()
        page = self.open(server, nick="erin")
        page.say("one")
        page.wait_settled()
        self.edit(page, " \u200b")
        page.call("click", "#edit_form [type=submit]")
        page.wait("document.querySelector('#edit_problem').textContent !== ''")
        self.assertTrue(page.visible("#edit_dialog"))
