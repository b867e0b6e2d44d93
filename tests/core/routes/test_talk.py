r"""Messages and the route ``\me``."""

from __future__ import annotations

from tests.support.routes import RouteCase
from twisted_chat.core.limits import MAX_AWAY, MAX_TOPIC
from twisted_chat.core.replies import Request


class MessageTests(RouteCase):
    """A line that is not a route is a message."""

    def test_message_is_shown_to_all_members_of_the_room(self) -> None:
        """Its author, too."""
        self.assert_typed(self.alice, "hi all", "alice: hi all")
        self.assert_sees(self.bob, "alice: hi all")

    def test_two_backslashes_begin_a_message_with_one(self) -> None:
        """Also without anything else."""
        self.assert_typed(self.alice, r"\\who", r"alice: \who")
        self.assert_typed(self.alice, r"\\", "alice: \\")

    def test_route_may_be_typed_with_a_slash(self) -> None:
        """In any case."""
        self.assert_typed(self.alice, "/me waves", "* alice waves")
        self.assert_typed(self.alice, "/ME waves", "* alice waves")

    def test_other_words_with_a_slash_are_messages(self) -> None:
        """Also the names of internal routes."""
        for line in ("/etc/passwd", "/", "/snapshot of it", "/custom_event"):
            self.assert_typed(self.alice, line, f"alice: {line}")

    def test_names_of_other_chats_are_aliases(self) -> None:
        """What is meant for one person is never posted to all."""
        for word in ("dm", "msg", "w", "pm", "tell", "whisper", "query", "Query"):
            for mark in ("\\", "/"):
                self.assert_typed(
                    self.alice,
                    f"{mark}{word} bob psst",
                    "alice (private to bob): psst",
                )
                self.assert_sees(self.bob, "alice (private): psst")
        self.assert_typed(self.alice, "/names", "here (2): alice, bob")
        self.assert_typed(self.alice, "/list", "rooms (1): lobby (2)")
        self.assert_typed(self.alice, "/n zoe", "alice: is now known as zoe")
        self.assert_typed(self.alice, r"\exit bye", "zoe: bye")
        self.assertEqual(self.alice.closed, "quit")
        self.bob.types("/j tea")
        self.assertEqual(self.bob.client.room, "tea")

    def test_unknown_route_is_refused(self) -> None:
        """With the route that lists them; nobody else sees it."""
        self.assert_typed(
            self.alice, r"\foo bar", r"error: no such command: \foo (try \help)"
        )
        self.assert_sees(self.bob)

    def test_text_with_a_backslash_is_a_message(self) -> None:
        """A path, LaTeX, a face: as typed."""
        for line in (
            "\\",
            r"\ who",
            r"\o/",
            r"\m/ yes",
            r"\begin{x}",
            r"\frac{1}{2} of it",
            r"\\server\share\x is full",
            r"\alpha\beta",
            r"\usr/bin",
            r"\_(-_-)_",
            r"\123",
        ):
            self.assert_typed(self.alice, line, f"alice: {line}")
        for line, word in ((r"\word", "word"), (r"\__word__ x", "__word__")):
            self.assert_typed(
                self.alice, line, rf"error: no such command: \{word} (try \help)"
            )

    def test_blanks_at_the_end_are_removed_and_those_at_the_beginning_stay(
        self,
    ) -> None:
        """They indent code."""
        for line, shown in (
            ("  x = 1  ", "alice:   x = 1"),
            ("x \u3000\xa0\t", "alice: x"),
            ("x \x07", "alice: x"),
            ("\\me waves \x07", "* alice waves"),
            (r"  \\who ", r"alice:   \who"),
        ):
            self.assert_typed(self.alice, line, shown)

    def test_white_space_around_a_route_is_ignored(self) -> None:
        """Of any script, before it and between its parts; so are unseen characters."""
        for line in (
            "   \\dm bob psst",
            "\t\\dm\tbob\tpsst",
            "\ufeff\\dm bob psst",
            "\u200b\u202e\u2800\\dm bob psst",
            "\x00\x07\\dm bob psst",
            "\x1b[A\\dm bob psst",
            "\u3000\\dm\u3000bob\u3000psst\u3000",
            "\xa0\\dm\xa0bob\u2003psst",
            "\\dm\ufeff bob psst",
            "／dm bob psst",
            "＼dm bob psst",
            "／ｄｍ　bob　psst",
            "￥dm bob psst",
            "¥dm bob psst",
            "₩dm bob psst",
            "  /DM bob psst",
        ):
            self.assert_typed(self.alice, line, "alice (private to bob): psst")
            self.assert_sees(self.bob, "alice (private): psst")

    def test_signs_of_east_asia_begin_only_known_routes(self) -> None:
        """A price or a face is a message."""
        for line in ("¥100", "＼(^o^)／", "／etc", "￥who2", "＼foo"):
            self.assert_typed(self.alice, line, f"alice: {line}")

    def test_line_without_anything_visible_is_ignored(self) -> None:
        """An empty line, or one of white space or control characters."""
        for line in ("", " ", "\t", "\x07", "\x1b", "\u2028"):
            self.assert_typed(self.alice, line)
        self.assert_sees(self.bob)


