"""The shortcuts of the page, the switcher, and where typed text goes."""

from __future__ import annotations

from tests.end_to_end.page.browser import Page, PageTestCase


def press(page: Page, *keys: str) -> None:
    """Press keys wherever the focus is."""
    for key in keys:
        page.evaluate("document.activeElement.dataset.pressed = ''")
        page.call("press", "[data-pressed]", key)
        page.evaluate(
            "for (const one of document.querySelectorAll('[data-pressed]'))"
            " delete one.dataset.pressed;"
        )


def selected_text(page: Page) -> str:
    return str(page.evaluate("String(getSelection())"))


class FocusTests(PageTestCase):
    """Where the focus is, is seen."""

    def test_focus_ring_of_the_title_is_not_cut_off(self) -> None:
        """Its heading shows nothing outside itself."""
        page = self.open(self.fresh_server(), nick="erin")
        page.call("focus", "#search_open")
        page.call("press", "#search_open", "Shift+Tab")
        self.assertEqual(page.focus, "title")
        outside = page.evaluate("""(() => {
            const title = document.querySelector('#title');
            const style = getComputedStyle(title);
            const [width, offset] = [style.outlineWidth, style.outlineOffset];
            const ring = parseFloat(width) + parseFloat(offset);
            const inner = title.getBoundingClientRect();
            const outer = title.parentElement.getBoundingClientRect();
            return {
                shown: style.outlineStyle,
                left: outer.left - (inner.left - ring),
                top: outer.top - (inner.top - ring),
                bottom: inner.bottom + ring - outer.bottom,
            };
        })()""")
        self.assertEqual(outside.pop("shown"), "solid")
        for side, pixels in outside.items():
            self.assertLessEqual(pixels, 0, side)


class SwitcherTests(PageTestCase):
    """Ctrl+K, a part of a name, Enter."""

    def test_switcher_opens_rooms_members_and_direct_conversations(self) -> None:
        server = self.fresh_server()
        self.connect(server, "alice")
        self.connect(server, "bob").say("\\join garden")
        page = self.open(server, nick="erin")
        page.say("\\join tea")
        page.wait_for_text("#title", "#tea")
        for typed, title in (
            ("lob", "#lobby"),
            ("ali", "alice"),
            ("#te", "#tea"),
            ("@al", "alice"),
        ):
            press(page, "Control+k")
            page.wait("document.querySelector('#switcher_dialog').open")
            page.call("type", "#switcher_input", typed)
            press(page, "Enter")
            page.wait_for_text("#title", title)
            self.assertFalse(page.visible("#switcher_dialog"))
            self.assertEqual(page.focus, "chat_input")
        press(page, "Control+k")
        page.call("type", "#switcher_input", "gard")
        page.wait_for("#switcher_list [role=option]")
        self.assertIn("join", page.text("#switcher_list"))
        press(page, "Enter")
        page.wait_for_text("#title", "#garden")

    def test_arrow_keys_choose_and_the_choice_is_announced(self) -> None:
        server = self.fresh_server()
        page = self.open(server, nick="erin")
        page.say("\\join tea")
        page.wait_for_text("#title", "#tea")
        press(page, "Control+k")
        active = (
            "document.getElementById(document.querySelector('#switcher_input')"
            ".getAttribute('aria-activedescendant'))"
        )
        page.wait(f"{active}.textContent.includes('lobby')")
        press(page, "ArrowDown")
        page.wait(f"{active}.textContent.includes('tea')")
        self.assertEqual(page.evaluate(f"{active}.ariaSelected"), "true")
        press(page, "ArrowUp")
        page.wait(f"{active}.textContent.includes('lobby')")
        press(page, "Enter")
        page.wait_for_text("#title", "#lobby")

    def test_escape_and_ctrl_k_close_it_and_the_focus_returns(self) -> None:
        page = self.open(self.fresh_server(), nick="erin")
        for key in ("Escape", "Control+k"):
            page.call("focus", "#search_open")
            press(page, "Control+k")
            page.wait("document.activeElement.id === 'switcher_input'")
            press(page, "Tab", "Tab")
            inside = page.evaluate(
                "document.activeElement === document.body ||"
                " document.querySelector('#switcher_dialog')"
                ".contains(document.activeElement)"
            )
            self.assertTrue(inside, "the focus stays in the dialog")
            page.call("focus", "#switcher_input")
            press(page, key)
            page.wait("!document.querySelector('#switcher_dialog').open")
            self.assertEqual(page.focus, "search_open")


