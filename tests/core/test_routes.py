"""The backslash routes, each in every outcome, as a telnet user sees them."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.core.limits import MAX_HISTORY, MAX_IGNORED, MAX_ROOMS
from twisted_chat.core.replies import Request
from twisted_chat.testing import FakeClient, TestChat

RULE = "a nickname has 1 to 32 letters, digits, _ - or ., no spaces or other characters"


class RouteCase(SynchronousTestCase):
    """Alice and bob are in the lobby, and have read all so far."""

    def setUp(self) -> None:
        self.room = TestChat()
        self.alice, self.bob = self.room.people("alice", "bob")

    def types(self, client: FakeClient, line: str, *shown: str) -> None:
        """A client types a line and is shown just this."""
        client.types(line)
        self.assertEqual(client.sees(), list(shown))

    def sees(self, client: FakeClient, *shown: str) -> None:
        self.assertEqual(client.sees(), list(shown))


class SayTests(RouteCase):
    """What is no route is said."""

    def test_hi(self) -> None:
        """``alice: hi all``, to the sender too."""
        self.types(self.alice, "hi all", "alice: hi all")
        self.sees(self.bob, "alice: hi all")

    def test_a_backslash_first(self) -> None:
        """``\\\\text`` says text that starts with one backslash."""
        self.types(self.alice, r"\\who", r"alice: \who")
        self.types(self.alice, r"\\", "alice: \\")

    def test_a_slash_first(self) -> None:
        """A route may be typed with ``/``; an unknown ``/word`` is plain text."""
        self.types(self.alice, "/me waves", "* alice waves")
        self.types(self.alice, "/ME waves", "* alice waves")
        self.types(self.alice, "/etc/passwd", "alice: /etc/passwd")
        self.types(self.alice, "/", "alice: /")
        self.types(self.alice, "/entrance fees", "alice: /entrance fees")
        self.types(self.alice, "/signal", "alice: /signal")

    def test_no_such_route(self) -> None:
        """An error that says where to look."""
        self.types(self.alice, r"\foo bar", r"error: no such command: \foo (try \help)")
        self.types(self.alice, "\\", r"error: no such command: \ (try \help)")
        self.sees(self.bob)

    def test_nothing(self) -> None:
        """Empty lines, and lines of what cannot be shown, are ignored."""
        for line in ("", " ", "\t", "\x07", "\x1b", "\u2028"):
            self.types(self.alice, line)
        self.sees(self.bob)

    def test_control_characters(self) -> None:
        """Nobody's text moves another's cursor or forges a line."""
        self.alice.types("a\x1b[2Jb\x07\u202e\u2028bob: hi")
        self.sees(self.bob, "alice: a[2Jbbob: hi")

    def test_control_characters_in_refusals(self) -> None:
        """Not even an error shows them again to who typed, or pasted, them."""
        esc = "\x1b]0;x\x07\u202e"
        for line, answer in (
            (rf"\f{esc}", r"error: no such command: \f]0;x (try \help)"),
            (rf"\help f{esc}", r"error: no such command: \f]0;x (try \help)"),
            (rf"\dm b{esc} x", r"error: nobody here is called b]0;x (try \who)"),
            (
                rf"\history 2{esc}",
                r"error: 2]0;x is not a positive number (try \history 20)",
            ),
            (rf"\unignore b{esc}", "error: you do not ignore b]0;x"),
            (rf"\search b{esc}", "found (0): b]0;x"),
        ):
            self.types(self.alice, line, answer)

    def test_masked_words(self) -> None:
        """What the operator does not want to be read is masked, in every route."""
        self.room.chat.mask = lambda text: text.replace("darn", "****")
        self.types(self.alice, "darn it", "alice: **** it")
        self.types(self.alice, r"\me says darn", "* alice says ****")
        self.types(self.alice, r"\topic darn", "alice: set the topic to: ****")
        self.types(self.alice, r"\dm bob darn", "alice (private to bob): ****")
        self.types(self.alice, r"\away darn", "alice: is away (****)")
        self.bob.sees()
        self.bob.types(r"\quit darn")
        self.sees(self.alice, "bob: ****", "bob: left the chat")


class NickTests(RouteCase):
    """``\\nick NAME``"""

    def test_another_name(self) -> None:
        """Everyone in the room is told, and what follows is said under it."""
        self.alice.types(r"\nick carol", "hi")
        for client in (self.alice, self.bob):
            self.sees(client, "alice: is now known as carol", "carol: hi")
        self.types(self.bob, r"\dm carol psst", "bob (private to carol): psst")
        self.types(
            self.bob,
            r"\dm alice psst",
            r"error: nobody here is called alice (try \who)",
        )

    def test_taken(self) -> None:
        """A name in use, in any case or width or one that looks like it."""
        for name in ("bob", "BOB", "ｂｏｂ", "b0b"):
            self.types(
                self.alice,
                rf"\nick {name}",
                f"error: {name} or a name like it is in use: choose another",
            )
        self.assertEqual(self.alice.nick, "alice")
        self.sees(self.bob)

    def test_no_name(self) -> None:
        """Names that cannot be are refused with the rule."""
        for line, error in (
            (r"\nick", r"usage: \nick NAME"),
            (r"\nick a b", r"usage: \nick NAME"),
            (r"\nick guest_7", "guest_7 is reserved for guests: choose another"),
            (r"\nick alice", "you are alice already"),
            (
                r"\nick a:b",
                RULE,
            ),
        ):
            self.types(self.alice, line, f"error: {error}")

    def test_only_the_case(self) -> None:
        """One's own name in another case is not taken."""
        self.types(self.alice, r"\nick Alice", "alice: is now known as Alice")
        self.bob.sees()
        self.types(
            self.bob,
            r"\nick alice",
            "error: alice or a name like it is in use: choose another",
        )

    def test_a_name_is_free_again(self) -> None:
        """Once someone has another name, or is gone, the old one can be taken."""
        self.alice.types(r"\nick carol")
        self.bob.types(r"\nick alice")
        self.assertEqual(self.bob.nick, "alice")
        self.alice.leaves()
        self.bob.types(r"\nick carol")
        self.assertEqual(self.bob.nick, "carol")

    def test_two_want_the_same(self) -> None:
        """The first gets it, and the other is told in the same breath."""
        with self.room.together():
            self.alice.types(r"\nick zoe")
            self.bob.types(r"\nick Zoe")
        self.assertEqual(
            self.bob.sees(),
            [
                "error: Zoe or a name like it is in use: choose another",
                "alice: is now known as zoe",
            ],
        )

    def test_not_stored(self) -> None:
        """A rename that could not be stored is refused, and the name stays free."""
        self.room.journal.fail()
        self.types(self.alice, r"\nick zoe", "error: not stored: the disk is full")
        self.assertEqual(self.alice.nick, "alice")
        self.types(self.bob, r"\nick zoe", "bob: is now known as zoe")
        self.types(
            self.bob,
            r"\nick alice",
            "error: alice or a name like it is in use: choose another",
        )

    def test_in_no_room(self) -> None:
        """Someone in no room is told of the own new name all the same."""
        self.alice.types(r"\leave")
        self.alice.sees()
        self.types(self.alice, r"\nick zoe", "alice: is now known as zoe")


