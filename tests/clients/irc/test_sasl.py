"""SASL on IRC."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import replace

from tests.support.accounts import HERE, PASSWORD, AccountsTestCase
from tests.support.scram import ScramClient
from twisted_chat.clients.irc.sasl import (
    FAILED,
    MAX_CHUNK,
    MAX_RESPONSE,
    Aborted,
    Answer,
    Authenticated,
    Authenticator,
    Challenge,
    Failed,
    Incomplete,
    Sasl,
    TooLong,
    UnknownMechanism,
)
from twisted_chat.core.interfaces import StoreError

WRONG = Failed(f"{FAILED}: wrong name or password")
INVALID = Failed(f"{FAILED}: the response is invalid")


class SaslTestCase(AccountsTestCase):
    """One connection, and the account ``bob``."""

    names: Sequence[str] | None = None

    def setUp(self) -> None:
        super().setUp()
        self.bob = self.register()
        self.sasl = self.connection()

    def connection(self, *, secure: bool = True) -> Sasl:
        names = self.names
        certificate_names = None if names is None else (lambda: names)
        return Sasl(Authenticator(self.accounts, HERE, secure, certificate_names))

    def authenticate(self, param: str) -> Answer:
        """What ``AUTHENTICATE`` is answered."""
        return self.now(self.sasl.receive(param))

    def respond(self, response: bytes) -> Answer:
        """What a response is answered."""
        return self.authenticate(b64encode(response).decode() or "+")

    def challenge(self, answer: Answer) -> bytes:
        assert isinstance(answer, Challenge)
        (param,) = answer.params
        return b64decode(param)


class ExchangeTests(SaslTestCase):
    """What is the same for all mechanisms."""

    def test_known_mechanism_begins_an_exchange(self) -> None:
        """In any case."""
        self.assertFalse(self.sasl.in_progress)
        self.assertEqual(self.authenticate("plain"), Challenge(("+",)))
        self.assertTrue(self.sasl.in_progress)

    def test_unknown_mechanism_is_answered_with_the_known_ones(self) -> None:
        """The client may choose another."""
        for name in ("FOO", "EXTERNAL", "+", ""):
            answer = self.authenticate(name)
            self.assertEqual(answer, UnknownMechanism(("PLAIN", "SCRAM-SHA-256")))
        self.assertFalse(self.sasl.in_progress)

    def test_there_is_no_mechanism_where_passwords_need_tls(self) -> None:
        """With it there are."""
        self.accounts.policy = replace(self.accounts.policy, requires_tls=True)
        self.sasl = self.connection(secure=False)
        self.assertEqual(self.authenticate("PLAIN"), UnknownMechanism(()))
        self.sasl = self.connection()
        self.assertEqual(self.authenticate("PLAIN"), Challenge(("+",)))

    def test_long_response_is_sent_in_parts(self) -> None:
        """The last part is shorter than the others, and may be a plus sign."""
        for size in (1000, 600):
            name = f"long{size}"
            password = "x" * (size - len(name) - 2)
            self.register(name, password)
            text = b64encode(f"\0{name}\0{password}".encode()).decode()
            self.authenticate("PLAIN")
            while len(text) >= MAX_CHUNK:
                self.assertEqual(self.authenticate(text[:MAX_CHUNK]), Incomplete())
                text = text[MAX_CHUNK:]
            answer = self.authenticate(text or "+")
            assert isinstance(answer, Authenticated)
            self.assertEqual(answer.account.name, name)

    def test_part_that_is_too_long_ends_the_exchange(self) -> None:
        """The client is told."""
        self.authenticate("PLAIN")
        self.assertEqual(self.authenticate("x" * (MAX_CHUNK + 1)), TooLong())
        self.assertFalse(self.sasl.in_progress)

    def test_response_that_is_too_long_ends_the_exchange(self) -> None:
        """What one client makes the server keep is bounded."""
        self.authenticate("PLAIN")
        for _ in range(MAX_RESPONSE // MAX_CHUNK):
            self.assertEqual(self.authenticate("x" * MAX_CHUNK), Incomplete())
        self.assertEqual(self.authenticate("x" * MAX_CHUNK), TooLong())
        self.assertFalse(self.sasl.in_progress)

    def test_asterisk_ends_the_exchange(self) -> None:
        """Also in the middle of a response, of which nothing is left."""
        self.authenticate("PLAIN")
        self.authenticate("x" * MAX_CHUNK)
        self.assertEqual(self.authenticate("*"), Aborted())
        self.assertFalse(self.sasl.in_progress)
        self.authenticate("PLAIN")
        answer = self.respond(f"\0bob\0{PASSWORD}".encode())
        self.assertEqual(answer, Authenticated(self.bob))

    def test_exchange_that_is_aborted_meanwhile_authenticates_nobody(self) -> None:
        """Such as by ``CAP END``, while a password is hashed."""
        real = self.accounts.log_in

        async def log_in(*arguments: object) -> object:
            self.sasl.abort()
            return await real(*arguments)  # type: ignore[arg-type]

        self.patch(self.accounts, "log_in", log_in)
        self.authenticate("PLAIN")
        answer = self.respond(f"\0bob\0{PASSWORD}".encode())
        self.assertEqual(answer, Aborted())

    def test_response_that_is_not_base64_fails(self) -> None:
        """The next exchange may succeed."""
        for response in ("!", "YQ", "YQ===", "ü"):
            self.authenticate("PLAIN")
            self.assertEqual(self.authenticate(response), INVALID)
            self.assertFalse(self.sasl.in_progress)

    def test_store_that_fails_is_told(self) -> None:
        """It is no fault of the client."""

        async def log_in(*_: object) -> object:
            raise StoreError("the disk is full")

        self.patch(self.accounts, "log_in", log_in)
        self.authenticate("PLAIN")
        answer = self.respond(b"\0bob\0x")
        self.assertEqual(answer, Failed(f"{FAILED}: the disk is full"))


class PlainTests(SaslTestCase):
    """PLAIN."""

    def setUp(self) -> None:
        super().setUp()
        self.authenticate("PLAIN")

    def test_name_and_password_authenticate(self) -> None:
        """With the name of the account a second time, or without."""
        for on_behalf_of in ("", "bob", "Bob"):
            answer = self.respond(f"{on_behalf_of}\0BOB\0{PASSWORD}".encode())
            self.assertEqual(answer, Authenticated(self.bob))
            self.authenticate("PLAIN")

    def test_wrong_name_and_wrong_password_are_refused_alike(self) -> None:
        """Nobody learns which."""
        for response in (b"\0bob\0no", b"\0nobody\0no", b"\0\0", b"\0 \0x"):
            self.assertEqual(self.respond(response), WRONG)
            self.authenticate("PLAIN")

    def test_nobody_logs_in_on_behalf_of_another(self) -> None:
        """Whatever the password."""
        self.register("eve")
        answer = self.respond(f"eve\0bob\0{PASSWORD}".encode())
        self.assertEqual(answer, WRONG)

    def test_other_responses_are_invalid(self) -> None:
        """Too few or too many parts, or not UTF-8."""
        for response in (b"", b"bob", b"bob\0x", b"a\0b\0c\0d", b"\0bob\0\xff"):
            self.assertEqual(self.respond(response), INVALID)
            self.authenticate("PLAIN")

    def test_attempts_are_limited(self) -> None:
        """As those of every other client."""
        for _ in range(5):
            self.respond(b"\0bob\0no")
            self.authenticate("PLAIN")
        answer = self.respond(f"\0bob\0{PASSWORD}".encode())
        self.assertEqual(answer, Failed(f"{FAILED}: too many attempts: wait 30 s"))


class ScramTests(SaslTestCase):
    """SCRAM-SHA-256."""

    def begin(self, client: ScramClient) -> Answer:
        """The client's last message was sent: what it is answered."""
        self.authenticate("SCRAM-SHA-256")
        challenge = self.challenge(self.respond(client.first))
        return self.respond(client.final(challenge))

    def test_proof_authenticates(self) -> None:
        """Once the client has checked what the server proves."""
        client = ScramClient("Bob", PASSWORD)
        self.assertTrue(client.trusts(self.challenge(self.begin(client))))
        self.assertEqual(self.authenticate("+"), Authenticated(self.bob))

    def test_wrong_password_and_wrong_name_are_refused_alike(self) -> None:
        """After the same messages."""
        for name in ("bob", "nobody"):
            self.assertEqual(self.begin(ScramClient(name, "no")), WRONG)
            self.assertFalse(self.sasl.in_progress)

    def test_unknown_name_has_the_same_salt_each_time(self) -> None:
        """As an account has."""
        salts = set()
        for _ in range(2):
            self.authenticate("SCRAM-SHA-256")
            client = ScramClient("nobody", PASSWORD)
            challenge = self.challenge(self.respond(client.first))
            salts.add(challenge.split(b",")[1])
            self.authenticate("*")
        self.assertEqual(len(salts), 1)
        self.assertGreater(len(salts.pop()), 20)

    def test_attempts_are_limited(self) -> None:
        """With those by password."""
        for _ in range(5):
            self.begin(ScramClient("bob", "no"))
        self.authenticate("SCRAM-SHA-256")
        answer = self.respond(ScramClient("bob", PASSWORD).first)
        self.assertEqual(answer, Failed(f"{FAILED}: too many attempts: wait 30 s"))

    def test_attempts_that_run_at_the_same_time_are_limited(self) -> None:
        """Those that began before one had to wait."""
        connections = []
        for _ in range(6):
            self.sasl = self.connection()
            self.authenticate("SCRAM-SHA-256")
            client = ScramClient("bob", "no")
            challenge = self.challenge(self.respond(client.first))
            connections.append((self.sasl, client.final(challenge)))
        answers = []
        for self.sasl, final in connections:
            answers.append(self.respond(final))
        self.assertEqual(answers[:5], [WRONG] * 5)
        self.assertEqual(answers[5], Failed(f"{FAILED}: too many attempts: wait 30 s"))

    def test_other_messages_are_invalid(self) -> None:
        """At the first step, and after the last one."""
        self.authenticate("SCRAM-SHA-256")
        self.assertEqual(self.respond(b"n,,n=bob"), INVALID)
        self.begin(ScramClient("bob", PASSWORD))
        self.assertEqual(self.respond(b"more"), INVALID)

    def test_nobody_logs_in_on_behalf_of_another(self) -> None:
        """Whatever the password."""
        self.authenticate("SCRAM-SHA-256")
        client = ScramClient("bob", PASSWORD, header="n,a=eve,")
        self.assertEqual(self.respond(client.first), WRONG)


