"""What the page does if it fails, or if the browser is too old for it."""

from __future__ import annotations

from tests.end_to_end.page.browser import Page, PageTestCase


class FaultTests(PageTestCase):
    """A failure is shown, and what can still work does."""

    def expect_problem(self, page: Page, problem: str) -> None:
        """The only error in a page's console is the one that the test caused."""
        self.pages.remove(page)
        self.assertEqual(page.problems, [f"Error: {problem}"])

    def test_frame_that_cannot_be_handled_shows_a_banner(self) -> None:
        """And the frames after it are handled."""
        server = self.fresh_server()
        alice = self.connect(server, "alice")
        page = self.open(server)
        page.evaluate("""
            import("./frames.js").then(({ FRAME_HANDLERS }) => {
                FRAME_HANDLERS.topic = () => { throw new Error("broken frame"); };
            })
        """)
        self.assertFalse(page.visible("#fault"))
        alice.say("\\topic tea", "still here")
        page.wait_text("still here")
        page.wait("!document.querySelector('#fault').hidden")
        self.assertIn("Something went wrong", page.text("#fault"))
        page.wait_status("Connected")
        self.expect_problem(page, "broken frame")
        page.call("click", "#fault_reload")
        page.wait("document.querySelector('#fault').hidden")
        page.wait_status("Connected")

    def test_view_that_cannot_be_drawn_leaves_the_others(self) -> None:
        server = self.fresh_server()
        page = self.open(server)
        page.evaluate("""
            import("./view/members.js").then(({ MemberList }) => {
                let failed = false;
                const { show } = MemberList.prototype;
                MemberList.prototype.show = function () {
                    if (failed) return show.call(this);
                    failed = true;
                    throw new Error("broken view");
                };
            })
        """)
        alice = self.connect(server, "alice")
        alice.say("\\topic tea")
        page.wait("document.querySelector('#topic').textContent === 'tea'")
        page.wait("!document.querySelector('#fault').hidden")
        self.expect_problem(page, "broken view")

    def test_failure_of_an_extension_is_not_the_page_s(self) -> None:
        page = self.open(self.fresh_server())
        page.evaluate("""
            const error = new Error("not ours");
            error.stack = "Error: not ours at chrome-extension://abc/content.js:1:1";
            dispatchEvent(new ErrorEvent("error", { error }));
        """)
        self.assertFalse(page.visible("#fault"))

    def test_browser_that_is_too_old_is_told_which_one_it_takes(self) -> None:
        page = self.prepare(scripts=["delete Object.hasOwn;"])
        self.visit(page, self.fresh_server())
        page.wait("!document.querySelector('#unsupported').hidden")
        self.assertIn("Safari 15.4 or newer", page.text("#unsupported"))
        self.assertFalse(page.visible("#app"))
        self.assertFalse(page.visible("#status"))