class WhisperTests(RouteCase):
    """``\\dm NAME TEXT``"""

    def test_dm(self) -> None:
        """Its receiver and its sender see it, and nobody else."""
        (carol,) = self.room.people("carol")
        self.bob.sees()
        self.alice.sees()
        self.types(self.alice, r"\dm bob psst", "alice (private to bob): psst")
        self.sees(self.bob, "alice (private): psst")
        self.types(self.alice, r"\msg BOB a  b", "alice (private to bob): a  b")
        self.sees(self.bob, "alice (private): a  b")
        self.sees(carol)

    def test_to_oneself(self) -> None:
        """One may leave oneself a note."""
        self.types(
            self.alice,
            r"\dm alice note",
            "alice (private): note",
            "alice (private to alice): note",
        )

    def test_refusals(self) -> None:
        """Nobody of that name, or nothing to say."""
        for line, error in (
            (r"\dm", r"usage: \dm NAME TEXT"),
            (r"\dm bob", r"usage: \dm NAME TEXT"),
            (r"\dm zoe hi", r"nobody here is called zoe (try \who)"),
            (r"\dm :: hi", r"nobody here is called :: (try \who)"),
            ("\\dm bob \x07", "the message is empty"),
        ):
            self.types(self.alice, line, f"error: {error}")
        self.sees(self.bob)

    def test_someone_away(self) -> None:
        """The sender is told that an answer may take a while."""
        self.bob.types(r"\away lunch")
        self.alice.sees()
        self.types(
            self.alice,
            r"\dm bob psst",
            "bob is away: lunch",
            "alice (private to bob): psst",
        )

    def test_not_stored(self) -> None:
        """What could not be stored reaches nobody."""
        self.room.journal.fail()
        self.types(self.alice, r"\dm bob hi", "error: not stored: the disk is full")
        self.sees(self.bob)


