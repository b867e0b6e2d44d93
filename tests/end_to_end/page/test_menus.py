"""The menus of names and of messages, by mouse, keyboard and touch."""

from __future__ import annotations

from tests.end_to_end.page.browser import PHONE, Page, PageTestCase
from tests.end_to_end.page.test_keyboard import press

ACTIVE = "document.activeElement"
BOB = "#chatters li[data-name=bob] button"


def focused(page: Page) -> str:
    return str(page.evaluate(f"{ACTIVE}.textContent"))


class MenuTests(PageTestCase):
    """A button opens a menu; what is chosen is done."""

    def test_keyboard_opens_a_menu_and_the_focus_returns(self) -> None:
        server = self.fresh_server()
        self.connect(server, "bob")
        page = self.open(server, nick="erin")
        page.call("focus", BOB)
        press(page, "Enter")
        page.wait_for(".menu [role=menuitem]")
        self.assertEqual(page.evaluate(f"{ACTIVE}.getAttribute('role')"), "menuitem")
        self.assertEqual(page.call("getAttribute", BOB, "aria-expanded"), "true")
        self.assertEqual(page.violations(), [])
        press(page, "i")
        self.assertEqual(focused(page), "Ignore")
        press(page, "Home", "ArrowUp")
        self.assertEqual(focused(page), "Ignore", "the last one")
        press(page, "Escape")
        page.wait_gone(".menu")
        self.assertTrue(page.evaluate(f"{ACTIVE} === document.querySelector('{BOB}')"))
        self.assertEqual(page.call("getAttribute", BOB, "aria-expanded"), "false")

    def test_click_beside_a_menu_closes_it_and_does_what_it_does(self) -> None:
        server = self.fresh_server()
        self.connect(server, "bob")
        page = self.open(server, nick="erin")
        page.call("click", BOB)
        page.wait_for(".menu")
        page.call("click", BOB)
        page.wait_gone(".menu")
        page.call("click", BOB)
        page.call("click", "#chat_input")
        page.wait_gone(".menu")
        self.assertEqual(page.focus, "chat_input")

    def test_member_is_ignored_and_heard_again(self) -> None:
        server = self.fresh_server()
        bob = self.connect(server, "bob")
        page = self.open(server, nick="erin")
        bob.say("one")
        page.wait_text("one")
        page.choose("#messages .author", "Ignore")
        page.wait("document.querySelector('.system.notice') !== null")
        bob.say("two")
        bob.expect("bob: two\r\n")
        page.choose(BOB, "Stop ignoring")
        page.wait("document.querySelectorAll('.system.notice').length === 2")
        bob.say("three")
        page.wait_text("three")
        self.assertEqual(page.texts, ["one", "three"])

    def test_message_is_copied_and_replied_to(self) -> None:
        server = self.fresh_server()
        bob = self.connect(server, "bob")
        page = self.open(server, nick="erin")
        page.call("fill", "#chat_input", "yes")
        bob.say("tea?")
        page.wait_text("tea?")
        page.call("hover", ".row")
        page.choose(".row .more", "Reply to bob")
        self.assertEqual(page.focus, "chat_input")
        self.assertEqual(page.call("inputValue", "#chat_input"), "bob: yes")
        page.call("hover", ".row")
        page.choose(".row .more", "Copy text")
        page.wait_for_text("#announcer", "Copied")

    def test_menu_of_a_phone_stays_in_the_window_and_back_closes_it(self) -> None:
        server = self.fresh_server()
        bob = self.connect(server, "bob")
        page = self.open(server, PHONE, nick="erin")
        bob.say("hello")
        page.wait_text("hello")
        page.call("tap", ".row .text")
        page.call("tap", ".row .more")
        page.wait_for(".menu")
        inside = page.evaluate(
            "((box) => box.left >= 0 && box.right <= innerWidth && box.top >= 0"
            " && box.bottom <= innerHeight)"
            "(document.querySelector('.menu').getBoundingClientRect())"
        )
        self.assertTrue(inside)
        self.assertEqual(page.violations(), [])
        page.call("goBack")
        page.wait_gone(".menu")
        self.assertTrue(page.visible("#messages"), "the page is still there")
        page.call("tap", "#members_open")
        page.wait_for("#members.open")
        page.call("tap", BOB)
        page.wait_for(".menu")
        page.call("tap", ".menu [role=menuitem]:text-is('Direct message')")
        page.wait_for_text("#title", "bob")
