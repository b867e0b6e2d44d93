"""A troll who is banned from the chat, as the operator and as the troll see it."""

from __future__ import annotations

from tests.end_to_end.page.browser import PHONE, PageTestCase
from tests.end_to_end.page.test_accounts import SECRET, register
from tests.end_to_end.page.test_order import EVENTS

STATUS = "document.querySelector('#status').dataset.state"


class BanTests(PageTestCase):
    """By the menu of a name, for those who are operators."""

    def test_troll_is_banned_and_the_page_stays_away(self) -> None:
        server = self.fresh_server()
        code = server.expect_log(r"operator code: ([\w-]+)")[1]
        page = self.open(server)
        register(page, "erin", SECRET)
        page.say(f"\\operator {code}")
        page.wait(f"{EVENTS}.includes('you are an operator now')")
        troll = self.open(server, PHONE, nick="troll")
        troll.say("spam")
        page.wait_text("spam")
        page.choose("[data-name=troll] button", "Mute…")
        page.wait_for("#muteeverywhere_dialog[open]")
        title = page.text("#muteeverywhere_title")
        self.assertEqual(title, "Mute troll in the whole chat")
        page.call("press", "body", "Escape")
        page.choose("[data-name=troll] button", "Ban from the chat…")
        page.wait_for("#ban_dialog[open]")
        self.assertEqual(page.violations(), [])
        self.assertEqual(page.call("inputValue", "#ban_duration"), "1d")
        page.call("fill", "#ban_reason", "spam")
        page.call("press", "#ban_reason", "Enter")
        page.wait_gone("dialog[open]")
        page.wait(f"{EVENTS}.includes('erin banned troll for 1 day (spam)')")
        page.wait_gone("[data-name=troll]")
        troll.wait(f"{STATUS} === 'banned'")
        banner = troll.text("#banner_text")
        self.assertRegex(banner, r"^You are banned until .*, \d\d:\d\d \(spam\)\.$")
        self.assertEqual(troll.text("#status"), "Banned")
        self.assertTrue(troll.call("isDisabled", "#chat_input"))
        self.assertEqual(troll.violations(), [])
        troll.evaluate("document.querySelector('#profile').click()")
        troll.call("fill", "#nick_input", "elf")
        troll.call("press", "#nick_input", "Enter")
        troll.wait_for_text("#nick_problem", banner)
        troll.call("click", "#profile_cancel")
        troll.call("click", "#retry_now")
        troll.wait(f"{STATUS} === 'banned'")
        page.say("\\unban troll")
        page.wait(f"{EVENTS}.includes('erin unbanned troll')")
        troll.call("click", "#retry_now")
        troll.wait_status("Connected")
        troll.say("sorry")
        page.wait_text("sorry")
