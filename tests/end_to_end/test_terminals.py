"""People with the programs that their machines came with.

Each is run for real, under a terminal, and typed into.  What they share stands in
``converse``; what is special to one, above all its Ctrl-C, in its own test.
"""

from __future__ import annotations

import contextlib
import subprocess

from tests.end_to_end.clients import LineClient, Terminal
from tests.end_to_end.harness import Server, ServerTestCase
from tests.end_to_end.requirements import missing, require_program
from tests.end_to_end.waiting import NotSeen

CTRL_C = "\x03"
UP, LEFT = "\x1b[A", "\x1b[D"


class TerminalTests(ServerTestCase):
    """One program in a terminal and one plain client, in one room."""

    def setUp(self) -> None:
        super().setUp()
        self.server: Server = self.start("--store", "memory:")
        self.bob: LineClient = self.connect(self.server, "bob")

    @property
    def port(self) -> str:
        return str(self.server.port)

    def converse(self, *command: str) -> Terminal:
        """Alice comes with this program, takes her name, and the two talk."""
        alice = self.terminal(*command)
        alice.expect("Welcome, guest_")
        alice.expect("joined the chat")
        self.bob.expect("joined the chat\r\n")
        alice.type("\\nick alice\r")
        self.assertRegex(self.bob.line(), r"^guest_\d+: is now known as alice$")
        alice.expect("is now known as alice")

        alice.type("hi all, grüße, 你好\r")
        self.assertEqual(self.bob.line(), "alice: hi all, grüße, 你好")
        alice.expect("alice: hi all, grüße, 你好")

        self.bob.say("welcome, Алиса €")
        self.bob.expect("welcome, Алиса €\r\n")
        alice.expect("bob: welcome, Алиса €")
        return alice

    def interrupt_and_go_on(self, alice: Terminal) -> None:
        """She presses Ctrl-C; nobody sees it, and she still sees what others say.

        A telnet that sent Ctrl-C throws away everything until the server has answered
        its DO TIMING-MARK: Bob may have to ask again, but not for ever.
        """
        alice.type(CTRL_C)
        for attempt in range(10):
            self.bob.say(f"still there? {attempt}")
            self.assertEqual(self.bob.line(), f"bob: still there? {attempt}")
            with contextlib.suppress(NotSeen):
                alice.expect(f"bob: still there? {attempt}", timeout=1 + attempt)
                break
        else:
            self.fail("after Ctrl-C she sees nothing any more")
        alice.type("yes\r")
        self.assertEqual(self.bob.line(), "alice: yes")
        alice.expect("alice: yes")

    def quit(self, alice: Terminal) -> None:
        """She leaves by the route, and her program ends."""
        alice.type("\\quit\r")
        self.assertEqual(self.bob.line(), "alice: left the chat")
        alice.expect_end()

    def interrupt_and_leave(self, alice: Terminal) -> None:
        """With this program Ctrl-C is how one leaves."""
        alice.type(CTRL_C)
        self.assertEqual(self.bob.line(), "alice: left the chat")
        alice.expect_end()

    def test_telnet(self) -> None:
        """Whatever ``telnet`` is on this machine."""
        alice = self.converse(require_program("telnet"), "127.0.0.1", self.port)
        self.interrupt_and_go_on(alice)
        self.quit(alice)

    def test_inetutils_telnet(self) -> None:
        """GNU telnet, the one in today's Debian."""
        program = require_program("inetutils-telnet")
        alice = self.converse(program, "127.0.0.1", self.port)
        self.interrupt_and_go_on(alice)
        self.interrupt_and_go_on(alice)
        self.quit(alice)

    def test_inetutils_telnet_sends_one_key_at_a_time(self) -> None:
        """In character mode a line ends in CR NUL and Return still sends it."""
        program = require_program("inetutils-telnet")
        alice = self.converse(program, "127.0.0.1", self.port)
        alice.type("\x1d")
        alice.expect("telnet> ")
        alice.type("mode character\r")
        alice.type("key by key\r")
        self.assertEqual(self.bob.line(), "alice: key by key")
        alice.expect("alice: key by key")
        self.quit(alice)

    def test_netkit_telnet(self) -> None:
        """The telnet of older systems, which lives on in Debian as telnet-ssl."""
        program = require_program("telnet-ssl")
        alice = self.converse(program, "127.0.0.1", self.port)
        self.interrupt_and_go_on(alice)
        self.quit(alice)

    def test_busybox_telnet(self) -> None:
        """The telnet of small systems: its Ctrl-C asks what to do."""
        program = require_program("busybox")
        applets = subprocess.run([program, "--list"], capture_output=True, check=True)
        if b"telnet" not in applets.stdout.split():
            raise missing("busybox with telnet", "sudo apt-get install busybox")
        alice = self.converse(program, "telnet", "127.0.0.1", self.port)
        # It overlooks a Ctrl-C that comes just before it waits: one presses it again.
        for _ in range(10):
            alice.type(CTRL_C)
            with contextlib.suppress(NotSeen):
                alice.expect("Console escape", timeout=3)
                break
        alice.type("e")
        self.assertEqual(self.bob.line(), "alice: left the chat")

    def test_plink_telnet(self) -> None:
        """PuTTY's telnet, which negotiates before it says anything."""
        program = require_program("plink")
        alice = self.converse(program, "-telnet", "-P", self.port, "127.0.0.1")
        self.interrupt_and_leave(alice)

    def test_plink_raw(self) -> None:
        """PuTTY without telnet."""
        program = require_program("plink")
        alice = self.converse(program, "-raw", "-P", self.port, "127.0.0.1")
        self.interrupt_and_leave(alice)

    def test_arrow_keys(self) -> None:
        """Who presses arrow keys within a line sends only what they wrote."""
        for command in (
            (require_program("inetutils-telnet"), "127.0.0.1", self.port),
            (require_program("busybox"), "telnet", "127.0.0.1", self.port),
            (require_program("nc"), "127.0.0.1", self.port),
        ):
            alice = self.converse(*command)
            alice.type(f"no {UP}cursor{LEFT} moves{UP}\r")
            self.assertEqual(self.bob.line(), "alice: no cursor moves")
            alice.type("\\quit\r")
            self.assertEqual(self.bob.line(), "alice: left the chat")

    def test_nc(self) -> None:
        """Netcat, as everyone has it."""
        program = require_program("nc")
        alice = self.converse(program, "127.0.0.1", self.port)
        self.interrupt_and_leave(alice)

    def test_nc_with_crlf(self) -> None:
        """``nc -C`` sends a line and its CR LF in two pieces."""
        program = require_program("nc")
        alice = self.converse(program, "-C", "127.0.0.1", self.port)
        self.interrupt_and_leave(alice)

    def test_nc_in_a_pipe(self) -> None:
        """``echo hi | nc -N`` says its line, though it sends no more at once."""
        program = require_program("nc")
        done = subprocess.run(
            [program, "-N", "127.0.0.1", self.port],
            input=b"\\nick pipe\nfirst\nno end of line",
            capture_output=True,
            check=True,
            timeout=60,
        )
        self.bob.expect("pipe: first\r\n")
        self.assertEqual(self.bob.line(), "pipe: no end of line")
        self.assertEqual(self.bob.line(), "pipe: left the chat")
        self.assertIn(b"pipe: first\r\n", done.stdout)

    def test_socat(self) -> None:
        """Socat between a terminal and the port."""
        program = require_program("socat")
        alice = self.converse(program, "-", f"TCP:127.0.0.1:{self.port}")
        self.interrupt_and_leave(alice)