class SanitizeTests(RouteCase):
    """What is shown is sanitized and masked."""

    def test_message_is_sanitized(self) -> None:
        """It cannot move a cursor or forge a line."""
        self.alice.types("a\x1b[2Jb\x07\u202e\u2028bob: hi")
        self.assert_sees(self.bob, "alice: ab", "alice: bob: hi")

    def test_tab_stays_in_messages_and_is_a_blank_in_labels(self) -> None:
        """A table can be pasted; topics and away texts stand within a line."""
        for line, shown in (
            ("bolt\t12\t3.50", "alice: bolt\t12\t3.50"),
            ("\\me has\t2", "* alice has\t2"),
            ("\\dm bob a\tb", "alice (private): a\tb"),
            ("\\topic a\tb", "alice: set the topic to: a b"),
            ("\\away a\tb", "alice: is away (a b)"),
        ):
            self.alice.types(line)
            self.assert_sees(self.bob, shown)

    def test_topics_and_away_texts_are_one_line(self) -> None:
        """A line break in them becomes a blank; a message keeps it."""
        for route, shown in (
            ("topic", ["alice: set the topic to: a b"]),
            ("away", ["alice: is away (a b)"]),
            ("me", ["* alice a", "* alice", "* alice  b"]),
            (
                "dm bob",
                ["alice (private): a", "alice (private):", "alice (private):  b"],
            ),
        ):
            name, _, words = f"{route} a\r\n\u2029 b\n".partition(" ")
            self.alice.asks(Request(name, words))
            self.assert_sees(self.bob, *shown)

    def test_topic_and_away_text_have_limits_of_their_own(self) -> None:
        """A longer one is refused with the limit."""
        for route, limit, shown in (
            ("topic", MAX_TOPIC, "alice: set the topic to: {}"),
            ("away", MAX_AWAY, "alice: is away ({})"),
        ):
            longest = "ü" * (limit // 2)
            self.alice.asks(Request(route, longest + "x"))
            error = f"error: the text is longer than {limit} bytes: not sent"
            self.assert_sees(self.alice, error)
            self.alice.asks(Request(route, longest))
            self.assert_sees(self.alice, shown.format(longest))

    def test_words_quoted_in_a_reply_are_sanitized(self) -> None:
        """The client that typed or pasted them does not get them back."""
        unsafe = "\x1b]0;x\x07\u202e"
        for line, reply in (
            (rf"\f{unsafe}", r"error: no such command: \f (try \help)"),
            (rf"\help f{unsafe}", r"error: no such command: \f (try \help)"),
            (rf"\dm b{unsafe} x", r"error: nobody here is called b (try \who)"),
            (
                rf"\history ten{unsafe}",
                r"error: ten is not a positive whole number (try \history 20)",
            ),
            (
                rf"\unignore b{unsafe}",
                "error: you do not ignore b (\\ignore lists them)",
            ),
            (rf"\search b{unsafe}", "found (0): b"),
        ):
            self.assert_typed(self.alice, line, reply)

    def test_words_of_the_filter_are_masked_in_every_text(self) -> None:
        """In messages, actions, topics, direct messages and away texts."""
        self.chat.chat.texts.mask = lambda text: text.replace("darn", "****")
        for line, shown in (
            ("darn it", "alice: **** it"),
            (r"\me says darn", "* alice says ****"),
            (r"\topic darn", "alice: set the topic to: ****"),
            (r"\dm bob darn", "alice (private to bob): ****"),
            (r"\away darn", "alice: is away (****)"),
        ):
            self.assert_typed(self.alice, line, shown)

    def test_words_of_the_filter_are_masked_in_a_last_message(self) -> None:
        """The text of ``\\quit``."""
        self.chat.chat.texts.mask = lambda text: text.replace("darn", "****")
        self.bob.types(r"\quit darn")
        self.assert_sees(self.alice, "bob: ****", "bob: left the chat")


class MeTests(RouteCase):
    r"""``\me TEXT``"""

    def test_action_is_shown_to_all_members_of_the_room(self) -> None:
        """Its author, too."""
        self.assert_typed(self.alice, r"\me waves", "* alice waves")
        self.assert_sees(self.bob, "* alice waves")

    def test_action_without_a_visible_text_is_refused(self) -> None:
        """Nothing is shown."""
        self.assert_typed(
            self.alice, r"\me", r"error: TEXT is missing (usage: \me TEXT)"
        )
        self.assert_typed(self.alice, "\\me \x07", "error: the message is empty")
        self.assert_sees(self.bob)

    def test_action_outside_every_room_is_refused(self) -> None:
        """With the route that helps."""
        self.alice.types(r"\leave")
        self.alice.sees()
        self.assert_typed(
            self.alice, r"\me waves", r"error: you are in no room: \join ROOM first"
        )


class CustomEventTests(RouteCase):
    """The route of Socket.IO clients."""

    def test_custom_event_is_not_shown_as_a_line(self) -> None:
        """It is for Socket.IO clients only."""
        self.alice.asks(Request("custom_event", "", raw="[1]", internal=True))
        self.assert_sees(self.alice)
        self.assert_sees(self.bob)