class AskingTests(RouteCase):
    """Routes that only tell."""

    def test_who(self) -> None:
        """``here (2): alice, bob``, also of a room that one is not in."""
        self.types(self.alice, r"\who", "here (2): alice, bob")
        self.bob.types(r"\join tea")
        self.types(self.alice, r"\who tea", "here (1): bob")
        self.types(self.alice, r"\who #TEA", "here (1): bob")
        self.types(self.alice, r"\who nowhere", "here (0):")
        self.bob.types(r"\away")
        self.types(
            self.alice, r"\who", "bob: is away (away)", "here (2): alice, bob (away)"
        )
        self.types(self.alice, r"\who a b", r"error: usage: \who [ROOM]")
        self.alice.types(r"\who a:b")
        self.assertIn("error: a room name has", self.alice.sees()[0])

    def test_who_by_a_program(self) -> None:
        """A program names the room beside the route."""
        self.alice.asks(Request("who", "", room="tea"))
        self.sees(self.alice, "here (0):")

    def test_help(self) -> None:
        """Every route of the contract, with its usage."""
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
                r"\join ROOM",
                r"\leave [ROOM]",
                r"\rooms",
                r"\topic [TEXT]",
                r"\history [N]",
                r"\search WORDS",
                r"\ignore [NAME]",
                r"\unignore NAME",
                r"\away [TEXT]",
                r"\quit [TEXT]",
            ],
        )

    def test_help_for_one(self) -> None:
        """One route, and its other name."""
        self.types(
            self.alice,
            r"\help dm",
            r"\dm NAME TEXT - send a direct message to one person",
            r"also: \msg",
        )
        self.types(
            self.alice, r"\help foo", r"error: no such command: \foo (try \help)"
        )

    def test_rooms(self) -> None:
        """The fullest first."""
        self.bob.types(r"\join tea", r"\join milk")
        self.alice.types(r"\join milk")
        self.alice.sees()
        self.types(self.alice, r"\rooms", "rooms (3): lobby (2), milk (2), tea (1)")
        self.types(self.alice, r"\rooms x", r"error: usage: \rooms")


class MeTests(RouteCase):
    """``\\me TEXT``"""

    def test_me(self) -> None:
        """``* alice waves``"""
        self.types(self.alice, r"\me waves", "* alice waves")
        self.sees(self.bob, "* alice waves")

    def test_refusals(self) -> None:
        """Nothing done, or nowhere."""
        self.types(self.alice, r"\me", r"error: usage: \me TEXT")
        self.types(self.alice, "\\me \x07", "error: the message is empty")
        self.alice.types(r"\leave")
        self.alice.sees()
        self.types(
            self.alice, r"\me waves", r"error: you are in no room: \join one first"
        )


