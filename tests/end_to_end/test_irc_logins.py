"""Logins of IRC clients over TLS, by passwords, proofs and certificates."""

from __future__ import annotations

from base64 import b64decode, b64encode
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding
from websockets.sync.client import ClientConnection
from websockets.typing import Subprotocol

from tests.end_to_end.clients import TlsClient
from tests.end_to_end.delayed import connect_websocket, trusting_context
from tests.end_to_end.harness import Server, ServerTestCase
from tests.end_to_end.waiting import TIMEOUT
from tests.support.certificates import (
    Authority,
    Pair,
    write_certificate,
    write_key,
    write_pem,
)
from tests.support.scram import ScramClient

SECRET = "correct-horse"


class IrcClient(TlsClient):
    """An IRC client that logs in."""

    def authenticate(self, data: bytes) -> None:
        self.say(f"AUTHENTICATE {b64encode(data).decode() or '+'}")

    def challenge(self) -> bytes:
        self.expect("AUTHENTICATE ")
        return b64decode(self.line())


class LoginTests(ServerTestCase):
    """Bob has an account, and passwords need TLS."""

    def setUp(self) -> None:
        super().setUp()
        self.authority = Authority.create()
        ca = self.directory / "ca.pem"
        ca.write_bytes(self.authority.certificate.public_bytes(Encoding.PEM))
        self.server: Server = self.start(
            "--store=memory:",
            f"--tls-cert={write_certificate(self.directory / 'chain.pem')}",
            f"--tls-key={write_key(self.directory / 'key.pem')}",
            f"--tls-client-ca={ca}",
            "--require-tls",
        )
        bob = self.client()
        bob.say("NICK bob", "USER bob 0 * :Bob", "CAP END")
        bob.expect(" 422 bob ")
        bob.say(f"REGISTER * * {SECRET}")
        bob.expect("REGISTER SUCCESS bob ")
        bob.close()

    def pem(self, pair: Pair) -> Path:
        """A file with a certificate and its key."""
        path = write_pem(self.directory / "client.pem", pair[0])
        with path.open("ab") as file:
            file.write(pair[1].public_bytes(Encoding.PEM))
        return path

    def client(self, pair: Pair | None = None) -> IrcClient:
        client = IrcClient(self.server.port, self.pem(pair) if pair else None)
        self.addCleanup(client.close)
        client.say("CAP LS 302")
        client.expect("sasl=PLAIN,SCRAM-SHA-256,EXTERNAL")
        client.say("CAP REQ :sasl")
        client.expect("ACK sasl\r\n")
        return client

    def test_password_logs_in(self) -> None:
        """Under the name that is registered."""
        client = self.client()
        client.say("NICK bob", "USER bob 0 * :Bob", "AUTHENTICATE PLAIN")
        client.expect("AUTHENTICATE +\r\n")
        client.authenticate(f"\0bob\0{SECRET}".encode())
        client.expect(" 903 ")
        client.say("CAP END")
        client.expect(" 001 bob ")

    def test_proof_logs_in(self) -> None:
        """The password is not sent."""
        client, scram = self.client(), ScramClient("bob", SECRET)
        client.say("AUTHENTICATE SCRAM-SHA-256")
        client.expect("AUTHENTICATE +\r\n")
        client.authenticate(scram.first)
        client.authenticate(scram.final(client.challenge()))
        self.assertTrue(scram.trusts(client.challenge()))
        client.authenticate(b"")
        client.expect(" 903 ")

    def test_certificate_logs_in(self) -> None:
        """One of the authority, and no other."""
        for authority, numeric in (
            (self.authority, " 903 "),
            (Authority.create(), " 904 "),
        ):
            client = self.client(authority.sign("bob"))
            client.say("AUTHENTICATE EXTERNAL")
            client.expect("AUTHENTICATE +\r\n")
            client.authenticate(b"")
            client.expect(numeric)

    def test_certificate_logs_in_over_websocket(self) -> None:
        """The nickname that is registered is for whoever has logged in."""
        for authority, result, registered in (
            (self.authority, " 903 ", " 001 bob "),
            (Authority.create(), " 904 ", " 433 * bob "),
        ):
            with connect_websocket(
                f"wss://127.0.0.1:{self.server.port}/irc",
                ssl=trusting_context(self.pem(authority.sign("bob"))),
                subprotocols=[Subprotocol("text.ircv3.net")],
            ) as socket:
                socket.send("CAP LS 302")
                self.receive(socket, "sasl=PLAIN,SCRAM-SHA-256,EXTERNAL")
                for line in ("CAP REQ :sasl", "AUTHENTICATE EXTERNAL"):
                    socket.send(line)
                self.receive(socket, "AUTHENTICATE +")
                for line in ("AUTHENTICATE +", "NICK bob", "USER bob 0 * :Bob"):
                    socket.send(line)
                self.receive(socket, result)
                socket.send("CAP END")
                self.receive(socket, registered)

    def receive(self, socket: ClientConnection, text: str) -> None:
        """Skip lines until one has a text."""
        while text not in str(socket.recv(TIMEOUT)):
            pass