class ExternalTests(SaslTestCase):
    """EXTERNAL."""

    names: Sequence[str] | None = ("unknown", "Bob")

    def test_certificate_authenticates(self) -> None:
        """Its first name that is an account, or the one that the client gives."""
        for response in (b"", b"bob"):
            self.assertEqual(self.authenticate("EXTERNAL"), Challenge(("+",)))
            self.assertEqual(self.respond(response), Authenticated(self.bob))

    def test_name_that_is_not_in_the_certificate_is_refused(self) -> None:
        """Also if it is an account."""
        self.register("eve")
        for response in (b"eve", b"unknown", b"?"):
            self.authenticate("EXTERNAL")
            answer = self.respond(response)
            assert isinstance(answer, Failed)
            self.assertIn("no certificate", answer.text)

    def test_connection_without_a_certificate_is_refused(self) -> None:
        """It may use another mechanism."""
        self.names = ()
        self.sasl = self.connection()
        self.authenticate("EXTERNAL")
        self.assertIsInstance(self.respond(b""), Failed)

    def test_it_is_offered_with_the_others(self) -> None:
        """If the server trusts an authority."""
        answer = self.authenticate("FOO")
        known = ("PLAIN", "SCRAM-SHA-256", "EXTERNAL")
        self.assertEqual(answer, UnknownMechanism(known))
