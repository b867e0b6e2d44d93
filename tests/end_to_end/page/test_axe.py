"""axe-core finds no problem in any state of the page."""

from __future__ import annotations

from typing import Any

from tests.end_to_end.clients import LineClient
from tests.end_to_end.harness import Server
from tests.end_to_end.page.browser import DESKTOP, PHONE, Options, Page, PageTestCase

NEVER_CONNECTS = "window.WebSocket = class extends EventTarget { close() {} };"

MENU = "[...document.querySelectorAll('.menu [role=menuitem]')]"

DIALOGS = {
    "#profile": "profile_dialog",
    "#rooms_open": "rooms_dialog",
    "#title": "sheet_dialog",
    "#shortcuts_open": "shortcuts_dialog",
}
"""What opens each dialog."""


class AccessibilityTests(PageTestCase):
    """Each state on a desktop and on a phone."""

    def check(self, page: Page, state: str) -> None:
        self.assertEqual(page.violations(), [], state)

    def check_all(self, **look: Any) -> None:
        for device in (DESKTOP, PHONE):
            server = self.fresh_server()
            options = {**device, **look, "reducedMotion": "reduce"}
            self.check_unconnected(server, options)
            alice = self.connect(server, "alice")
            alice.say("see https://example.org/ and http://0x7f.1/, and be well")
            alice.say("\\me waves", "\\topic all about https://example.org/")
            page = self.open(server, options)
            self.check_messages(page, alice)
            self.check_drawers(page)
            self.check_dialogs(page)
            self.check_order(page, alice)
            self.check_leaving(page, server)

    def test_light_page_has_no_violation(self) -> None:
        self.check_all(colorScheme="light")

    def test_dark_page_has_no_violation(self) -> None:
        self.check_all(colorScheme="dark")

    def test_page_with_forced_colors_has_no_violation(self) -> None:
        """Light and dark, as in the contrast themes of Windows."""
        for scheme in ("light", "dark"):
            self.check_all(colorScheme=scheme, forcedColors="active")

    def check_unconnected(self, server: Server, options: Options) -> None:
        page = self.prepare(options, scripts=[NEVER_CONNECTS])
        self.visit(page, server)
        page.wait_status("Connecting")
        # A page that the machine delays may have to load its style sheet again.
        page.wait("getComputedStyle(document.body).margin === '0px'")
        self.check(page, "connecting, without messages")
        page.call("close")
        self.pages.remove(page)

    def check_messages(self, page: Page, alice: LineClient) -> None:
        """Messages of every kind, and completions."""
        page.wait_text("waves")
        self.check(page, "guest")
        page.take_name("erin")
        alice.say("hello erin, away with you", "\\dm erin psst")
        page.wait_for("#directs .badge")
        page.say("\\dm nobody lost")
        page.wait_for(".row.failed")
        self.check(page, "failed message")
        page.evaluate("document.querySelector('#rooms .conversation').click()")
        page.call("fill", "#chat_input", "\\")
        page.wait("!document.querySelector('#completions').hidden")
        self.check(page, "completions")
        page.call("fill", "#chat_input", "")

    def check_drawers(self, page: Page) -> None:
        for name in ("sidebar", "members", "search"):
            if not page.visible(f"#{name}_open"):
                continue  # the sidebar of a desktop
            page.call("click", f"#{name}_open")
            if name == "search":
                page.call("fill", "#search_input", "well")
                page.call("press", "#search_input", "Enter")
                page.wait_for(".result")
            self.check(page, name)
            if page.visible(f"#{name}_close"):
                page.call("click", f"#{name}_close")

    def check_dialogs(self, page: Page) -> None:
        for opener, dialog in DIALOGS.items():
            page.evaluate(f"document.querySelector('{opener}').click()")
            page.wait_for(f"#{dialog}[open]")
            self.check(page, dialog)
            page.call("press", "body", "Escape")
            page.wait_gone("dialog[open]")
        page.call("press", "body", "Control+k")
        page.wait_for("#switcher_list [role=option]")
        self.check(page, "switcher")
        page.call("press", "#switcher_input", "Escape")
        page.wait_gone("dialog[open]")

    def check_order(self, page: Page, alice: LineClient) -> None:
        """What a room operator is offered: a menu, a form, the settings of a room."""
        page.say("\\join tea")
        page.wait_for_text("#title", "#tea")
        alice.say("\\join tea")
        page.wait_for("#chatters li[data-name=alice]")
        page.evaluate("document.querySelector('[data-name=alice] button').click()")
        page.wait_for(".menu")
        self.check(page, "menu")
        page.evaluate(f"{MENU}.find((one) => one.textContent === 'Mute…').click()")
        page.wait_for("#mute_dialog[open]")
        self.check(page, "form")
        page.call("press", "body", "Escape")
        page.wait_gone("dialog[open]")
        page.say("\\room")
        page.wait_for("#settings_dialog[open]")
        self.check(page, "settings of a room")
        page.call("press", "body", "Escape")
        page.wait_gone("dialog[open]")

    def check_leaving(self, page: Page, server: Server) -> None:
        """The offer to return to a room, and a lost connection."""
        page.evaluate("document.querySelector('#leave').click()")
        page.wait("!document.querySelector('#left').hidden")
        self.check(page, "left")
        server.kill()
        page.wait("!document.querySelector('#banner').hidden")
        self.check(page, "disconnected")
