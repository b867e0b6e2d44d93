"""Texts on the page: pasted, with code, folded, from right to left, printed."""

from __future__ import annotations

import json

from tests.end_to_end.page.browser import DESKTOP, PHONE, Page, PageTestCase

PROGRAM = "\n".join(
    f"def f{number}(x):\n\tif x > {number}:\n\n        return f{number}(x - 1)\n"
    f"    return {{'x': x}}  # \\quit /quit `{number}`"
    for number in range(40)
)
"""200 lines with tabs, indentation and blank lines."""

SHOWN = "[...document.querySelectorAll('#messages .row .text')]"


def paste(page: Page, text: str) -> None:
    """Put a text on the clipboard, and paste it into the composer with the keyboard."""
    page.evaluate(f"""
        const source = document.createElement("textarea");
        source.value = {json.dumps(text)};
        document.body.append(source);
        source.select();
        document.execCommand("copy");
        source.remove();
    """)
    page.call("focus", "#chat_input")
    page.call("press", "#chat_input", "Control+V")
    page.wait(f"document.querySelector('#chat_input').value === {json.dumps(text)}")


def pasted(page: Page) -> str:
    """What the clipboard contains, by way of the composer."""
    page.call("fill", "#chat_input", "")
    page.call("press", "#chat_input", "Control+V")
    return str(page.call("inputValue", "#chat_input"))


class PasteTests(PageTestCase):
    """A text of several lines is one message, unless it is too long for one."""

    def test_a_long_program_arrives_unchanged(self) -> None:
        """As two messages, one right behind the other."""
        server = self.fresh_server()
        page = self.open(server, nick="erin")
        reader = self.open(server, nick="dana")
        alice = self.connect(server, "alice")
        paste(page, PROGRAM)
        size = "200 lines: sent as 2 messages"
        self.assertEqual(page.text("#composer_lines"), size)
        self.assertEqual(page.text("#announcer"), size)
        page.call("press", "#chat_input", "Enter")
        self.assertEqual(page.call("inputValue", "#chat_input"), "")
        self.assertEqual(page.text("#composer_lines"), "")
        for shown in (page, reader):
            shown.wait(f"{SHOWN}.length === 2")
            shown.wait_settled()
            self.assertEqual("\n".join(shown.texts), PROGRAM)
            self.assertEqual(shown.count("#messages .text > .code"), 2)
            self.assertEqual(shown.count("#messages .text.folded"), 2)
        for line in PROGRAM.split("\n"):
            self.assertEqual(alice.line(), f"erin: {line}".rstrip())
        page.call("press", "#chat_input", "ArrowUp")
        self.assertEqual(page.call("inputValue", "#chat_input"), PROGRAM)

    def test_text_that_cannot_be_sent_is_not_pasted(self) -> None:
        """A megabyte in the field would stop the browser."""
        page = self.open(self.fresh_server())
        page.evaluate("""
            const data = new DataTransfer();
            data.setData("text/plain", "line\\n".repeat(200000));
            const how = { clipboardData: data, bubbles: true, cancelable: true };
            const field = document.querySelector("#chat_input");
            window.refused = !field.dispatchEvent(new ClipboardEvent("paste", how));
        """)
        self.assertTrue(page.evaluate("window.refused"))
        self.assertIn("too long to send", page.text("#composer_note"))
        page.call("fill", "#chat_input", "short")
        self.assertEqual(page.text("#composer_note"), "")

    def test_lines_are_never_carried_out(self) -> None:
        server = self.fresh_server()
        page = self.open(server, nick="erin")
        said = [
            "one\n/quit\nthree",
            "\\begin{x}\n  \\frac{1}{2}\n\\end{x}",
            "/quit\n\n\tbye",
            "\\begin{x}",
        ]
        for text in said:
            paste(page, text)
            page.call("press", "#chat_input", "Enter")
            page.wait_text(text)
        page.wait_settled()
        self.assertEqual(page.texts, said)
        self.assertEqual(page.text("#status"), "Connected")
        paste(page, "\\dm alice it is\na secret")
        page.call("press", "#chat_input", "Enter")
        self.assertIn("never a command", page.text("#composer_note"))
        self.assertEqual(page.texts, said)

    def test_lines_are_written_in_the_field(self) -> None:
        """With Shift and Enter, or on a phone with a button."""
        server = self.fresh_server()
        page = self.open(server, nick="erin")
        page.call("type", "#chat_input", "one")
        page.call("press", "#chat_input", "Shift+Enter")
        self.assertEqual(page.text("#composer_lines"), "2 lines")
        page.call("type", "#chat_input", "two")
        self.assertFalse(page.visible("#new_line"))
        page.call("press", "#chat_input", "Enter")
        page.wait_text("one\ntwo")
        phone = self.open(server, PHONE, nick="dana")
        self.assertFalse(phone.visible("#new_line"))
        phone.call("fill", "#chat_input", "three")
        phone.call("tap", "#new_line")
        phone.call("type", "#chat_input", "four")
        phone.call("tap", "#send")
        page.wait_text("three\nfour")