class RoomTests(RouteCase):
    """``\\join`` and ``\\leave``"""

    def test_join(self) -> None:
        """One speaks in the room joined last; other rooms' lines bear their name."""
        self.types(self.alice, r"\join tea", "alice: joined the chat")
        self.sees(self.bob)
        self.types(self.alice, "only here", "alice: only here")
        self.sees(self.bob)
        self.bob.types("in the lobby")
        self.sees(self.alice, "[#lobby] bob: in the lobby")
        self.bob.types(r"\me waves", r"\nick rob", r"\away", r"\topic cake")
        self.sees(
            self.alice,
            "[#lobby] * bob waves",
            "[#lobby] bob: is now known as rob",
            "[#lobby] rob: is away (away)",
            "[#lobby] rob: set the topic to: cake",
        )
        self.bob.leaves()
        self.sees(self.alice, "[#lobby] rob: left the chat")

    def test_what_was_said_there(self) -> None:
        """Who joins sees the topic and the last messages, marked as the room's."""
        self.bob.types(r"\join tea", r"\topic green", "first", r"\me sips")
        self.types(
            self.alice,
            r"\join #Tea",
            "topic of #tea: green",
            "[#tea] bob: first",
            "[#tea] * bob sips",
            "alice: joined the chat",
        )

    def test_join_again(self) -> None:
        """Joining a room that one is in only makes one speak there."""
        self.alice.types(r"\join tea")
        self.alice.sees()
        self.types(self.alice, r"\join lobby", "now talking in #lobby")
        self.sees(self.bob)
        self.types(self.alice, "hi", "alice: hi")
        self.sees(self.bob, "alice: hi")
        self.assertEqual(self.alice.client.rooms, ("tea", "lobby"))

    def test_join_refusals(self) -> None:
        """Names that are none, and too many rooms."""
        self.types(self.alice, r"\join", r"error: usage: \join ROOM")
        self.alice.types(r"\join a:b")
        self.assertIn("error: a room name has 1 to 32", self.alice.sees()[0])
        for n in range(MAX_ROOMS - 1):
            self.alice.types(rf"\join r{n}")
        self.alice.sees()
        self.types(
            self.alice,
            r"\join more",
            r"error: you are already in 20 rooms: \leave one first",
        )
        self.types(self.alice, r"\join lobby", "now talking in #lobby")

    def test_join_with_a_broken_store(self) -> None:
        """A room whose past cannot be read, or whose joining not be stored."""
        self.room.journal.fail(what="read")
        self.types(self.alice, r"\join tea", "error: the disk is full")
        self.room.journal.fail()
        self.types(self.alice, r"\join tea", "error: not stored: the disk is full")
        self.assertEqual(list(self.room.pool.rooms), ["lobby"])
        self.types(self.alice, r"\join tea", "alice: joined the chat")

    def test_leave(self) -> None:
        """One leaves the room one speaks in, or the one that is named."""
        self.alice.types(r"\join tea", r"\join milk")
        self.bob.types(r"\join milk")
        self.bob.sees()
        self.alice.sees()
        self.types(self.alice, r"\leave tea", "[#tea] alice: left the chat")
        self.sees(self.bob)
        self.types(self.alice, r"\leave", "[#milk] alice: left the chat")
        self.sees(self.bob, "alice: left the chat")
        self.types(self.alice, "hi", "alice: hi")
        self.sees(self.bob, "[#lobby] alice: hi")

    def test_leaving_all(self) -> None:
        """In no room one can still whisper, but not speak."""
        self.alice.types(r"\leave")
        self.alice.sees()
        nowhere = r"error: you are in no room: \join one first"
        for line in ("hi", r"\leave", r"\who", r"\topic", r"\topic x", r"\history"):
            self.types(self.alice, line, nowhere)
        self.types(self.alice, r"\dm bob hi", "alice (private to bob): hi")
        self.bob.types(r"\dm alice yes")
        self.sees(self.alice, "bob (private): yes")
        self.types(self.alice, r"\join lobby", "alice: joined the chat")

    def test_leaving_where_one_is_not(self) -> None:
        """One is told how to get there."""
        self.types(
            self.alice,
            r"\leave tea",
            r"error: you are not in #tea: \join tea first",
        )

    def test_history_of_a_room_that_was_empty(self) -> None:
        """A room that everyone left still has its topic and past."""
        self.alice.types(r"\join tea", r"\topic green", "old", r"\leave")
        self.types(
            self.bob,
            r"\join tea",
            "topic of #tea: green",
            "[#tea] alice: old",
            "bob: joined the chat",
        )


class TopicTests(RouteCase):
    """``\\topic [TEXT]``"""

    def test_topic(self) -> None:
        """Set, told, shown to a newcomer, and cleared."""
        self.types(self.alice, r"\topic", "#lobby has no topic")
        self.types(
            self.alice, r"\topic  green tea ", "alice: set the topic to: green tea"
        )
        self.sees(self.bob, "alice: set the topic to: green tea")
        self.types(self.bob, r"\topic", "topic of #lobby: green tea")
        (carol,) = [self.room.client("carol")]
        self.assertEqual(
            carol.sees()[:2], ["Welcome, carol!", "topic of #lobby: green tea"]
        )
        self.alice.sees()
        self.types(self.alice, r"\topic -", "alice: cleared the topic")
        self.types(self.alice, r"\topic", "#lobby has no topic")
        self.types(self.alice, "\\topic \x07", "error: the message is empty")


