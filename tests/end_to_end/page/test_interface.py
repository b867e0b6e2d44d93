"""Keyboard, touch and weight of the page."""

from __future__ import annotations

from tests.end_to_end.page.browser import PHONE, PageTestCase

MAX_WEIGHT = 90_000
"""Compressed bytes of what the page loads at its start."""


class KeyboardTests(PageTestCase):
    """Everything works with the keyboard alone."""

    def test_completion_and_recall(self) -> None:
        """Routes and nicknames are completed, and sent messages recalled."""
        server = self.fresh_server()
        alice = self.connect(server, "alice")
        page = self.open(server, nick="erin")
        page.call("focus", "#chat_input")
        page.call("type", "#chat_input", "al")
        page.call("press", "#chat_input", "Tab")
        self.assertEqual(page.call("inputValue", "#chat_input"), "alice: ")
        page.call("type", "#chat_input", "hi")
        page.call("press", "#chat_input", "Enter")
        alice.expect("erin: alice: hi\r\n")
        page.call("press", "#chat_input", "ArrowUp")
        self.assertEqual(page.call("inputValue", "#chat_input"), "alice: hi")
        page.call("fill", "#chat_input", "")
        page.call("type", "#chat_input", "\\d")
        page.wait("!document.querySelector('#completions').hidden")
        page.call("press", "#chat_input", "Tab")
        page.call("press", "#chat_input", "Enter")
        self.assertEqual(page.call("inputValue", "#chat_input"), "\\dm alice ")
        page.call("type", "#chat_input", "psst")
        page.call("press", "#chat_input", "Enter")
        alice.expect("erin (private): psst\r\n")

    def test_focus_is_in_the_composer_or_in_what_was_opened(self) -> None:
        page = self.open(self.fresh_server())
        self.assertEqual(page.focus, "chat_input")
        page.call("press", "#naming_input", "Enter")
        self.assertIn("name first", page.text("#naming_problem"))
        page.take_name("erin")
        page.wait("document.activeElement.id === 'chat_input'")
        page.call("press", "#search_open", "Enter")
        self.assertEqual(page.focus, "search_input")
        page.call("press", "#search_input", "Escape")
        self.assertFalse(page.visible("#search"))
        self.assertEqual(page.focus, "search_open")
        page.say("\\leave")
        page.wait("document.querySelectorAll('#rooms li').length === 0")
        page.say("is anybody there?")
        self.assertIn("not in a room", page.text("#composer_note"))
        self.assertEqual(page.text("#announcer"), page.text("#composer_note"))
        self.assertEqual(page.call("inputValue", "#chat_input"), "is anybody there?")
        page.call("setViewportSize", {"width": 700, "height": 800})
        page.wait_gone("#sidebar.open")  # the page has noticed
        for name in ("sidebar", "members"):
            page.call("press", f"#{name}_open", "Enter")
            self.assertEqual(page.focus, f"{name}_close")
            page.call("press", f"#{name}_close", "Escape")
            self.assertEqual(page.focus, f"{name}_open")

    def test_focus_and_selection_survive_changes_of_a_list(self) -> None:
        """An element is updated in place, and not replaced."""
        server = self.fresh_server()
        alice = self.connect(server, "alice")
        page = self.open(server, nick="erin")
        alice.say("select me")
        page.wait_text("select me")
        page.evaluate("""
            window.button = document.querySelector("[data-name=alice] button");
            window.button.focus();
            const text = document.querySelector("#messages .row .text").firstChild;
            getSelection().setBaseAndExtent(text, 0, text, 6);
        """)
        alice.say("\\away at lunch", "more", "\\me waves")
        page.wait_text("waves")
        page.wait_for("[data-name=alice] .member.away")
        self.assertTrue(page.evaluate("document.activeElement === window.button"))
        self.assertTrue(page.evaluate("window.button.isConnected"))
        self.assertEqual(page.evaluate("String(getSelection())"), "select")


