r"""Routes that change messages: ``\delete`` and ``\edit``."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any, TypeVar
from unittest.mock import patch

from twisted.internet.defer import Deferred

from tests.support.routes import RouteCase
from twisted_chat.core.corrections import Author
from twisted_chat.core.events import LOBBY, Deleted, Edited
from twisted_chat.core.limits import CORRECTION_MINUTES, MAX_DELETED
from twisted_chat.core.replies import Request
from twisted_chat.testing import FakeClient, Gate, TestChat

T = TypeVar("T")

NOTHING_SAID = "error: there is no message of yours here"


def delete_one(position: str) -> Request:
    """The request of a client that knows the positions of messages."""
    return Request("delete_one", "", internal=True, words=(position,))


class CorrectionCase(RouteCase):
    """Alice may delete what others said."""

    def setUp(self) -> None:
        super().setUp()
        client = self.alice.client
        operator = client.member
        self.chat.chat.moderation.is_operator = lambda member: member is operator

    def assert_both_see(self, *lines: str) -> None:
        """Both are shown these lines."""
        for client in (self.alice, self.bob):
            self.assertEqual(client.sees(), list(lines))

    def awaited(self, found: Awaitable[T]) -> T:
        """A result that is there at once."""

        async def wait() -> T:
            return await found

        return self.successResultOf(Deferred.fromCoroutine(wait()))

    def newcomer_sees(self, chat: TestChat | None = None) -> list[str]:
        """The history that the next client is shown."""
        newcomer = (chat or self.chat).client("newcomer")
        _, *lines, _ = newcomer.sees()
        newcomer.leaves()
        for client in (self.alice, self.bob):
            client.sees()
        return lines

    def say(self, client: FakeClient, *lines: str) -> None:
        """Say this; all have read it."""
        client.types(*lines)
        for each in (self.alice, self.bob):
            each.sees()


class DeleteTests(CorrectionCase):
    r"""``\delete``"""

    def test_own_last_message_is_deleted(self) -> None:
        """The room is shown who did it; it is in no history and no search."""
        self.say(self.bob, "one", "two")
        self.say(self.alice, "hers")
        self.bob.types(r"\delete")
        self.assert_both_see("bob: deleted a message")
        self.assertEqual(self.newcomer_sees(), ["bob: one", "alice: hers"])
        self.assert_typed(self.bob, r"\history", "bob: one", "alice: hers")
        self.assert_typed(self.bob, r"\search two", "found (0): two")
        self.bob.types(r"\delete", r"\delete")
        self.assertEqual(self.bob.sees(), ["bob: deleted a message", NOTHING_SAID])
        self.assertEqual(self.newcomer_sees(), ["alice: hers"])

    def test_one_message_is_deleted_by_its_position(self) -> None:
        """One's own, or as a room operator any; whatever was said after it."""
        self.say(self.bob, "one", "two", "three")
        ids = [stored.position for stored in self.chat.chat.pool.room(LOBBY).history()]
        for client, position in ((self.bob, ids[0]), (self.alice, ids[1])):
            client.asks(delete_one(position))
        for client in (self.alice, self.bob):
            self.assertEqual(
                client.sees(),
                ["bob: deleted a message", "alice: deleted a message of bob"],
            )
        self.assertEqual(self.newcomer_sees(), ["bob: three"])

    def test_one_message_of_others_is_deleted_by_room_operators_only(self) -> None:
        self.say(self.alice, "hers")
        (stored,) = self.chat.chat.pool.room(LOBBY).history()
        self.bob.asks(delete_one(stored.position))
        (refused,) = self.bob.sees()
        self.assertIn("only its author or a room operator", refused)
        self.bob.asks(delete_one("nothing"))
        (refused,) = self.bob.sees()
        self.assertIn("there is no such message", refused)

    def test_action_is_deleted(self) -> None:
        r"""``\me`` counts like any message."""
        self.say(self.bob, r"\me waves")
        self.bob.types(r"\delete")
        self.assert_both_see("bob: deleted a message")
        self.assertEqual(self.newcomer_sees(), [])

    def test_who_has_said_nothing_is_told_so(self) -> None:
        """In this room; elsewhere does not count."""
        self.say(self.bob, "in the lobby", r"\join tea")
        self.bob.sees()
        self.assert_typed(self.bob, r"\delete", NOTHING_SAID)
        self.assert_typed(self.bob, r"\edit better", NOTHING_SAID)

    def test_message_just_sent_is_deleted(self) -> None:
        """A route waits for what its client sent before."""
        self.bob.types("oops", r"\delete", "fine")
        self.assert_both_see("bob: oops", "bob: deleted a message", "bob: fine")
        self.assertEqual(self.newcomer_sees(), ["bob: fine"])

    def test_author_is_known_after_a_rename(self) -> None:
        """And the next owner of the nickname is not the author."""
        self.say(self.bob, "mine", r"\nick robert")
        other = self.chat.client("bob")
        other.sees()
        self.assert_typed(other, r"\delete", NOTHING_SAID)
        self.bob.sees()
        self.alice.sees()
        self.bob.types(r"\delete")
        self.assert_both_see("robert: deleted a message")
        self.assertEqual(self.newcomer_sees(), [])

    def test_room_operator_deletes_the_last_messages_of_a_name(self) -> None:
        """One, or as many as wanted, as far as there are so many."""
        self.say(self.bob, "1", "2", "3", "4", "5")
        self.say(self.alice, "hers")
        for typed, shown, left in (
            (r"\delete bob", "alice: deleted a message of bob", "1234"),
            (r"\delete BOB 2", "alice: deleted 2 messages of bob", "12"),
            (r"\delete bob 9", "alice: deleted 2 messages of bob", ""),
        ):
            self.alice.types(typed)
            self.assert_both_see(shown)
            expected = [f"bob: {n}" for n in left]
            self.assertEqual(self.newcomer_sees(), [*expected, "alice: hers"])
        error = "error: bob has said nothing here lately"
        self.assert_typed(self.alice, r"\delete bob", error)

    def test_messages_of_who_is_renamed_or_gone_are_deleted(self) -> None:
        """By the name that they are shown under, or that the author has now."""
        self.say(self.bob, "one", r"\nick troll", "two")
        self.alice.types(r"\delete bob")
        self.assert_both_see("alice: deleted a message of bob")
        self.say(self.bob, r"\nick bob2", "three")
        self.alice.types(r"\delete bob2 9")
        self.assert_both_see("alice: deleted 2 messages of bob2")
        self.say(self.bob, "four")
        self.bob.leaves()
        self.alice.sees()
        self.assert_typed(
            self.alice, r"\delete bob2", "alice: deleted a message of bob2"
        )

    def test_own_name_means_the_own_last_message(self) -> None:
        """Everyone may delete that; not several."""
        self.say(self.bob, "1", "2")
        self.bob.types(r"\delete Bob")
        self.assert_both_see("bob: deleted a message")
        self.assertEqual(self.newcomer_sees(), ["bob: 1"])
        self.assert_typed(
            self.bob,
            r"\delete bob 2",
            "error: only room operators of #lobby may delete what others said",
        )

    def test_others_may_delete_only_what_they_said(self) -> None:
        """Everyone else is told who may."""
        self.say(self.alice, "hers")
        error = "error: only room operators of #lobby may delete what others said"
        self.assert_typed(self.bob, r"\delete alice", error)
        self.assert_typed(self.bob, r"\delete bob 2", error)
        self.assertEqual(self.newcomer_sees(), ["alice: hers"])

    def test_number_must_be_one(self) -> None:
        """Within what is deleted at once."""
        self.say(self.bob, "one")
        for wrong in ("0", "-1", "x", str(MAX_DELETED + 1), "²"):
            error = (
                rf"error: {wrong} is not a number from 1 to 100 (try \delete NAME 2)"
            )
            self.assert_typed(self.alice, rf"\delete bob {wrong}", error)
        self.assert_typed(self.alice, r"\delete a:b", "error: nobody is called a:b")

    def test_newcomer_is_shown_older_messages_instead(self) -> None:
        """As many as ever."""
        chat = TestChat(history=3)
        (bob,) = chat.people("bob")
        bob.types(*"12345", r"\delete", r"\delete")
        self.assertEqual(chat.client().sees()[1:4], ["bob: 1", "bob: 2", "bob: 3"])

    def test_other_rooms_are_not_concerned(self) -> None:
        """What a client said elsewhere stays; it is shown where it happened."""
        self.say(self.bob, "lobby")
        self.say(self.bob, r"\join tea", "tea")
        self.say(self.alice, r"\join tea", r"\join lobby")
        self.bob.types(r"\delete")
        self.assertEqual(self.alice.sees(), ["[#tea] bob: deleted a message"])
        self.assertEqual(self.bob.sees(), ["bob: deleted a message"])
        self.assertEqual(self.newcomer_sees(), ["bob: lobby"])

    def test_history_that_was_being_read_is_shown_without_it(self) -> None:
        """The store was read before the deletion, and answers after it."""
        history, read = self.chat.journal.history, Gate()
        page = history.page

        async def read_early(*args: Any) -> Any:
            found = await page(*args)
            await read
            return found

        self.say(self.bob, r"\join tea", "one", "two", "three")
        with patch.object(history, "page", read_early):
            self.alice.asks(Request("history", "", room="tea"))
            self.bob.types(r"\delete", r"\edit II")
            read.open()
        self.assertEqual(self.alice.sees(), ["bob: one", "bob: II"])

    def test_room_that_was_being_opened_is_shown_without_it(self) -> None:
        """Likewise, to who joins it; nobody else is in it on this server."""
        history, read = self.chat.journal.history, Gate()
        room = history.room

        async def read_early(*args: Any) -> Any:
            found = await room(*args)
            await read
            return found

        self.say(self.bob, r"\join tea", "one", "two", "three", r"\leave")
        found = self.chat.journal.history.last_of
        author = Author.of(self.bob.client.member)
        with patch.object(history, "room", read_early):
            self.alice.types(r"\join tea")
            *_, two, three = self.awaited(found("tea", author, 9))
            for event in (
                Deleted("tea", "bob", "", three.position, "elsewhere"),
                Edited("tea", "bob", two.position, "II", "elsewhere"),
            ):
                self.chat.chat.submit(event, self.bob.client)
            self.chat.settle()
            read.open()
        shown = [line for line in self.alice.sees() if "bob" in line]
        self.assertEqual(shown, ["[#tea] bob: one", "[#tea] bob: II"])