class PastTests(RouteCase):
    """``\\history [N]`` and ``\\search WORDS``"""

    def test_history(self) -> None:
        """The last twenty, or as many as asked for, oldest first."""
        self.types(self.alice, r"\history", "no earlier messages")
        for n in range(25):
            self.bob.types(f"line {n}")
        self.alice.sees()
        self.types(self.alice, r"\history", *(f"bob: line {n}" for n in range(5, 25)))
        self.types(self.alice, r"\history 2", "bob: line 23", "bob: line 24")
        self.alice.types(rf"\history {MAX_HISTORY * 9}")
        self.assertEqual(len(self.alice.sees()), 25)
        for wrong in ("ten", "0", "-1", "1.5"):
            answer = rf"error: {wrong} is not a positive number (try \history 20)"
            self.types(self.alice, rf"\history {wrong}", answer)
        self.types(self.alice, r"\history 1 2", r"error: usage: \history [N]")

    def test_paging(self) -> None:
        """A program asks for what was said before a position."""
        self.bob.types("one", "two", "three")
        self.alice.sees()
        last = self.room.pool.position
        self.alice.asks(Request("history", "", room="lobby", before=last, limit=1))
        self.sees(self.alice, "bob: two")

    def test_search(self) -> None:
        """All of the words, with the day and time of each message."""
        self.bob.types("green tea", "black tea", "green beer")
        self.alice.sees()
        self.types(
            self.alice,
            r"\search TEA  green",
            "found (1): TEA  green",
            "2023-11-14 22:13 bob: green tea",
        )
        self.types(self.alice, r"\search milk", "found (0): milk")
        self.bob.types(*[f"cheese {n}" for n in range(21)])
        self.alice.sees()
        self.alice.types(r"\search cheese")
        head, first, *_, last = self.alice.sees()
        self.assertEqual(head, "found (last 20): cheese")
        self.assertIn("cheese 1", first)
        self.assertIn("cheese 20", last)
        self.alice.asks(Request("search", "cheese", limit=21))
        self.assertEqual(self.alice.sees()[0], "found (21): cheese")
        self.types(self.alice, r"\search", r"error: usage: \search WORDS")

    def test_a_broken_store(self) -> None:
        """What cannot be read is told in one line, and the chat goes on."""
        self.room.journal.fail(times=2, what="read")
        self.types(self.alice, r"\history", "error: the disk is full")
        self.types(self.alice, r"\search x", "error: the disk is full")
        self.types(self.alice, "hi", "alice: hi")


class IgnoreTests(RouteCase):
    """``\\ignore [NAME]`` and ``\\unignore NAME``"""

    def test_ignore(self) -> None:
        """Neither what someone says, does nor whispers; the list tells whom."""
        self.types(self.alice, r"\ignore", "you ignore: nobody")
        self.types(
            self.alice, r"\ignore Bob", r"you now ignore bob (\unignore ends it)"
        )
        self.bob.types("hi", r"\me waves")
        self.types(
            self.bob,
            r"\dm alice psst",
            "bob: hi",
            "* bob waves",
            "bob (private to alice): psst",
        )
        self.sees(self.alice)
        self.types(self.alice, r"\ignore", "you ignore: bob")
        self.types(self.alice, r"\unignore BOB", "you no longer ignore bob")
        self.bob.types("hi")
        self.sees(self.alice, "bob: hi")

    def test_another_name_does_not_help(self) -> None:
        """Who is ignored stays so under another name; that name ends it, too."""
        self.alice.types(r"\ignore bob")
        self.alice.sees()
        self.bob.types(r"\nick rob", "hi")
        self.sees(self.alice, "bob: is now known as rob")
        self.types(self.alice, r"\unignore rob", "you no longer ignore bob")
        self.bob.types("hi")
        self.sees(self.alice, "rob: hi")

    def test_coming_back_does_not_help(self) -> None:
        """Who is ignored stays so when it comes again by that name."""
        self.alice.types(r"\ignore bob")
        self.bob.leaves()
        (bob,) = self.room.people("bob")
        self.alice.sees()
        bob.types("hi", r"\dm alice psst")
        self.sees(self.alice)
        self.types(self.alice, r"\unignore bob", "you no longer ignore bob")

    def test_refusals(self) -> None:
        """Nobody of that name, oneself, or too many."""
        for line, error in (
            (r"\ignore zoe", r"nobody here is called zoe (try \who)"),
            (r"\ignore alice", "you cannot ignore yourself"),
            (r"\ignore a b", r"usage: \ignore [NAME]"),
            (r"\unignore bob", "you do not ignore bob"),
            (r"\unignore zoe", "you do not ignore zoe"),
            (r"\unignore ::", "you do not ignore ::"),
            (r"\unignore", r"usage: \unignore NAME"),
        ):
            self.types(self.alice, line, f"error: {error}")
        crowd = [f"p{n}" for n in range(MAX_IGNORED)]
        self.room.people(*crowd)
        self.alice.types(*(rf"\ignore {nick}" for nick in crowd))
        self.alice.sees()
        self.types(
            self.alice,
            r"\ignore bob",
            r"error: you already ignore 100 people: \unignore one first",
        )