class ShortcutTests(PageTestCase):
    """From one conversation to another, and to the end."""

    def test_alt_and_the_arrow_keys_go_to_the_next_conversation(self) -> None:
        server = self.fresh_server()
        alice = self.connect(server, "alice")
        page = self.open(server, nick="erin")
        for room in ("garden", "tea"):
            page.say(f"\\join {room}")
            page.wait_for_text("#title", f"#{room}")
        for key, title in (
            ("Alt+ArrowDown", "#lobby"),
            ("Alt+ArrowDown", "#garden"),
            ("Alt+ArrowUp", "#lobby"),
            ("Alt+ArrowUp", "#tea"),
        ):
            press(page, key)
            page.wait_for_text("#title", title)
        alice.say("\\dm erin psst")
        page.wait_for("#directs .badge")
        press(page, "Alt+Shift+ArrowDown")
        page.wait_for_text("#title", "alice")
        page.wait_gone("#directs .badge")

    def test_escape_goes_to_the_newest_message(self) -> None:
        server = self.fresh_server()
        alice = self.connect(server, "alice")
        page = self.open(server, nick="erin")
        alice.say(*(f"line {number}" for number in range(80)))
        page.wait_text("line 79")
        page.evaluate("document.querySelector('#messages').scrollTop = 0")
        page.wait("!document.querySelector('#latest').hidden")
        press(page, "Escape")
        page.wait("document.querySelector('#latest').hidden")
        self.assertEqual(page.focus, "chat_input")

    def test_shortcuts_are_listed(self) -> None:
        page = self.open(self.fresh_server(), nick="erin")
        press(page, "Control+/")
        page.wait("document.querySelector('#shortcuts_dialog').open")
        self.assertIn("Next unread conversation", page.text("#shortcuts_list"))
        press(page, "Alt+ArrowDown", "Escape")
        self.assertFalse(page.visible("#shortcuts_dialog"))
        page.call("click", "#profile")
        page.call("click", "#shortcuts_open")
        self.assertTrue(page.visible("#shortcuts_dialog"))
        self.assertFalse(page.visible("#profile_dialog"))


class TypingTests(PageTestCase):
    """What is typed anywhere goes into the message field."""

    def test_typing_after_a_click_on_a_message(self) -> None:
        server = self.fresh_server()
        alice = self.connect(server, "alice")
        page = self.open(server, nick="erin")
        alice.say("copy me")
        page.wait_text("copy me")
        page.call("click", "#messages .row .text")
        self.assertNotEqual(page.focus, "chat_input")
        press(page, "h", "i", "Enter")
        alice.expect("erin: hi\r\n")
        page.call("dblclick", "#messages .row .text", {"position": {"x": 8, "y": 8}})
        self.assertEqual(selected_text(page).strip(), "copy")
        press(page, "Control+c")
        self.assertNotEqual(page.focus, "chat_input")
        self.assertEqual(selected_text(page).strip(), "copy")
        page.call("focus", "#search_open")
        press(page, "x")
        self.assertEqual(page.call("inputValue", "#chat_input"), "x")

    def test_other_fields_and_dialogs_keep_what_is_typed(self) -> None:
        page = self.open(self.fresh_server(), nick="erin")
        page.call("click", "#search_open")
        press(page, "q")
        self.assertEqual(page.call("inputValue", "#search_input"), "q")
        page.call("click", "#profile")
        page.call("focus", "#profile_cancel")
        press(page, "q")
        self.assertEqual(page.call("inputValue", "#chat_input"), "")
