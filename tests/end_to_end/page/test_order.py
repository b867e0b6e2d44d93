"""Keeping order in rooms: from the menu of a name, and by the settings of a room."""

from __future__ import annotations

from tests.end_to_end.page.browser import PHONE, Page, PageTestCase

MENU = "[...document.querySelectorAll('.menu [role=menuitem]')]"
EVENTS = "[...document.querySelectorAll('.system')].map((one) => one.textContent)"
BOB = "#chatters li[data-name=bob] button"


class OrderTests(PageTestCase):
    """erin, on the page, has made the room #tea; bob joins it with telnet."""

    def setUp(self) -> None:
        super().setUp()
        self.server = self.fresh_server()
        self.bob = self.connect(self.server, "bob")
        self.erin = self.open(self.server, nick="erin")
        self.enter(self.erin)
        self.bob.say("\\join tea")
        self.erin.wait_for(BOB)

    def enter(self, page: Page) -> None:
        page.say("\\join tea")
        page.wait_for_text("#title", "#tea")

    def wait_event(self, page: Page, text: str) -> None:
        page.wait(f"{EVENTS}.includes({text!r})")

    def open_settings(self, page: Page) -> None:
        page.evaluate("document.querySelector('#title').click()")
        page.wait_for("#sheet_dialog[open]")
        page.call("click", "#sheet_settings")
        page.wait_for("#settings_dialog[open]")

    def test_troll_is_kicked_by_two_clicks_and_kept_out(self) -> None:
        self.erin.choose(BOB, "Kick from #tea")
        self.bob.expect("error: you were kicked from #tea by erin\r\n")
        self.wait_event(self.erin, "erin kicked bob")
        self.erin.wait_gone(BOB)
        self.bob.say("\\join tea")
        self.erin.wait_for(BOB)
        self.erin.choose(BOB, "Ban from #tea…")
        self.erin.wait_for("#banfromroom_dialog[open]")
        self.erin.call("selectOption", "#banfromroom_duration", "1h")
        self.erin.call("click", "#banfromroom_form [type=submit]")
        self.erin.wait_gone("dialog[open]")
        self.wait_event(self.erin, "erin banned bob from #tea for 1 hour")
        self.bob.say("\\join tea")
        self.bob.expect("error: you are banned from #tea\r\n")

    def test_member_is_muted_for_a_while_and_made_room_operator(self) -> None:
        self.erin.choose(BOB, "Mute…")
        self.erin.wait_for("#mute_dialog[open]")
        self.assertEqual(self.erin.violations(), [])
        self.erin.call("click", "#mute_form [type=submit]")
        self.erin.wait_gone("dialog[open]")
        self.wait_event(self.erin, "erin muted bob for 10 minutes")
        self.bob.say("spam")
        self.bob.expect("error: you are muted for ")
        self.erin.choose(BOB, "Unmute")
        self.wait_event(self.erin, "erin unmuted bob")
        self.erin.choose(BOB, "Make room operator")
        self.wait_event(self.erin, "erin made bob a room operator")
        self.erin.call("click", BOB)
        self.erin.wait(f"{MENU}.some((one) => one.textContent.startsWith('Remove as'))")

    def test_those_without_the_right_are_offered_nothing_of_this(self) -> None:
        other = self.open(self.server, nick="omar")
        self.enter(other)
        other.wait_for(BOB)
        other.call("click", BOB)
        other.wait_for(".menu")
        offered = other.evaluate(f"{MENU}.map((one) => one.textContent).join()")
        self.assertNotRegex(offered, "Kick|Mute|Ban|operator")
        other.call("press", "body", "Escape")
        self.open_settings(other)
        self.assertTrue(other.evaluate("document.querySelector('.settings').disabled"))
        self.assertFalse(other.visible("#settings_form [type=submit]"))
        self.assertEqual(other.violations(), [])

    def test_settings_of_a_room_are_a_form(self) -> None:
        page = self.erin
        self.open_settings(page)
        page.call("check", "#settings_private")
        page.call("fill", "#settings_limit", "5")
        page.call("click", "#settings_form [type=submit]")
        page.wait_gone("dialog[open]")
        self.wait_event(page, "erin made #tea private")
        self.wait_event(page, "erin set the limit of #tea to 5")
        carol = self.connect(self.server, "carol")
        carol.say("\\join tea")
        carol.expect("error: #tea is private: ask erin for an invitation\r\n")
        self.open_settings(page)
        self.assertTrue(page.call("isChecked", "#settings_private"))
        self.assertEqual(page.call("inputValue", "#settings_limit"), "5")
        page.call("fill", "#settings_invite", "carol")
        page.call("press", "#settings_invite", "Enter")
        carol.expect("erin invites you to #tea (\\join tea)\r\n")
        page.call("fill", "#settings_limit", "abc")
        page.call("click", "#settings_form [type=submit]")
        page.wait(
            "document.querySelector('#settings_problem').textContent"
            ".startsWith('a limit is 1 to ')"
        )
        self.assertTrue(page.visible("#settings_dialog"))
        page.call("fill", "#settings_limit", "5")
        page.call("fill", "#settings_key", "two words")
        page.call("click", "#settings_form [type=submit]")
        one_word = "A key is one word, without blanks."
        page.wait_for_text("#settings_problem", one_word)

    def test_key_of_a_room_is_asked_for(self) -> None:
        self.erin.say("\\room key pumpkin")
        self.wait_event(self.erin, "erin set a key for #tea")
        page = self.open(self.server, nick="omar")
        page.call("click", "#rooms_open")
        page.wait("document.querySelector('#room_list').innerText.includes('#tea')")
        self.assertFalse(page.visible("#room_key"))
        page.call("click", "#room_list button:has-text('#tea')")
        page.wait("document.activeElement.id === 'room_key'")
        self.assertEqual(page.text("#room_problem"), "#tea needs a key")
        self.assertEqual(page.violations(), [])
        page.call("fill", "#room_key", "melon")
        page.call("press", "#room_key", "Enter")
        page.wait_for_text("#room_problem", "This is not the key of the room.")
        page.call("fill", "#room_key", "pumpkin")
        page.call("press", "#room_key", "Enter")
        page.wait_for_text("#title", "#tea")

    def test_ban_is_lifted_in_the_settings(self) -> None:
        page = self.erin
        page.say("\\room ban bob")
        self.wait_event(page, "erin banned bob from #tea")
        self.open_settings(page)
        page.call("click", "#settings_form [data-route='room unban bob']")
        page.wait_gone("#settings_form [data-route='room unban bob']")
        self.bob.say("\\join tea")
        self.bob.expect("now talking in #tea\r\n")

    def test_whoever_is_kicked_reads_why_and_may_return(self) -> None:
        page = self.open(self.server, PHONE, nick="omar")
        self.enter(page)
        self.erin.say("\\kick omar too loud")
        page.wait_for_text("#title", "#lobby")
        page.wait(f"{EVENTS}.some((one) => one.includes('by erin (too loud)'))")
        left = "You were kicked from #tea by erin (too loud)."
        self.assertEqual(page.text("#left_text"), left)
        page.call("click", "#left_return")
        page.wait_for_text("#title", "#tea")

    def test_room_operator_deletes_the_messages_of_a_troll(self) -> None:
        self.bob.say("spam 1", "spam 2")
        self.erin.wait_text("spam 2")
        self.erin.call("hover", ".row")
        self.erin.choose(".row .more", "Delete the last 2 messages of bob…")
        self.erin.wait_for("#delete_dialog[open]")
        self.assertEqual(self.erin.violations(), [])
        self.erin.call("click", "#delete_form [type=submit]")
        self.erin.wait_gone(".row")
        self.erin.wait_gone("dialog[open]")
        self.wait_event(self.erin, "erin deleted a message of bob")
        self.bob.expect("erin: deleted 2 messages of bob\r\n")

    def test_room_operator_deletes_one_message_among_others(self) -> None:
        self.bob.say("spam", "no spam")
        self.erin.wait_text("no spam")
        self.erin.call("hover", ".row")
        self.erin.choose(".row .more", "Delete")
        self.bob.expect("erin: deleted a message of bob\r\n")
        self.wait_event(self.erin, "erin deleted a message of bob")
        self.assertEqual(self.erin.count(".row"), 1)
        self.assertEqual(self.erin.text(".row .text"), "no spam")
