"""Stock IRC clients, in the same rooms as telnet."""

from __future__ import annotations

import importlib.util
import re
import sys

from tests.end_to_end.clients import LineClient, TlsClient
from tests.end_to_end.harness import ROOT, Server, ServerTestCase
from tests.end_to_end.hexchat import HexChat
from tests.end_to_end.irc_programs import IrcPipe, Irssi, ii, sic, weechat
from tests.end_to_end.requirements import missing, require_program
from tests.support.certificates import write_certificate, write_key


class IrcClientTests(ServerTestCase):
    """Alice with one program, and Bob with a plain socket."""

    def setUp(self) -> None:
        super().setUp()
        self.server: Server = self.start("--store", "memory:", "--history", "5")
        self.bob: LineClient = self.connect(self.server, "bob")
        self.bob.say("earlier")
        self.bob.expect("bob: earlier\r\n")

    @property
    def port(self) -> str:
        return str(self.server.port)

    def running(self, pipe: IrcPipe) -> IrcPipe:
        self.addCleanup(pipe.close)
        return pipe

    def late_client(self, server: Server, bob: LineClient, *, tls: bool) -> LineClient:
        """An IRC client that is welcomed to the line chat before it sends anything."""
        if tls:
            client: LineClient = TlsClient(
                server.port, delayed=lambda: bob.expect("left the chat\r\n")
            )
        else:
            client = LineClient(server.port)
        self.addCleanup(client.close)
        client.expect("Welcome, guest_")
        return client

    def bob_sees(self, text: str) -> None:
        self.bob.expect(f"{text}\r\n")

    def test_irssi(self) -> None:
        """Join, talk, private messages, topic, rename, kick, history, leaving."""
        program = require_program("irssi")
        alice = Irssi(program, self.directory / "irssi", self.server.port, "alice")
        self.addCleanup(alice.close)
        alice.expect("Welcome to")
        alice.type("/join #lobby\r")
        self.bob_sees("alice: joined the chat")
        alice.shows("earlier")
        alice.type("hi all, grüße\r")
        self.bob_sees("alice: hi all, grüße")
        self.bob.say("welcome, Алиса")
        alice.shows("welcome, Алиса")
        alice.type("/me waves\r")
        self.bob_sees("* alice waves")
        alice.type("/msg bob psst\r")
        self.bob_sees("alice (private): psst")
        self.bob.say("\\dm alice secret")
        alice.shows("secret")
        self.bob.say("\\topic tea at five")
        alice.shows("tea at five")
        alice.type("/window 2\r")
        alice.type("/nick carol\r")
        self.bob_sees("alice: is now known as carol")
        self.bob.say("\\nick bobby")
        alice.shows("bobby")
        alice.type("/join #den\r")
        alice.shows("has joined #den")
        self.bob.say("\\join den")
        self.bob.expect("joined the chat\r\n")
        alice.type("/kick bobby enough\r")
        self.bob.expect("you were kicked from #den by carol (enough)\r\n")
        alice.type("/quit bye\r")
        self.bob.expect("carol: left the chat\r\n")
        alice.expect_end()

    def test_weechat(self) -> None:
        """Join, talk, private messages, rename, and it connects again."""
        program = require_program("weechat-headless")
        pipe = weechat(program, self.directory / "weechat", self.server.port, "alice")
        alice = self.running(pipe)
        self.bob_sees("alice: joined the chat")
        alice.shows("earlier")
        alice.tell("hi all, grüße")
        self.bob_sees("alice: hi all, grüße")
        self.bob.say("welcome, Алиса")
        alice.shows("welcome, Алиса")
        alice.tell("/me waves")
        self.bob_sees("* alice waves")
        alice.tell("/msg bob psst")
        self.bob_sees("alice (private): psst")
        alice.tell("/nick carol")
        self.bob_sees("alice: is now known as carol")
        alice.tell("/reconnect chat")
        self.bob_sees("carol: left the chat")
        self.bob.expect(re.compile(r"(alice|carol): joined the chat\r\n"))

    def test_ii(self) -> None:
        """Join, talk, private messages."""
        pipe = ii(require_program("ii"), self.directory / "ii", self.server.port, "al")
        alice = self.running(pipe)
        alice.tell("/j #lobby")
        self.bob_sees("al: joined the chat")
        alice.shows("earlier")
        alice.tell("hi all, grüße")
        self.bob_sees("al: hi all, grüße")
        self.bob.say("welcome")
        alice.shows("<bob> welcome")
        alice.tell("/t tea at five")
        self.bob.expect("tea at five")
        alice.tell("/n carol")
        self.bob_sees("al: is now known as carol")

    def test_sic(self) -> None:
        """Join, talk, private messages."""
        pipe = sic(require_program("sic"), self.directory, self.server.port, "alice")
        alice = self.running(pipe)
        alice.tell(":j #lobby")
        self.bob_sees("alice: joined the chat")
        alice.shows("earlier")
        alice.tell("hi all, grüße")
        self.bob_sees("alice: hi all, grüße")
        self.bob.say("hi")
        alice.shows("<bob> hi")
        alice.tell(":m bob psst")
        self.bob_sees("alice (private): psst")

    def test_tinyirc(self) -> None:
        """Join, talk."""
        program = require_program("tinyirc")
        alice = self.terminal(program, "alice", "127.0.0.1", self.port)
        alice.expect("Welcome to")
        alice.type("/join #lobby\r")
        self.bob_sees("alice: joined the chat")
        # Not what is typed alone: it may not have seen yet that it has joined.
        alice.type("/msg #lobby hi all\r")
        self.bob_sees("alice: hi all")
        self.bob.say("welcome")
        alice.expect("welcome")

    def test_hexchat(self) -> None:
        """With TLS, which it begins late, and logged in: join, history, talk."""
        program, xvfb = require_program("hexchat"), require_program("Xvfb")
        server = self.start("--store", "memory:", *self.certificate())
        bob = self.connect(server, "bob")
        owner = self.connect(server, "alice")
        owner.say("\\register correct-horse")
        owner.expect("registered: alice\r\n")
        owner.close()
        bob.expect("alice: left the chat\r\n")
        bob.say("earlier")
        alice = HexChat(program, xvfb, server.port, "alice", "correct-horse")
        self.addCleanup(alice.close)
        bob.expect("alice: joined the chat\r\n")
        alice.shows(" 903 ")
        alice.shows("PRIVMSG #lobby :earlier")
        alice.tell("say hi all, grüße")
        bob.expect("alice: hi all, grüße\r\n")
        bob.say("welcome, Алиса")
        alice.shows("PRIVMSG #lobby :welcome, Алиса")

    def certificate(self) -> tuple[str, ...]:
        """The options of a server with TLS."""
        cert = write_certificate(self.directory / "cert.pem")
        key = write_key(self.directory / "key.pem")
        return "--tls-cert", str(cert), "--tls-key", str(key)

    def test_late_client(self) -> None:
        """With TLS or without, it is served, and its guest leaves."""
        server = self.start("--store", "memory:", *self.certificate())
        bob = self.connect(server, "bob")
        for tls in (False, True):
            alice = self.late_client(server, bob, tls=tls)
            guest = bob.expect(": joined the chat\r\n")
            alice.send(b"CAP LS 302\r\nNICK alice\r\nUSER alice 0 * :Alice\r\n")
            alice.expect(" CAP * LS ")
            bob.expect(guest.replace("joined", "left"))
            alice.send(b"CAP END\r\nJOIN #lobby\r\nPRIVMSG #lobby :hello\r\n")
            alice.expect(" 001 alice ")
            bob.expect("alice: joined the chat\r\nalice: hello\r\n")
            bob.say("welcome")
            alice.expect("PRIVMSG #lobby :welcome\r\n")
            alice.send(b"QUIT :bye\r\n")
            bob.expect("alice: left the chat\r\n")
            alice.expect_end()

    def test_bot_of_the_documentation(self) -> None:
        """Ten lines, by a library from PyPI."""
        if importlib.util.find_spec("irc") is None:
            raise missing("irc", "pip install -e '.[test]'")
        text = (ROOT / "docs" / "irc.md").read_text("utf-8")
        (code,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
        self.assertLessEqual(sum(bool(line) for line in code.splitlines()), 10)
        script = self.directory / "bot.py"
        script.write_text(code.replace("3000", self.port), "utf-8")
        self.spawn(sys.executable, str(script))
        self.bob_sees("echo: joined the chat")
        self.bob.say("echo: how are you?")
        self.bob_sees("echo: bob said: how are you?")
        self.bob.say("not for you")
        self.bob.say("echo: and now?")
        self.bob_sees("echo: bob said: and now?")
