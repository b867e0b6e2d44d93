"""The page in a browser without what came after Chrome 100, Firefox 100, Safari 15.4.

Those browsers themselves cannot be had; Chromium without their missing functions stands
in for them.  tests/web/browsers.test.mjs looks for syntax and for style sheets.
"""

from __future__ import annotations

from tests.end_to_end.page.browser import PageTestCase
from tests.end_to_end.page.test_keyboard import press

OLD_BROWSER = """
    const setMethods = [
        "union", "intersection", "difference", "symmetricDifference",
        "isSubsetOf", "isSupersetOf", "isDisjointFrom",
    ];
    const iteratorMethods = [
        "map", "filter", "take", "drop", "flatMap", "reduce", "toArray",
        "forEach", "some", "every", "find",
    ];
    for (const [owner, ...names] of [
        [Array.prototype, "findLast", "findLastIndex", "with"],
        [Array.prototype, "toSorted", "toReversed", "toSpliced"],
        [Array, "fromAsync"],
        [Object, "groupBy"],
        [Map, "groupBy"],
        [Set.prototype, ...setMethods],
        [Iterator.prototype, ...iteratorMethods],
        [Promise, "withResolvers", "try"],
        [String.prototype, "isWellFormed", "toWellFormed"],
        [URL, "canParse", "parse"],
        [AbortSignal, "any", "timeout"],
        [Intl, "Segmenter"],
        [Element.prototype, "checkVisibility"],
        [HTMLElement.prototype, "inert", "popover", "showPopover", "hidePopover"],
        [window, "requestIdleCallback", "navigation"],
    ]) for (const name of names) delete owner[name];
"""


class OldBrowserTests(PageTestCase):
    """Everything works, and nothing is thrown."""

    def test_old_browser_can_chat(self) -> None:
        server = self.fresh_server()
        alice = self.connect(server, "alice")
        alice.say("needle", *(f"hay {n}" for n in range(80)))
        alice.expect("hay 79\r\n")
        page = self.open(server, nick="erin", scripts=[OLD_BROWSER])
        page.say("hello, alice")
        alice.expect("erin: hello, alice\r\n")
        alice.say("hi @erin", "\\dm erin psst", "\\me waves", "\\away tea")
        page.wait_text("waves")
        page.wait_for("#directs .badge")
        page.wait_for(".row.mention")
        page.say("\\search needle")
        page.wait_for(".result")
        page.call("click", ".result")
        page.wait_text("needle")
        page.call("type", "#chat_input", "al")
        page.call("press", "#chat_input", "Tab")
        self.assertIn("alice", page.call("inputValue", "#chat_input"))
        press(page, "Control+k", "a", "l", "Enter")
        page.wait_for_text("#title", "alice")
        page.call("reload")
        page.wait_status("Connected")
        page.wait_text("psst")
        self.assertFalse(page.visible("#fault"))

    def test_focus_stays_in_a_drawer_also_without_inert(self) -> None:
        page = self.open(self.fresh_server(), nick="erin", scripts=[OLD_BROWSER])
        page.call("setViewportSize", {"width": 700, "height": 800})
        page.wait_gone("#sidebar.open")  # the page has noticed
        page.call("click", "#sidebar_open")
        page.wait("document.activeElement.id === 'sidebar_close'")
        for _ in range(8):
            press(page, "Tab")
            self.assertTrue(
                page.evaluate(
                    "document.activeElement === document.body ||"
                    " document.querySelector('#sidebar')"
                    ".contains(document.activeElement)"
                )
            )
