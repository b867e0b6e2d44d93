"""The part of the contract test of journals that is about deleting and correcting."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import count, islice
from random import Random

from tests.journals.retention_contract import RetentionContract
from tests.support.journals import JournalUnderTest, said, texts
from twisted_chat.core.corrections import Author
from twisted_chat.core.events import (
    Action,
    Deleted,
    Edited,
    Joined,
    Message,
    Stored,
)
from twisted_chat.core.history_query import HistoryQuery
from twisted_chat.core.interfaces import MissedEvents

LOBBY = "lobby"


def deleted(*messages: Stored, room: str = LOBBY) -> Deleted:
    """Bob deletes these."""
    positions = " ".join(stored.position for stored in messages)
    return Deleted(room, "bob", "alice", positions, "id-bob")


def edited(message: Stored, text: str, room: str = LOBBY) -> Edited:
    """Alice replaces the text."""
    return Edited(room, "alice", message.position, text, "id-alice")


def by_account(account: str, text: str, client_id: str, account_id: str) -> Message:
    """A message of someone who is logged in, under the name of the account."""
    return Message(
        LOBBY, account, text, client_id, account=account, account_id=account_id
    )


class CorrectionsContract(RetentionContract):
    """See ``contract``."""

    def history_of(self, journal: JournalUnderTest, room: str = LOBBY) -> list[str]:
        """The history of a room, which is the same on every way."""
        page = self.run_now(journal.history.page(HistoryQuery(room, 100)))
        recent = self.run_now(journal.history.room(room, 40)).recent
        self.assertEqual(texts(page)[-40:], texts(recent))
        return texts(page)

    def search_hits(self, journal: JournalUnderTest, words: str) -> list[str]:
        """What a search finds."""
        return texts(self.run_now(journal.history.search(LOBBY, words, 100)))

    def missed_since(
        self,
        journal: JournalUnderTest,
        position: str,
        rooms: tuple[str, ...] = (LOBBY,),
    ) -> MissedEvents:
        """What a client is shown that resumes."""
        return self.run_now(journal.history.since(position, rooms, "id-x", 100))

    def everything_kept(self, journal: JournalUnderTest) -> bytes:
        """All bytes that the store has anywhere, after a stop where it needs one."""
        raise NotImplementedError

    # Deleting

    def test_deleted_message_is_gone(self) -> None:
        """From the history and the search; the others stay as they are."""
        journal = self.opened()
        one, two, three, four = self.append(
            journal,
            said("one tea"),
            said("two tea"),
            Action(LOBBY, "alice", "pours tea", "id-alice"),
            said("four tea"),
        )
        self.assertEqual(len(self.search_hits(journal, "tea")), 4)
        self.append(journal, deleted(two, three))
        self.assertEqual(self.history_of(journal), ["one tea", "four tea"])
        self.assertEqual(self.search_hits(journal, "tea"), ["one tea", "four tea"])
        self.assertEqual(self.search_hits(journal, "two"), [])
        self.assertEqual(self.search_hits(journal, "pours"), [])
        before = self.run_now(
            journal.history.page(HistoryQuery(LOBBY, 9, end=four.position))
        )
        self.assertEqual([each.position for each in before], [one.position])

    def test_messages_after_a_deletion_are_found(self) -> None:
        """What is stored next is in the history and the search."""
        journal = self.opened()
        (last,) = self.append(journal, said("last tea"))
        self.append(journal, deleted(last))
        (new,) = self.append(journal, said("new tea"))
        self.assertGreater(new.position, last.position)
        self.assertEqual(self.history_of(journal), ["new tea"])
        self.assertEqual(self.search_hits(journal, "tea"), ["new tea"])

    def test_room_whose_messages_are_all_deleted_is_empty(self) -> None:
        """As a new one; and it can be used again."""
        journal = self.opened()
        stored = self.append(journal, *(said(f"{n}") for n in range(30)))
        self.append(journal, deleted(*stored))
        self.assertEqual(self.history_of(journal), [])
        self.append(journal, said("again"))
        self.assertEqual(self.history_of(journal), ["again"])

    def test_old_messages_can_be_deleted(self) -> None:
        """Long before the last ones, and one of them twice."""
        journal = self.opened()
        stored: list[Stored] = []
        for n in range(12):
            some = (said(f"tea {n}.{m}") for m in range(50))
            stored += self.append(journal, *some)
        self.search_hits(journal, "tea")
        gone = (stored[3], stored[250], stored[251], stored[599])
        self.append(journal, deleted(*gone[:3]))
        self.append(journal, deleted(*gone[2:]))
        left = self.run_now(journal.history.page(HistoryQuery(LOBBY, 1_000)))
        expected = [each.position for each in stored if each not in gone]
        self.assertEqual([each.position for each in left], expected)
        hits = self.run_now(journal.history.search(LOBBY, "tea", 1_000))
        self.assertEqual([each.position for each in hits], expected)

    def test_message_of_another_room_is_not_deleted(self) -> None:
        """Nor corrected: a room operator has rights in one room only."""
        journal = self.opened()
        (one,) = self.append(journal, said("hi"))
        self.append(journal, Joined("other", "bob", "id-bob"))
        self.append(journal, deleted(one, room="other"))
        self.append(journal, edited(one, "ha", room="other"))
        self.assertEqual(self.history_of(journal), ["hi"])

    def test_deletion_of_what_is_not_there_changes_nothing(self) -> None:
        """As of messages that were trimmed meanwhile, or of another store."""
        journal = self.opened()
        (one, joined) = self.append(journal, said("hi"), Joined(LOBBY, "bob", "id-b"))
        positions = f"{joined.position} x-1 {one.position[:-1]}z \0 -1 é 0-0"
        self.append(journal, Deleted(LOBBY, "bob", "", positions, "id-bob"))
        for position in (joined.position, "x-1", "\0", "é", "0-0"):
            self.append(journal, Edited(LOBBY, "bob", position, "ha", "id-bob"))
        self.assertEqual(self.history_of(journal), ["hi"])

    # Correcting

    def test_corrected_message_has_its_new_text(self) -> None:
        """At its place, with its time and a mark; found by the new words only."""
        journal = self.opened()
        raw = Message(LOBBY, "alice", "old tea", "id-alice", '"old tea"')
        one, two, three = self.append(journal, raw, said("two tea"), said("three tea"))
        self.search_hits(journal, "tea")
        self.append(
            journal, edited(one, "new cafe"), edited(two, "second\n\tlong " * 9)
        )
        self.assertEqual(
            self.history_of(journal), ["new cafe", "second\n\tlong " * 9, "three tea"]
        )
        found = self.run_now(journal.history.page(HistoryQuery(LOBBY, 3)))
        expected = [(each.position, each.time) for each in (one, two, three)]
        self.assertEqual([(each.position, each.time) for each in found], expected)
        self.assertEqual([each.edited for each in found], [True, True, False])
        assert isinstance(found[0].event, Message)
        self.assertIsNone(found[0].event.raw)
        self.assertEqual(self.search_hits(journal, "tea"), ["three tea"])
        self.assertEqual(self.search_hits(journal, "CAFÉ"), ["new cafe"])
        (hit,) = self.run_now(journal.history.search(LOBBY, "cafe", 1))
        self.assertTrue(hit.edited)

    def test_message_can_be_corrected_again_and_deleted(self) -> None:
        """Also in one batch."""
        journal = self.opened()
        (one, two) = self.append(
            journal,
            said("a tea"),
            Action(LOBBY, "alice", "drinks", "id-alice", raw="PRIVMSG :drinks"),
        )
        for text in ("bb tea", "c", "dddd tea"):
            self.append(journal, edited(one, text), edited(two, text))
            self.assertEqual(self.history_of(journal), [text, text])
        for stored in self.run_now(journal.history.page(HistoryQuery(LOBBY, 2))):
            self.assertIsNone(getattr(stored.event, "raw", None))
        self.append(journal, edited(one, "e"), edited(one, "f"), deleted(two))
        self.assertEqual(self.history_of(journal), ["f"])
        self.append(journal, edited(one, "g"), deleted(one), edited(one, "h"))
        self.assertEqual(self.history_of(journal), [])
        self.assertEqual(self.search_hits(journal, "tea"), [])

    def test_many_corrections_leave_the_rest_as_it_is(self) -> None:
        """In history and search."""
        journal = self.opened()
        stored: list[Stored] = []
        for n in range(8):
            stored += self.append(journal, *(said(f"tea {n}.{m}") for m in range(50)))
        self.search_hits(journal, "tea")
        for at in range(0, 400, 40):
            self.append(journal, edited(stored[at], f"cafe {at} " + "x" * at))
        for at in range(20, 400, 40):
            self.append(journal, deleted(stored[at]))
        left = self.run_now(journal.history.page(HistoryQuery(LOBBY, 1_000)))
        self.assertEqual(len(left), 390)
        expected = [f"cafe {at} " + "x" * at for at in range(0, 400, 40)]
        self.assertEqual([t for t in texts(left) if "tea" not in t], expected)
        self.assertEqual(self.search_hits(journal, "cafe"), expected)
        hits = self.run_now(journal.history.search(LOBBY, "tea", 1_000))
        self.assertEqual(len(hits), 380)

    def test_nothing_has_a_text_that_is_gone(self) -> None:
        """No index, no log and no free space in a file; what is there is all there."""
        journal = self.opened()
        rng = Random(4)
        kept: dict[str, tuple[Stored, str, str]] = {}
        gone: set[str] = set()
        names = (f"w{n:05x}{rng.getrandbits(40):010x}z" for n in count())

        def text() -> str:
            # Words of one message, in some of the sizes that stores treat differently.
            return " ".join(islice(names, rng.choice([1, 1, 2, 3, 8, 40, 300])))

        def say(number: int) -> None:
            rooms = [rng.choice(["lobby", "tea"]) for _ in range(number)]
            said_now = [said(text(), room=room) for room in rooms]
            for stored, one in zip(
                self.append(journal, *said_now), said_now, strict=True
            ):
                kept[stored.position] = (stored, one.room, one.text)

        def correct() -> None:
            places = list(kept)
            place = rng.choice(places[-30:] if rng.random() < 0.6 else places)
            stored, room, old = kept.pop(place)
            gone.update(old.split())
            if rng.random() < 0.5:
                self.append(journal, deleted(stored, room=room))
                return
            new, last = text(), text()
            gone.update(new.split())
            self.append(
                journal, edited(stored, new, room=room), edited(stored, last, room=room)
            )
            kept[place] = (stored, room, last)

        say(40)
        for _ in range(100):
            say(rng.choice([0, 1, 6]))
            correct()
            if rng.random() < 0.1:
                self.search_hits(journal, rng.choice(list(kept.values()))[2][:9])
        data = self.everything_kept(journal)
        # An index may have the end of a word alone.
        ends = set(re.findall(rb"(?=([0-9a-f]{10}z))", data))
        left = [word for word in sorted(gone) if word[-11:].encode() in ends]
        self.assertEqual(left, [])
        # The bytes of a long text need not be in one place.
        short = [words for _, _, words in kept.values() if len(words) < 200]
        self.assertEqual([each for each in short if each.encode() not in data], [])

    # Resuming

    def test_client_that_has_the_former_text_gets_the_correction(self) -> None:
        """It is shown what was deleted, and the text that a message has now."""
        journal = self.opened()
        one, two, three, four = self.append(
            journal, said("one"), said("two"), said("three"), said("four")
        )
        gone, former, latest, _, last = self.append(
            journal,
            deleted(two),
            edited(three, "3"),
            edited(three, "III"),
            edited(four, "4"),
            deleted(four),
        )
        missed = self.missed_since(journal, four.position)
        self.assertTrue(missed.complete)
        # Not every store keeps the client id.
        self.assertEqual(
            [
                (each.position, replace(each.event, client_id=""))
                for each in missed.events
            ],
            [
                (each.position, replace(event, client_id=""))
                for each, event in (
                    (gone, deleted(two)),
                    (latest, edited(three, "III")),
                    (last, deleted(four)),
                )
            ],
        )
        for position, number in ((former.position, 2), (latest.position, 1)):
            self.assertEqual(len(self.missed_since(journal, position).events), number)
        self.assertEqual(self.missed_since(journal, last.position).events, ())
        self.assertEqual(self.history_of(journal), ["one", "III"])
        self.assertLess(one.position, two.position)

    def test_message_is_replayed_as_it_is_now(self) -> None:
        """To a client that was away when it was posted, without its corrections."""
        journal = self.opened()
        (start,) = self.append(journal, said("start"))
        one, two, three = self.append(journal, said("one"), said("two"), said("three"))
        self.append(journal, edited(one, "I"), deleted(two), deleted(start, three))
        missed = self.missed_since(journal, start.position)
        self.assertTrue(missed.complete)
        self.assertEqual(
            [type(each.event) for each in missed.events], [Message, Deleted]
        )
        self.assertEqual(texts(missed.events)[0], "I")
        self.assertTrue(missed.events[0].edited)
        self.assertFalse(missed.events[1].edited)

    def test_correction_in_another_room_is_not_replayed(self) -> None:
        """To a client that is not there."""
        journal = self.opened()
        (there,) = self.append(journal, said("there", room="other"))
        (start,) = self.append(journal, said("start"))
        self.append(journal, edited(there, "x", room="other"))
        self.append(journal, deleted(there, room="other"))
        self.assertEqual(self.missed_since(journal, start.position).events, ())
        rooms = (LOBBY, "other")
        self.assertEqual(
            len(self.missed_since(journal, start.position, rooms).events), 1
        )

    def test_corrections_hide_no_gap(self) -> None:
        """Of what ``--keep`` has dropped nothing is said to be complete."""
        journal = self.opened(keep=5)
        for n in range(20):
            self.append(journal, said(str(n)))
        self.trim(journal)
        kept = self.announced[-5:]
        self.append(journal, deleted(kept[0]), edited(kept[3], "new"))
        self.trim(journal)
        self.assertEqual(self.history_of(journal), ["16", "17", "new", "19"])
        self.assertFalse(
            self.missed_since(journal, self.announced[9].position).complete
        )
        missed = self.missed_since(journal, kept[1].position)
        self.assertEqual((missed.complete, len(missed.events)), (True, 4))

    def test_history_is_trimmed_beyond_corrections(self) -> None:
        """Messages that were corrected are dropped when they are old, like others."""
        journal = self.opened(keep=3)
        for n in range(30):
            (stored,) = self.append(journal, said(f"tea {n}"))
            self.append(journal, edited(stored, f"cafe {n}"))
            if n % 4 == 3:
                self.append(journal, deleted(stored))
            self.trim(journal)
        self.trim(journal)
        shown = [f"cafe {n}" for n in (26, 28, 29)]
        self.assertEqual(self.history_of(journal)[-3:], shown)
        self.assertEqual(self.search_hits(journal, "cafe")[-3:], shown)
        self.assertEqual(self.search_hits(journal, "tea"), [])
        (last,) = self.append(journal, said("last"))
        self.assertTrue(self.missed_since(journal, last.position).complete)

    # Authors

    def test_last_messages_of_an_author_are_found(self) -> None:
        """By the client that sent them, whatever its nickname was, or by a nickname."""
        journal = self.opened()
        self.append(
            journal,
            said("a1"),
            Action(LOBBY, "alice", "a2", "id-alice"),
            said("b1", nick="bob"),
            said("elsewhere", room="other"),
            Message(LOBBY, "Alicia", "a3", "id-alice"),
            Message(LOBBY, "Alice", "other alice", "id-other"),
            said("b2", nick="bob"),
            by_account("anna", "account", "id-alice", "@1"),
            Action(LOBBY, "ann", "device", "id-phone", "anna", "@1"),
            by_account("anna", "who had the name later", "id-anna", "@2"),
        )
        for author, limit, expected in (
            (Author(("id-alice",)), 9, ["a1", "a2", "a3"]),
            (Author(("id-alice",)), 1, ["a3"]),
            (Author(nick="alice"), 9, ["a1", "a2", "other alice"]),
            (Author(clients=("id-bob",), nick="alicia"), 9, ["b1", "a3", "b2"]),
            (Author(("id-nobody",)), 9, []),
            (Author(account_id="@1"), 9, ["account", "device"]),
            (Author(account_id="@2"), 9, ["who had the name later"]),
            (Author(("id-bob", "id-phone"), "@1"), 2, ["account", "device"]),
            (Author(nick="anna"), 9, ["account", "who had the name later"]),
            (Author(nick="anna", spared=frozenset({"@2"})), 9, ["account"]),
            (Author(), 9, []),
            (Author(nick="bob"), 0, []),
        ):
            found = self.run_now(journal.history.last_of(LOBBY, author, limit))
            self.assertEqual(texts(found), expected, author)
        page = self.run_now(journal.history.page(HistoryQuery(LOBBY, 4)))[:1]
        last = self.run_now(journal.history.last_of(LOBBY, Author(nick="bob"), 1))
        self.assertEqual(last, page)

    def test_last_message_of_an_author_is_found_among_many_others(self) -> None:
        """Several pages ago; once it is deleted, the one before it."""
        journal = self.opened()
        first, last = self.append(journal, said("first"), said("last"))
        for n in range(3):
            some = (said(f"{n}.{m}", nick="bob") for m in range(600))
            self.append(journal, *some)
        author = Author(("id-alice",))
        for expected in (last, first):
            (found,) = self.run_now(journal.history.last_of(LOBBY, author, 1))
            self.assertEqual(found.position, expected.position)
            self.append(journal, deleted(found))
        self.assertEqual(self.run_now(journal.history.last_of(LOBBY, author, 1)), ())
