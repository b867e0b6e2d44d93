r"""The table of routes, as ``\help`` lists it."""

from __future__ import annotations

from tests.support.routes import RouteCase


class HelpTests(RouteCase):
    r"""``\help [ROUTE]``"""

    def test_help_lists_all_routes_with_their_usage(self) -> None:
        """Except internal ones."""
        self.alice.types(r"\help")
        lines = self.alice.sees()
        self.assertEqual(
            [line.split("  ")[0].rstrip() for line in lines],
            [
                r"\nick NAME",
                r"\dm NAME TEXT",
                r"\who [ROOM]",
                r"\help [ROUTE]",
                r"\me TEXT",
                r"\join ROOM [KEY]",
                r"\leave [ROOM]",
                r"\rooms",
                r"\topic [TEXT]",
                r"\away [TEXT]",
                r"\quit [TEXT]",
                r"\history [N] [before WHEN]",
                r"\search WORDS",
                r"\ignore [NAME]",
                r"\unignore NAME",
                r"\delete [NAME] [N]",
                r"\edit TEXT",
                r"\room [SETTING]",
                r"\op NAME",
                r"\deop NAME",
                r"\voice NAME",
                r"\devoice NAME",
                r"\invite NAME",
                r"\kick NAME [TEXT]",
                r"\mute NAME [DURATION]",
                r"\unmute NAME",
                r"\ban WHO [DURATION] [TEXT]",
                r"\unban WHO",
                r"\bans",
                r"\audit [N]",
                r"\register [PASSWORD]",
                r"\login NAME [PASSWORD]",
                r"\logout",
                r"\password [OLD] [NEW]",
                r"\setpassword NAME [PASSWORD]",
                r"\unregister [PASSWORD]",
                r"\operator NAME [off]",
                r"\whois NAME",
            ],
        )

    def test_help_of_one_route_has_its_alias(self) -> None:
        """And what it does."""
        self.assert_typed(
            self.alice,
            r"\help dm",
            r"\dm NAME TEXT - send a direct message to one person",
            r"also: \msg, \w, \pm, \tell, \whisper, \query",
        )

    def test_help_of_an_unknown_route_is_refused(self) -> None:
        """Like the route itself."""
        self.assert_typed(
            self.alice, r"\help foo", r"error: no such command: \foo (try \help)"
        )


class RefusalTests(RouteCase):
    """What is refused is named in the refusal."""

    def test_no_refusal_repeats_what_is_long(self) -> None:
        """A line of 4 KB may be one word; its beginning is enough."""
        words = ("x" * 3900, "bob " + "y" * 3900, "z" * 1900 + " " + "z" * 1900)
        seen = 0
        for command in self.chat.chat.table:
            for argument in words:
                (carol,) = self.chat.people("carol")
                carol.types(f"\\{command.name} {argument}")
                errors = [line for line in carol.sees() if line.startswith("error: ")]
                seen += len(errors)
                for line in errors:
                    self.assertLess(len(line), 400, (command.name, line[:80]))
                carol.leaves()
        self.assertGreater(seen, 50)
