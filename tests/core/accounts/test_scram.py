"""The server's side of SCRAM-SHA-256."""

from __future__ import annotations

import contextlib
import secrets
from base64 import b64decode, b64encode

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from tests.support.accounts import CHEAP, PASSWORD
from tests.support.scram import ScramClient
from twisted_chat.core.accounts.passwords import Costs, Hashes, hashed
from twisted_chat.core.accounts.scram import ClientFirst, ScramError, ScramServer

HASHES = hashed(PASSWORD, CHEAP)


class FirstMessageTests(SynchronousTestCase):
    """The first message of a client."""

    def test_its_parts_are_read(self) -> None:
        """Name, nonce, and on behalf of whom."""
        first = ClientFirst.parse("n,a=eve,n=grü=2Cn=3D,r=a!~,x=y".encode())
        self.assertEqual(
            first,
            ClientFirst("n,a=eve,", "n=grü=2Cn=3D,r=a!~,x=y", "grü,n=", "eve", "a!~"),
        )

    def test_client_that_could_bind_to_the_channel_is_accepted(self) -> None:
        """It knows that the server does not offer it."""
        self.assertEqual(ClientFirst.parse(b"y,,n=bob,r=x").header, "y,,")

    def test_other_messages_are_refused(self) -> None:
        """Channel binding, unknown extensions, and what is no message at all."""
        for message in (
            b"p=tls-unique,,n=bob,r=x",
            b"n,,m=ext,n=bob,r=x",
            b"n,,n=,r=x",
            b"n,,n=bob,r=",
            b"n,,n=b=ob,r=x",
            b"n,,n=bob",
            b"n,n=bob,r=x",
            b"n,,n=\xff,r=x",
            b"",
        ):
            self.assertRaises(ScramError, ClientFirst.parse, message)

    @given(st.binary(max_size=50))
    def test_any_bytes_are_read_or_refused(self, message: bytes) -> None:
        """Nothing else is raised."""
        with contextlib.suppress(ScramError):
            ClientFirst.parse(b"n,,n=" + message)


class ExchangeTests(SynchronousTestCase):
    """What follows the first message."""

    def start(self, client: ScramClient, hashes: Hashes = HASHES) -> ScramServer:
        return ScramServer(ClientFirst.parse(client.first), hashes)

    def test_the_example_of_the_standard_gives_its_messages(self) -> None:
        """RFC 7677, section 3: user ``user``, password ``pencil``."""
        salt = b64decode("W22ZaJ0SNY7soEsUEjb6gQ==")
        costs = Costs(n=2, r=1, p=1, iterations=4096)
        self.patch(secrets, "token_bytes", lambda _size: salt)
        hashes = hashed("pencil", costs)
        client = ScramClient("user", "pencil", nonce="rOprNGfwEbeRWgbNEkqO")
        server = self.start(client, hashes)
        # The example's part of the server is not Base64.
        server._nonce = "rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0"
        server.challenge = (
            f"r={server._nonce},s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096".encode()
        )
        server._start = f"n=user,r=rOprNGfwEbeRWgbNEkqO,{server.challenge.decode()}"
        final = client.final(server.challenge)
        self.assertEqual(
            final,
            b"c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
            b"p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
        )
        self.assertEqual(
            server.answer(final), b"v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="
        )

    def test_client_that_knows_the_password_is_accepted(self) -> None:
        """And learns that the server has the verifier."""
        for header in ("n,,", "y,,", "n,a=b=2Cb,"):
            client = ScramClient("b,b", PASSWORD, header=header)
            server = self.start(client)
            self.assertTrue(
                client.trusts(server.answer(client.final(server.challenge)))
            )

    def test_client_with_another_password_is_refused(self) -> None:
        """It proves nothing."""
        client = ScramClient("bob", PASSWORD + "x")
        server = self.start(client)
        final = client.final(server.challenge)
        self.assertRaises(ScramError, server.answer, final)

    def test_message_of_another_exchange_is_refused(self) -> None:
        """One that was recorded cannot be used again."""
        client = ScramClient("bob", PASSWORD)
        final = client.final(self.start(client).challenge)
        self.assertRaises(ScramError, self.start(client).answer, final)

    def test_other_header_than_in_the_first_message_is_refused(self) -> None:
        """Someone between the two has changed it."""
        client = ScramClient("bob", PASSWORD, header="y,,")
        server = ScramServer(ClientFirst.parse(b"n" + client.first[1:]), HASHES)
        final = client.final(server.challenge)
        self.assertRaises(ScramError, server.answer, final)

    def test_challenge_has_the_parameters_of_the_account(self) -> None:
        """And a nonce that begins with the client's."""
        challenge = self.start(ScramClient("bob", PASSWORD, nonce="abc")).challenge
        nonce, salt, iterations = challenge.decode().split(",")
        self.assertTrue(nonce.startswith("r=abc"))
        self.assertGreaterEqual(len(nonce), len("r=abc") + 24)
        self.assertEqual(salt, f"s={b64encode(HASHES.scram_salt).decode()}")
        self.assertEqual(iterations, f"i={CHEAP.iterations}")

    def test_what_is_not_a_proof_is_refused(self) -> None:
        """Of another form, of another length, or not Base64."""
        client = ScramClient("bob", PASSWORD)
        server = self.start(client)
        bare, _, _ = client.final(server.challenge).partition(b",p=")
        for message in (b"", bare, bare + b",p=", bare + b",p=!", bare + b",p=YQ=="):
            self.assertRaises(ScramError, server.answer, message)
        self.assertRaises(ScramError, server.answer, b"\xff")