class AwayTests(RouteCase):
    """``\\away [TEXT]``"""

    def test_away(self) -> None:
        """Away with a reason or without, and back."""
        self.types(self.alice, r"\away out for lunch", "alice: is away (out for lunch)")
        self.sees(self.bob, "alice: is away (out for lunch)")
        self.types(self.alice, r"\away", "alice: is back")
        self.types(self.alice, r"\away", "alice: is away (away)")
        self.types(self.alice, "\\away \x07", "error: the message is empty")


class QuitTests(RouteCase):
    """``\\quit [TEXT]``"""

    def test_quit(self) -> None:
        """The connection ends, and the others are told."""
        self.alice.types(r"\quit", "unheard")
        self.assertEqual(self.alice.closed, "quit")
        self.sees(self.bob, "alice: left the chat")
        self.assertNotIn("alice", self.room.pool.presence.by_name)

    def test_a_last_word(self) -> None:
        """What one says on leaving is said first."""
        self.alice.types(r"\quit good night", "unheard")
        self.assertEqual(self.alice.closed, "quit")
        self.sees(self.bob, "alice: good night", "alice: left the chat")

    def test_what_was_said_before(self) -> None:
        """A line on its way is said before one leaves."""
        with self.room.together():
            self.alice.types("hi", r"\quit")
        self.sees(self.bob, "alice: hi", "alice: left the chat")

    def test_no_word_to_show(self) -> None:
        """Who wants to go goes, also when the last word cannot be shown."""
        self.alice.types("\\quit \x07")
        self.assertEqual(self.alice.closed, "quit")
        self.sees(self.bob, "alice: left the chat")

    def test_from_no_room(self) -> None:
        """Who is in no room can go as well; nobody hears the last word."""
        self.alice.types(r"\leave", r"\quit bye")
        self.assertEqual(self.alice.closed, "quit")
        self.sees(self.bob, "alice: left the chat")

    def test_a_last_word_that_is_not_stored(self) -> None:
        """One is told, and goes."""
        self.room.journal.fail()
        self.types(self.alice, r"\quit bye", "error: not stored: the disk is full")
        self.assertEqual(self.alice.closed, "quit")
        self.sees(self.bob, "alice: left the chat")


class ProgramTests(RouteCase):
    """Routes that only programs use."""

    def test_entrance(self) -> None:
        """What one sees on coming in, asked for again."""
        self.bob.types("hi")
        self.alice.sees()
        self.alice.asks(Request("snapshot", "", internal=True))
        self.sees(self.alice, "[#lobby] bob: hi")

    def test_nobody_types_them(self) -> None:
        """They are answered like any route that there is not."""
        for name in ("entrance", "signal"):
            for line in (f"\\{name}", f"\\{name.upper()} x"):
                word = line.split()[0]
                self.types(
                    self.alice, line, f"error: no such command: {word} (try \\help)"
                )
        self.types(self.alice, r"\ entrance", r"error: no such command: \ (try \help)")
        self.sees(self.bob)

    def test_signal(self) -> None:
        """A value that is no text is shown to nobody who reads lines."""
        self.alice.asks(Request("custom_event", "", raw="[1]", internal=True))
        self.sees(self.alice)
        self.sees(self.bob)