class EditTests(CorrectionCase):
    r"""``\edit``"""

    def test_own_last_message_is_corrected(self) -> None:
        """It keeps its place; history and search have the new text."""
        self.say(self.bob, "one", "tow")
        self.say(self.alice, "hers")
        self.bob.types(r"\edit two")
        self.assert_both_see("bob: corrected: two")
        shown = ["bob: one", "bob: two", "alice: hers"]
        self.assertEqual(self.newcomer_sees(), shown)
        self.assert_typed(self.bob, r"\history", *shown)
        self.assert_typed(self.bob, r"\search tow", "found (0): tow")

    def test_action_is_corrected(self) -> None:
        """It stays one."""
        self.say(self.bob, r"\me wavse")
        self.bob.types(r"\edit waves")
        self.assert_both_see("bob: corrected: waves")
        self.assertEqual(self.newcomer_sees(), ["* bob waves"])

    def test_text_is_treated_as_that_of_a_message(self) -> None:
        """Sanitized, masked, bounded; not empty."""
        self.chat.chat.texts.mask = lambda text: text.replace("darn", "****")
        self.say(self.bob, "one")
        self.bob.types("\\edit \x1b[31mdarn\u202e red")
        self.assert_both_see("bob: corrected: **** red")
        self.assertEqual(self.newcomer_sees(), ["bob: **** red"])
        self.assert_typed(self.bob, "\\edit \u200b", "error: the message is empty")
        self.assert_typed(
            self.bob, r"\edit", r"error: TEXT is missing (usage: \edit TEXT)"
        )

    def test_message_can_have_several_lines(self) -> None:
        """Each is shown with its author."""
        self.say(self.bob, "one")
        self.bob.asks(Request("edit", "def f(x):\n    return 1"))
        self.assert_both_see(
            "bob: corrected: def f(x):", "bob: corrected:     return 1"
        )
        self.assertEqual(self.newcomer_sees(), ["bob: def f(x):", "bob:     return 1"])

    def test_old_message_can_no_longer_be_corrected(self) -> None:
        """It can be deleted."""
        self.say(self.bob, "one")
        self.chat.advance(CORRECTION_MINUTES * 60)
        self.bob.types(r"\edit two")
        self.assert_both_see("bob: corrected: two")
        self.chat.advance(1)
        self.assert_typed(
            self.bob,
            r"\edit three",
            "error: your last message here can no longer be corrected: it is older than"
            r" 15 minutes (\delete deletes it)",
        )
        self.bob.types(r"\delete")
        self.assertEqual(self.newcomer_sees(), [])

    def test_correction_of_who_is_ignored_is_hidden(self) -> None:
        """Like the message."""
        self.say(self.bob, "one")
        self.say(self.alice, r"\ignore bob")
        self.bob.types(r"\edit two")
        self.assert_sees(self.alice)
        self.assert_sees(self.bob, "bob: corrected: two")

    def test_client_that_resumes_is_shown_messages_as_they_are_now(self) -> None:
        """And what became of those that it was shown."""
        self.say(self.bob, "one", "two")
        position, session = self.chat.pool.position, self.alice.client.session
        self.alice.leaves()
        self.bob.types(r"\edit II", "three", r"\edit III", "four", r"\delete")
        self.bob.sees()
        alice = self.chat.client(session=session, since=position)
        _, *missed, _ = alice.sees()
        self.assertEqual(missed, ["bob: corrected: II", "bob: III"])

    def test_correction_that_is_not_stored_changes_nothing(self) -> None:
        """Its author is told so."""
        self.say(self.bob, "one")
        self.chat.journal.fail("the disk is full", times=None)
        for typed in (r"\edit two", r"\delete"):
            self.assert_typed(self.bob, typed, "error: not stored: the disk is full")
        self.assert_sees(self.alice)
        self.chat.journal.recover()
        self.assertEqual(self.chat.pool.rooms[LOBBY].history()[0].edited, False)
        self.assertEqual(self.newcomer_sees(), ["bob: one"])