class DeviceTests(PageTestCase):
    """The page on a phone, and over a slow connection."""

    def test_everything_is_reachable_on_a_phone(self) -> None:
        """And nothing is wider than the screen."""
        server = self.fresh_server()
        alice = self.connect(server, "alice")
        page = self.open(server, PHONE)
        self.assertEqual(page.focus, "", "the on-screen keyboard stays closed")
        alice.say("w" * 500)
        page.wait_text("w" * 500)
        self.assertFalse(page.visible("#rooms .conversation"))
        self.assertFalse(page.visible("#chatters li"))
        self.assertTrue(page.visible("#chat_input"))
        page.call("tap", "#members_open")
        page.wait_for("#members.open")
        page.choose("#chatters li[data-name=alice] button", "Direct message")
        page.wait_for_text("#title", "alice")
        page.say("hello")
        alice.expect(" (private): hello\r\n")
        page.call("tap", "#sidebar_open")
        page.call("tap", "#rooms .conversation")
        page.wait_for_text("#title", "#lobby")
        page.call("tap", "#sidebar_open")
        page.call("press", "body", "Escape")
        page.wait_gone("#sidebar.open")
        self.assertEqual(page.focus, "sidebar_open")
        for element in ("document.body", "document.querySelector('#messages')"):
            self.assertLessEqual(page.evaluate(f"{element}.scrollWidth"), 390)
        # The status does not take the title's space.
        width = page.evaluate("document.querySelector('#title').clientWidth")
        server.kill()
        page.wait_status("Reconnecting")
        now = page.evaluate("document.querySelector('#title').clientWidth")
        self.assertGreaterEqual(now, width)

    def test_count_of_unread_messages_is_beside_the_title(self) -> None:
        """Also the widest one."""
        server = self.fresh_server()
        alice = self.connect(server, "alice")
        page = self.open(server, PHONE, nick="erin")
        alice.say(*[f"\\dm erin {number}" for number in range(120)])
        page.wait_for_text("#sidebar_badge", "99+")
        badge, title = (
            page.evaluate(f"document.querySelector('{node}').getBoundingClientRect()")
            for node in ("#sidebar_badge", "#title")
        )
        self.assertLess(badge["right"], title["left"])

    def test_console_is_free_of_errors_at_an_ipv6_address(self) -> None:
        """No Content-Security-Policy can name one, but it still has to permit it."""
        server = self.start("--store", "memory:", "--port", r"tcp6:0:interface=\:\:1")
        page = self.prepare()
        page.visit(f"http://[::1]:{server.port}/")
        page.wait_status("Connected")

    def test_back_closes_what_is_open_before_it_leaves_the_page(self) -> None:
        server = self.fresh_server()
        self.connect(server, "alice")
        page = self.open(server, PHONE)
        page.call("tap", "#sidebar_open")
        page.call("tap", "#profile")
        page.wait_for("dialog[open]")
        page.call("goBack")
        page.wait_gone("dialog[open]")
        page.wait_for("#app .open")
        page.call("goBack")
        page.wait_gone("#app .open")
        page.call("tap", "#members_open")
        page.choose("#chatters li[data-name=alice] button", "Direct message")
        page.wait_for_text("#title", "alice")
        page.call("tap", "#sidebar_open")
        page.call("reload")
        page.wait_status("Connected")
        page.wait("history.state?.layers === 1")
        self.assertEqual(page.text("#title"), "alice")
        page.call("goBack")
        page.wait_for_text("#title", "#lobby")
        page.call("tap", "#sidebar_open")
        page.call("tap", "#sidebar_close")
        page.wait("history.state === null")
        page.call("goBack")
        self.assertEqual(page.call("url"), "about:blank")

    def test_page_is_small_and_usable_before_it_is_connected(self) -> None:
        server = self.fresh_server()
        never = "window.WebSocket = class extends EventTarget { close() {} };"
        page = self.prepare(scripts=[never])
        self.visit(page, server)
        page.wait("performance.getEntriesByName('first-contentful-paint').length > 0")
        self.assertTrue(page.visible("#chat_input"))
        self.assertIn("Connecting", page.text("#status"))
        page.say("not lost")
        page.wait_text("not lost")
        weight = page.evaluate(
            "[...performance.getEntriesByType('navigation'),"
            " ...performance.getEntriesByType('resource')]"
            ".filter((one) => !one.name.includes('/on_demand/'))"
            ".reduce((sum, one) => sum + one.encodedBodySize, 0)"
        )
        self.assertGreater(weight, 10_000)
        self.assertLess(weight, MAX_WEIGHT)
        hosts = page.evaluate(
            "[...new Set(performance.getEntriesByType('resource')"
            ".map((one) => new URL(one.name).host))].join()"
        )
        self.assertEqual(hosts, f"127.0.0.1:{server.port}")