class CodeTests(PageTestCase):
    """Code in messages, and long messages."""

    def test_code_is_shown_as_code_and_can_be_copied(self) -> None:
        """With and without the browser's interface to the clipboard."""
        server = self.fresh_server()
        insecure = "Object.defineProperty(navigator, 'clipboard', { value: undefined })"
        text = "see `x < y` and\n```sh\nls\n\n\techo '<b>'\n```\n    indented\nhttps://a.example/"
        for scripts in ([], [insecure]):
            page = self.open(server, scripts=scripts)
            page.say(text)
            page.wait_settled()
            page.wait_for(".row:last-child .code")
            last = ".row:last-child"
            self.assertEqual(page.text(f"{last} .text > code"), "x < y")
            self.assertEqual(page.count(f"{last} pre.code"), 2)
            code = page.text(f"{last} pre.code code")
            self.assertEqual(code, "ls\n\n\techo '<b>'")
            self.assertEqual(page.count(f"{last} a"), 1)
            self.assertEqual(page.violations(), [])
            page.call("hover", f"{last} pre.code")
            page.call("click", f"{last} pre.code .copy")
            page.wait_for_text("#announcer", "Copied")
            self.assertEqual(pasted(page), code)

    def test_lines_of_code_that_are_messages_have_no_frames(self) -> None:
        """A program that is pasted into telnet can be read as one."""
        server = self.fresh_server()
        page = self.open(server)
        alice = self.connect(server, "alice")
        alice.say("def double(x):", "    y = 2 * x", "    return y")
        page.wait_text("    return y")
        self.assertEqual(page.count("#messages .code"), 2)
        self.assertEqual(page.count("#messages .copy"), 0)
        gap = page.evaluate(
            "(([a, b]) => b.top - a.bottom)([...document.querySelectorAll("
            "'#messages .code')].map((node) => node.getBoundingClientRect()))"
        )
        self.assertLess(gap, 5)

    def test_code_that_cannot_be_copied_is_selected(self) -> None:
        refuse = (
            "Object.defineProperty(navigator, 'clipboard', { value: undefined });"
            "document.execCommand = () => false;"
        )
        page = self.open(self.fresh_server(), scripts=[refuse])
        page.say("    a\n\tb")
        page.wait_settled()
        page.call("click", ".copy")
        page.wait(
            "document.querySelector('#announcer').textContent.includes('selected')"
        )
        self.assertEqual(page.evaluate("String(getSelection())"), "    a\n\tb")

    def test_long_messages_are_folded(self) -> None:
        """Until they are opened, or something in them is found or has the focus."""
        server = self.fresh_server()
        page = self.open(server, nick="erin")
        lines = [f"line {number}" for number in range(57)]
        lines[50] = "https://a.example/"
        page.say("\n".join(lines))
        page.wait_settled()
        page.say("after it")
        page.wait_settled()
        height = "document.querySelector('.row .text').offsetHeight"
        folded = page.evaluate(height)
        self.assertEqual(page.text(".fold"), "Show all 57 lines")
        self.assertEqual(page.violations(), [])
        page.call("click", ".fold")
        page.wait_for_text(".fold", "Show less")
        self.assertGreater(page.evaluate(height), 2 * folded)
        page.call("click", ".fold")
        page.wait_for_text(".fold", "Show all 57 lines")
        self.assertEqual(page.evaluate(height), folded)
        page.evaluate("document.querySelector('.row a').focus()")
        page.wait_for_text(".fold", "Show less")
        page.wait("""
            (({ top, bottom }) => top > 60 && bottom < innerHeight - 60)(
              document.querySelector(".row a").getBoundingClientRect())
        """)

    def test_hits_of_a_search_are_marked(self) -> None:
        server = self.fresh_server()
        alice = self.connect(server, "alice")
        page = self.open(server, nick="erin")
        alice.say("Ein Fisch in der STRASSE", "und eine Straße für Fische")
        page.wait_text("und eine Straße für Fische")
        page.say("\\search straße fisch")
        page.wait("document.querySelectorAll('#search_results mark').length === 4")
        marked = page.evaluate(
            "[...document.querySelectorAll('#search_results mark')]"
            ".map((mark) => mark.textContent)"
        )
        self.assertEqual(marked, ["Straße", "Fisch", "Fisch", "STRASSE"])


