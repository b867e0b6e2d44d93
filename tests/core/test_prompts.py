"""Tests of twisted_chat.core.prompts."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.clients.json import JsonCodec, decode_object
from twisted_chat.core.chat import CommandContext
from twisted_chat.core.outcomes import Outcome
from twisted_chat.core.replies import Notice, Refused, Request, refusal
from twisted_chat.core.routes.table import standard_table
from twisted_chat.testing import TestChat
from twisted_chat.testing.chat import FakeClient, FakeWire


class PromptsTests(SynchronousTestCase):
    """A route that asks for a password."""

    def setUp(self) -> None:
        table = standard_table()
        self.answers: list[str] = []

        @table.route("secret", "[TEXT]", "ask for a password")
        def secret(context: CommandContext) -> Outcome:
            if context.word:
                return self.take(context.word)
            context.ask("password: ", self.take)
            return None

        @table.route("twice", "", "ask for two")
        def twice(context: CommandContext) -> None:
            def again(answer: str) -> None:
                self.answers.append(answer)
                context.ask("again: ", self.take)

            context.ask("password: ", again)

        self.room = TestChat(table)
        self.bob, self.eve = self.room.people("bob", "eve")

    def take(self, answer: str) -> Outcome:
        self.answers.append(answer)
        if answer == "wrong":
            raise Refused("wrong_password", "wrong")
        return Notice((f"{len(answer)} letters",))

    def shown(self, client: FakeClient) -> str:
        return client.connection.take().decode()

    def test_next_line_is_the_answer(self) -> None:
        """Asked for without a line end, and shown to nobody."""
        self.bob.types("\\secret")
        self.assertEqual(self.shown(self.bob), "password: ")
        self.bob.types("  correct horse ", "hi")
        self.assertEqual(self.shown(self.bob), "13 letters\r\nbob: hi\r\n")
        self.assertEqual(self.answers, ["correct horse"])
        self.assertEqual(self.eve.sees(), ["bob: hi"])

    def test_answer_may_look_like_anything(self) -> None:
        """A route, known or not, a message that begins with a backslash."""
        for line in ("\\quit", "/who", "\\nonsense x", "\\\\x", "\\o/", "error: no"):
            self.bob.types("\\secret", line)
            self.assertEqual(self.answers.pop(), line)
        self.assertIsNone(self.bob.closed)
        self.assertEqual(self.eve.sees(), [])

    def test_route_and_answer_may_be_sent_at_once(self) -> None:
        """By a script; whatever else is being stored."""
        self.room.journal.hold()
        self.bob.types("one", "\\secret", "pencil", "two")
        self.room.journal.release()
        self.assertEqual(self.answers, ["pencil"])
        self.assertEqual(self.eve.sees(), ["bob: one", "bob: two"])

    def test_refused_answer_is_asked_for_once(self) -> None:
        """The next line is a message again."""
        self.bob.types("\\secret", "wrong", "hi")
        self.assertEqual(self.shown(self.bob), "password: error: wrong\r\nbob: hi\r\n")

    def test_answer_may_lead_to_another_prompt(self) -> None:
        """One after the other."""
        self.bob.types("\\twice", "one", "two")
        self.assertEqual(self.shown(self.bob), "password: again: 3 letters\r\n")
        self.assertEqual(self.answers, ["one", "two"])

    def test_each_client_is_asked_for_itself(self) -> None:
        """What another one says is a message."""
        self.bob.types("\\secret")
        self.eve.types("hi")
        self.assertEqual(self.answers, [])
        self.bob.types("pencil")
        self.assertEqual(self.answers, ["pencil"])

    def test_line_that_is_too_long_is_no_answer(self) -> None:
        """It is refused, and nothing is asked any more."""
        self.bob.types("\\secret")
        self.bob.asks(refusal(Refused("too_long", "too long")))
        self.bob.types("hi")
        self.assertEqual(self.answers, [])
        self.assertEqual(
            self.shown(self.bob), "password: error: too long\r\nbob: hi\r\n"
        )

    def test_end_of_the_input_is_no_answer(self) -> None:
        """The client leaves."""
        self.bob.types("\\secret")
        self.bob.asks(Request("quit", ""))
        self.assertEqual(self.bob.closed, "quit")
        self.assertEqual(self.answers, [])

    def test_client_that_leaves_is_asked_no_more(self) -> None:
        """Nothing is left of it."""
        self.bob.types("\\secret")
        self.bob.leaves()
        self.assertFalse(self.room.chat._prompts)

    def test_client_that_types_no_lines_gives_the_password_with_the_route(self) -> None:
        """Otherwise it is told how the route is used."""
        codec = JsonCodec(lambda data: data + b"\n")
        wire = FakeWire(codec, decode_object, lambda data: data.decode().splitlines())
        page = self.room.client("page", wire=wire)
        page.sees()
        page.types('{"type":"command","text":"\\\\secret"}')
        (error,) = page.sees()
        text = "the password is missing (usage: \\\\secret [TEXT])"
        self.assertIn(f'"usage","text":"{text}"', error)
        page.types('{"type":"message","text":"hi"}')
        self.assertEqual(self.answers, [])
        page.types('{"type":"command","text":"\\\\secret pencil"}')
        self.assertEqual(self.answers, ["pencil"])

    def test_input_is_hidden_while_the_answer_is_awaited(self) -> None:
        """Where the connection can do that."""
        hidden: list[bool] = []
        connection = self.bob.client.connection

        def hide_input(*, hidden: bool) -> None:
            calls.append(hidden)

        calls = hidden
        connection.hide_input = hide_input  # type: ignore[attr-defined]
        self.bob.types("\\secret")
        self.assertEqual(hidden, [True])
        self.bob.types("pencil")
        self.assertEqual(hidden, [True, False])
