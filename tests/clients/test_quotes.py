"""Messages that would read as an event."""

from __future__ import annotations

from typing import get_args

from twisted.trial.unittest import SynchronousTestCase

from tests.support.viewer import VIEWER
from twisted_chat.clients.json import JsonCodec
from twisted_chat.clients.quotes import reads_as_event
from twisted_chat.clients.text import LineCodec
from twisted_chat.clients.text_lines import event_text
from twisted_chat.core.account_events import AccountChanged, IgnoreChanged, ReadUpTo
from twisted_chat.core.events import (
    Action,
    AwaySet,
    CustomEvent,
    Deleted,
    DirectMessage,
    Edited,
    Event,
    Joined,
    Left,
    LoggedIn,
    LoggedOut,
    Message,
    Quit,
    Relayed,
    Renamed,
    Stored,
    Switched,
    TopicSet,
)
from twisted_chat.core.moderation_events import (
    Audited,
    Banned,
    Cleared,
    Expelled,
    Invited,
    Kicked,
    Muted,
    RoleChanged,
    RoomBanned,
    RoomChanged,
    RoomClosed,
    RoomExcepted,
    RoomOpened,
    RoomUnbanned,
    SanctionExtended,
    Unbanned,
    Unmuted,
)
from twisted_chat.core.replies import HistoryPage

BOB_ALICE = ("r", "bob", "alice")
SHOWN = ("op", 3, 5)

EVENTS: tuple[Event, ...] = (
    Kicked(*BOB_ALICE, "", "B", "A", "op", 5),
    Kicked(*BOB_ALICE, "x", "B", "A", "op", 5),
    Muted(*BOB_ALICE, "10m", "B", "", "", 9, False, *SHOWN),
    Unmuted(*BOB_ALICE, "B", "", "op", 5),
    Banned("bob", "alice", "", "", "B", "", "", "", 0, 5),
    Unbanned("bob", "alice", "B", "", 5),
    Expelled("bob", "alice", "2h", "x", "B", "A"),
    RoomBanned(*BOB_ALICE, "", "B", "A", "", "", "", 0, *SHOWN),
    RoomUnbanned(*BOB_ALICE, "B", "", "op", 5),
    *(
        RoomExcepted(*BOB_ALICE, area, on, "B", "", "", "", "", "op", 3, 5)
        for area in ("except", "invite-except")
        for on in (True, False)
    ),
    *(
        RoomChanged("r", "bob", setting, value, "B", *SHOWN)
        for setting in (
            *("private", "quiet", "hidden", "outside", "key", "limit", "topic"),
        )
        for value in ("1", "")
    ),
    *(
        RoleChanged(*BOB_ALICE, role, granted, "B", "A", *SHOWN)
        for role in ("op", "voice")
        for granted in (True, False)
    ),
    Joined("r", "bob", "B"),
    Left("r", "bob", "B"),
    Quit("bob", "B"),
    Renamed("bob", "alice", "B"),
    TopicSet("r", "bob", "tea", "B"),
    TopicSet("r", "bob", "", "B"),
    AwaySet("bob", "lunch", "B"),
    AwaySet("bob", "", "B"),
    Deleted("r", "bob", "", "1", "B"),
    Deleted("r", "bob", "", "1 2 3", "B"),
    Deleted("r", "bob", "alice", "1", "B"),
    Deleted("r", "bob", "alice", " ".join(map(str, range(100))), "B"),
    Edited("r", "bob", "1", "tea", "B"),
)


class QuoteTests(SynchronousTestCase):
    """They are shown in quotes where only the words tell them apart."""

    def test_line_of_every_event_is_quoted(self) -> None:
        """Live, in the history and in what a search finds."""
        codec = LineCodec()
        for event in EVENTS:
            line = event_text(event) or ""
            text = line.removeprefix("bob: ")
            said = Stored("1", 0, Message("r", "bob", text, "B"))
            quoted = f'bob: "{text}"\r\n'
            self.assertEqual(codec.event(said, None).decode(), quoted)
            self.assertEqual(codec.event(said, "tea").decode(), f"[#tea] {quoted}")
            page = codec.reply(HistoryPage("r", (said,)), VIEWER, None)
            self.assertEqual(page.decode(), quoted)
            found = codec.reply(HistoryPage("r", (said,), words="x"), VIEWER, None)
            self.assertTrue(found.decode().endswith(f" {quoted}"))
            self.assertNotIn(b'\\"', JsonCodec().event(said, None))

    def test_no_event_with_a_line_is_left_out_here(self) -> None:
        """A new kind of event needs its words in ``quotes``, too."""
        others = {Message, Action, CustomEvent, Relayed, DirectMessage}
        # Shown as joining, leaving or being renamed, or not at all.
        others |= {
            LoggedIn,
            LoggedOut,
            Switched,
            AccountChanged,
            IgnoreChanged,
            ReadUpTo,
        }
        others |= {Invited, RoomOpened, RoomClosed, SanctionExtended}
        others |= {Audited, Cleared}
        self.assertEqual({type(event) for event in EVENTS}, {*get_args(Event)} - others)

    def test_each_line_that_reads_as_an_event_is_quoted(self) -> None:
        """The others of its message are not."""
        text = "look:\nleft the chat\n\nis back"
        said = Stored("1", 0, Message("r", "bob", text, "B"))
        self.assertEqual(
            LineCodec().event(said, None).decode().splitlines(),
            ["bob: look:", 'bob: "left the chat"', "bob:", 'bob: "is back"'],
        )
        self.assertNotIn(b'\\"', JsonCodec().event(said, None))

    def test_words_that_look_the_same_are_quoted(self) -> None:
        """In another case, with look-alikes, with what is not seen."""
        for text in (
            "Left the chat.",
            "LEFT THE CHAT",
            "  left  the\tchat",
            "left\xa0the\u3000chat",
            "l\u200beft the chat\u200d",
            "\u2800left the chat",
            "lеft thе chаt",
            "ｌｅｆｔ ｔｈｅ ｃｈａｔ",
            "is now known as alice",
            "іs now known as alice",
            "is away (back at 3)",
            "is avvay (lunch)",
            "is nоvv knovvn as alice",
            "Is back!",
            "IS BACK",
            "Ieft the chat",
            "1eft the chat",
            "|s back",
            "j0ined the chat",
            "left\u3164the\uffa0chat",
            "l\u3164eft the chat\u3164",
            "is now known as\u3164alice",
            "l\U0001d173eft the chat\ufff0",
            "set the topic to\u2236 tea",
            "is away \u2768lunch)",
            "Deleted a rnessage.",
            "deleted l0 messages of alice",
            "corrected : tea",
            "Соrrected\u2236 tea",
        ):
            self.assertTrue(reads_as_event(text), text)

    def test_other_messages_are_not_quoted(self) -> None:
        """Though they have the words."""
        for text in (
            "he left the chat",
            "left the chat open all night",
            '"left the chat"',
            "is away from home",
            "is back pain normal?",
            "is now known",
            "joined the chatroom",
            "",
            "привет",
            "左",
        ):
            self.assertFalse(reads_as_event(text), text)
