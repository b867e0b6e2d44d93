"""The sheet that the title of a conversation opens."""

from __future__ import annotations

from tests.end_to_end.page.browser import DESKTOP, PHONE, PageTestCase

TABLET = {"viewport": {"width": 820, "height": 1180}, "hasTouch": True}

TOPIC = "the release notes are at https://example.org/notes and " + "a b c " * 30


class RoomSheetTests(PageTestCase):
    """Topic, people, notifications, search, and leaving, each with a label."""

    def test_topic_is_shown_in_full_and_can_be_set(self) -> None:
        server = self.fresh_server()
        alice = self.connect(server, "alice")
        alice.say(f"\\topic {TOPIC}")
        for device in (DESKTOP, TABLET, PHONE):
            page = self.open(server, device)
            page.call("click", "#title")
            page.wait_for("#sheet_dialog[open]")
            page.wait_for_text("#sheet_topic", TOPIC.rstrip())
            overflow = page.evaluate(
                "document.querySelector('#sheet_dialog').scrollWidth"
                " - document.querySelector('#sheet_dialog').clientWidth"
            )
            self.assertLessEqual(overflow, 0)
            page.call("close")
        page = self.open(server, nick="erin")
        page.call("click", "#title")
        page.call("fill", "#topic_input", "tea")
        page.call("press", "#topic_input", "Enter")
        alice.expect("erin: set the topic to: tea\r\n")
        page.wait_for_text("#topic", "tea")
        self.assertFalse(page.visible("#sheet_dialog"))
        self.assertEqual(page.focus, "title")
        page.call("click", "#title")
        page.call("fill", "#topic_input", "")
        page.call("press", "#topic_input", "Enter")
        page.wait_for_text("#topic", "")

    def test_people_search_and_leave_are_reached_from_it(self) -> None:
        server = self.fresh_server()
        page = self.open(server, PHONE, nick="erin")
        self.assertFalse(page.visible("#leave"))
        page.call("tap", "#title")
        self.assertIn("People (1)", page.text("#sheet_members"))
        page.call("tap", "#sheet_members")
        page.wait_for("#members.open")
        page.call("tap", "#members_close")
        page.call("tap", "#title")
        page.call("tap", "#sheet_search")
        page.wait("document.activeElement.id === 'search_input'")
        page.call("press", "#search_input", "Escape")
        page.call("tap", "#title")
        page.call("tap", "#sheet_leave")
        page.wait("document.querySelectorAll('#rooms li').length === 0")
        self.assertTrue(page.evaluate("document.querySelector('#title').disabled"))

    def test_level_of_notifications_is_kept(self) -> None:
        server = self.fresh_server()
        page = self.open(server, nick="erin")
        checked = "document.querySelector('#sheet_levels :checked').value"
        page.call("click", "#title")
        self.assertEqual(page.evaluate(checked), "mentions")
        page.call("click", "#sheet_levels [value=nothing]")
        page.call("press", "body", "Escape")
        page.call("reload")
        page.wait_status("Connected")
        page.call("click", "#title")
        self.assertEqual(page.evaluate(checked), "nothing")

    def test_direct_conversation_has_no_topic_and_is_closed(self) -> None:
        server = self.fresh_server()
        alice = self.connect(server, "alice")
        alice.say("\\away at lunch")
        page = self.open(server, nick="erin")
        page.say("\\dm alice")
        page.wait_for_text("#title", "alice")
        page.call("click", "#title")
        page.wait_for_text("#sheet_topic", "Away: at lunch")
        self.assertFalse(page.visible("#topic_input"))
        self.assertFalse(page.visible("#sheet_members"))
        page.call("click", "#sheet_leave")
        page.wait_for_text("#title", "#lobby")

    def test_sheet_closes_when_its_conversation_ends(self) -> None:
        server = self.fresh_server()
        self.connect(server, "alice")
        page = self.open(server, nick="erin")
        page.say("\\dm alice")
        page.wait_for_text("#title", "alice")
        page.call("click", "#title")
        page.evaluate(
            "document.querySelector('#rooms .conversation')"
            ".dispatchEvent(new MouseEvent('click', { bubbles: true }))"
        )
        page.wait("!document.querySelector('#sheet_dialog').open")