class ReadingTests(PageTestCase):
    """Directions, modes, and paper."""

    def test_lines_have_the_direction_of_their_script(self) -> None:
        server = self.fresh_server()
        page = self.open(server, nick="erin")
        page.say("אחת\nenglish\nثلاثة")
        page.wait_text("אחת\nenglish\nثلاثة")
        page.say("hi")
        page.wait_text("hi")
        # The side of each line: of the text's box, from its first letter on.
        sides = page.evaluate("""
            [...document.querySelectorAll(".row .text")].flatMap((text) => {
              const box = text.getBoundingClientRect();
              const lines = text.textContent.split("\\n");
              let at = 0;
              return lines.map((line) => {
                const range = document.createRange();
                range.setStart(text.firstChild, at);
                range.setEnd(text.firstChild, at + line.length);
                at += line.length + 1;
                const { left, right } = range.getBoundingClientRect();
                return left - box.left < box.right - right ? "left" : "right";
              });
            })
        """)
        self.assertEqual(sides, ["right", "left", "right", "left"])
        page.call("fill", "#chat_input", "שלום")
        self.assertTrue(
            page.evaluate("document.querySelector('#chat_input').matches(':dir(rtl)')")
        )

    def test_dot_of_an_event_is_beside_its_text_in_every_script(self) -> None:
        """An event that begins with a name from right to left is on the right."""
        gap = """(() => {
            const line = [...document.querySelectorAll('.system')].at(-1);
            const range = document.createRange();
            range.selectNodeContents(line);
            const text = range.getBoundingClientRect();
            const box = line.getBoundingClientRect();
            const dot = getComputedStyle(line, '::before');
            const left = box.left + parseFloat(dot.left);
            const right = left + parseFloat(dot.width);
            return Math.max(text.left - right, left - text.right);
        })()"""
        for options in (DESKTOP, PHONE):
            server = self.fresh_server()
            alice = self.connect(server, "alice")
            page = self.open(server, options, nick="erin")
            for name in ("\u05e2\u05d1\u05e8\u05d9\u05ea", "anna"):
                alice.say(f"\\nick {name}")
                page.wait(
                    "[...document.querySelectorAll('.system')]"
                    f".at(-1)?.textContent.endsWith({name!r})"
                )
                found: float = page.evaluate(gap)
                self.assertGreater(found, 0, name)

    def test_compact_mode_has_one_line_for_each_message(self) -> None:
        """It is a setting that this browser remembers."""
        server = self.fresh_server()
        page = self.open(server, nick="erin")
        for text in ("one", "two", "/me waves"):
            page.say(text)
        page.wait_text("waves")
        page.wait_settled()
        page.call("click", "#profile")
        page.call("check", "#compact_input")
        page.call("click", "#profile_form [type=submit]")
        page.wait("document.querySelectorAll('.row.compact').length === 3")
        rows = "[...document.querySelectorAll('.row.compact')]"
        self.assertEqual(page.count(".row .avatar"), 0)
        heights = page.evaluate(f"{rows}.map((row) => row.offsetHeight)")
        self.assertLess(max(heights), 30)
        shown = page.evaluate(f"{rows}.map((row) => row.textContent)")
        for text, row in zip(("one", "two", "waves"), shown, strict=True):
            self.assertRegex(row, rf"^\d\d:\d\d erin {text}$")
        self.assertEqual(page.violations(), [])
        page.call("reload")
        page.wait_status("Connected")
        page.wait("document.querySelectorAll('.row.compact').length === 3")

    def test_the_whole_conversation_is_printed(self) -> None:
        """Long messages, too, in black on white, and nothing but the conversation."""
        server = self.fresh_server()
        page = self.open(server, {**DESKTOP, "colorScheme": "dark"}, nick="erin")
        for number in range(5):
            page.say("\n".join(f"line {number}.{line}" for line in range(40)))
        page.wait_settled()
        page.call("emulateMedia", {"media": "print"})
        for hidden in (
            "#chat_form",
            "#sidebar",
            "#members",
            ".fold",
            "#status",
            "#latest",
        ):
            self.assertFalse(page.visible(hidden), hidden)
        bottoms = page.evaluate(
            "[...document.querySelectorAll('.row')]"
            ".map((row) => row.getBoundingClientRect().bottom)"
        )
        self.assertGreater(bottoms[-1], 5 * 40 * 12)
        whole = page.evaluate("document.documentElement.scrollHeight")
        self.assertLess(abs(whole - (bottoms[-1] + page.evaluate("scrollY"))), 60)
        self.assertTrue(page.visible("#title"))
        color = page.evaluate(
            "getComputedStyle(document.querySelector('.row .text')).color"
        )
        self.assertEqual(color, "rgb(0, 0, 0)")

    def test_mentions_are_visible_in_forced_colors(self) -> None:
        server = self.fresh_server()
        alice = self.connect(server, "alice")
        for scheme in ("light", "dark"):
            options = {**DESKTOP, "colorScheme": scheme, "forcedColors": "active"}
            page = self.open(server, options, nick=f"erin-{scheme}")
            alice.say(f"hello erin-{scheme}")
            page.wait_for(".row.mention mark")
            name, ground = page.evaluate("""
                (({ color, backgroundColor }) => [color, backgroundColor])(
                  getComputedStyle(document.querySelector(".row.mention mark")))
            """)
            self.assertNotEqual(name, ground)
            border = page.evaluate(
                "getComputedStyle(document.querySelector('.row.mention')).borderInlineStartWidth"
            )
            self.assertNotEqual(border, "0px")
            self.assertEqual(page.violations(), [])
