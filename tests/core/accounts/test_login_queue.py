"""Logins that wait for others."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from tests.support.account_case import SECRET, AccountCase
from tests.support.json_chat import frame_objects
from twisted_chat.clients.json import JsonCodec, decode_object
from twisted_chat.core.accounts import login_queue
from twisted_chat.core.accounts.login_queue import LoginQueue
from twisted_chat.core.client import Client
from twisted_chat.core.events import LoggedIn, Message
from twisted_chat.testing import FakeConnection, FakeWire
from twisted_chat.testing.chat import FakeClient


class QueueTests(SynchronousTestCase):
    """The order and the number."""

    def setUp(self) -> None:
        self.patch(login_queue, "MAX_AT_ONCE", 2)
        self.queue = LoginQueue()
        self.submitted: list[str] = []
        self.clients = {nick: self.client(nick) for nick in "abcde"}

    def client(self, nick: str) -> Client:
        codec = JsonCodec()
        return Client(nick, FakeConnection(), codec)

    def add(self, *nicks: str) -> None:
        """These clients log in."""

        def add(nick: str, client: Client) -> None:
            def submit() -> None:
                client.begin_one()
                self.submitted.append(nick)

            self.queue.add(client, submit)

        for nick in nicks:
            add(nick, self.clients[nick])

    def test_login_waits_until_one_before_it_is_settled(self) -> None:
        """In order, whichever that is."""
        self.add("a", "b", "c", "d")
        self.assertEqual(self.submitted, ["a", "b"])
        self.clients["b"].complete_one()
        self.assertEqual(self.submitted, ["a", "b", "c"])
        self.add("e")
        self.clients["c"].complete_one()
        self.clients["a"].complete_one()
        self.assertEqual(self.submitted, ["a", "b", "c", "d", "e"])

    def test_client_is_busy_while_its_login_waits(self) -> None:
        """So what it asks for next waits, too."""
        self.add("a", "b", "c")
        self.assertEqual([self.clients[nick].pending for nick in "abcd"], [1, 1, 1, 0])
        self.clients["a"].complete_one()
        self.assertEqual([self.clients[nick].pending for nick in "abcd"], [0, 1, 1, 0])


class ManyLoginsTests(AccountCase):
    """A crowd that logs in at once, by JSON, while bob talks."""

    NUMBER = 40

    def setUp(self) -> None:
        super().setUp()
        names = [f"member{number}" for number in range(self.NUMBER)]
        for client in self.room.people(*names):
            client.types(f"\\register {SECRET}")
            client.leaves()
        wire = FakeWire(JsonCodec(), decode_object, frame_objects)
        guests = self.room.people(*[""] * self.NUMBER, wire=wire)
        self.crowd = dict(zip(names, guests, strict=True))
        self.room.journal.batches.clear()

    def log_in(self, ref: str | None = "in") -> None:
        """All of them; bob says something behind them."""
        with self.room.together():
            for name, guest in self.crowd.items():
                frame = f'"type":"login","nick":"{name}","password":"{SECRET}"'
                guest.types(f'{{{frame},"ref":"{ref}"}}')
            self.bob.types("now")

    def logins(self) -> list[int]:
        """The number of logins in each batch."""
        return [
            sum(isinstance(event, LoggedIn) for event in batch)
            for batch in self.room.journal.batches
        ]

    def test_message_waits_for_few_of_them(self) -> None:
        """The others are shown after it."""
        self.log_in()
        most = login_queue.MAX_AT_ONCE
        self.assertEqual(self.logins(), [most, most, self.NUMBER - 2 * most])
        first = self.room.journal.batches[0]
        self.assertIsInstance(first[-1], Message)

    def test_each_is_welcomed_with_the_names_of_all_before_it(self) -> None:
        """And was shown the others of its batch before that."""
        self.log_in()
        for name, guest in self.crowd.items():
            with self.subTest(name):
                self.check_welcome(name, guest.sees())

    def check_welcome(self, name: str, seen: list[dict[str, object]]) -> None:
        at = next(n for n, shown in enumerate(seen) if shown["type"] == "welcome")
        before, welcome, after = seen[:at], seen[at], seen[at + 1 :]
        self.assertEqual((welcome["account"], welcome["ref"]), (name, "in"))
        new = {shown["to"] for shown in before if shown["type"] == "renamed"}
        members = welcome["members"]
        assert isinstance(members, list)
        self.assertIn(name, new)
        self.assertLessEqual(new, set(members))
        self.assertEqual(len(members), len(set(members)))
        accounts = welcome["accounts"]
        assert isinstance(accounts, dict)
        self.assertEqual(set(accounts), new)
        later = {shown["to"] for shown in after if shown["type"] == "renamed"}
        self.assertEqual(new | later, set(self.crowd))
        self.assertFalse(new & later)
        said = [shown["id"] for shown in before if "id" in shown]
        self.assertLessEqual(max(map(str, said)), str(welcome["position"]))

    def test_stop_logs_all_in(self) -> None:
        """Also those that wait for others when it begins."""
        stopped: list[bool] = []
        self.room.journal.hold()
        self.log_in()
        self.room.chat.stop(lambda: stopped.append(True))
        self.room.settle()
        self.assertLess(sum(self.logins()), self.NUMBER)
        self.assertEqual(stopped, [])
        self.room.journal.release()
        self.room.settle()
        self.assertEqual(stopped, [True])
        self.assertEqual(sum(self.logins()), self.NUMBER)
        for name, guest in self.crowd.items():
            welcomes = [each for each in guest.sees() if each["type"] == "welcome"]
            self.assertEqual([each["account"] for each in welcomes], [name])

    def test_refused_login_lets_the_next_one_go_on(self) -> None:
        """Its client is told, and nothing stays behind."""
        self.room.journal.fail(times=1)
        self.log_in()
        answers = [guest.sees() for guest in self.crowd.values()]
        errors = [self.error_of(seen) for seen in answers]
        most = login_queue.MAX_AT_ONCE
        self.assertEqual(errors[:most], ["not stored: the disk is full"] * most)
        self.assertEqual(errors[most:], [""] * (self.NUMBER - most))
        self.assertEqual(
            [guest.client.pending for guest in self.crowd.values()], [0] * self.NUMBER
        )

    def error_of(self, seen: list[dict[str, str]]) -> str:
        errors = [shown["text"] for shown in seen if shown["type"] == "error"]
        return errors[0] if errors else ""


class PasswordTests(AccountCase):
    """A password that is asked for."""

    def test_message_behind_it_is_posted_by_the_account(self) -> None:
        """By a script, which sends both at once."""
        self.register()
        self.bob.leaves()
        guest: FakeClient = self.newcomer()
        guest.types("\\login bob", SECRET, "hi")
        event = self.room.journal.batches[-1][-1]
        assert isinstance(event, Message)
        self.assertEqual((event.nick, event.account, event.text), ("bob", "bob", "hi"))
