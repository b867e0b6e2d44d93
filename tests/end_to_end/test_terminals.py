"""Terminal clients: telnet of every family, netcat, socat and PuTTY.

Each program runs under a real terminal.  ``converse`` has what all of them do; a test
adds what is specific to its program, above all Ctrl-C.
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
    """Alice with one program in a terminal, and Bob with a plain socket."""

    def setUp(self) -> None:
        super().setUp()
        self.server: Server = self.start("--store", "memory:")
        self.bob: LineClient = self.connect(self.server, "bob")

    @property
    def port(self) -> str:
        return str(self.server.port)

    def converse(self, *command: str) -> Terminal:
        """Alice joins with this program and takes her nickname; both send messages."""
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
        """Ctrl-C posts nothing, and Alice still receives messages.

        After Ctrl-C telnet discards everything until the server has answered its DO
        TIMING-MARK, so Bob may have to send more than one message.
        """
        alice.type(CTRL_C)
        for attempt in range(10):
            self.bob.say(f"still there? {attempt}")
            self.assertEqual(self.bob.line(), f"bob: still there? {attempt}")
            with contextlib.suppress(NotSeen):
                alice.expect(f"bob: still there? {attempt}", timeout=1 + attempt)
                break
        else:
            self.fail("Alice receives nothing after Ctrl-C")
        alice.type("yes\r")
        self.assertEqual(self.bob.line(), "alice: yes")
        alice.expect("alice: yes")

    def quit(self, alice: Terminal) -> None:
        """Alice leaves with the route, and her program ends."""
        alice.type("\\quit\r")
        self.assertEqual(self.bob.line(), "alice: left the chat")
        alice.expect_end()

    def interrupt_and_leave(self, alice: Terminal) -> None:
        """Ctrl-C ends this program."""
        alice.type(CTRL_C)
        self.assertEqual(self.bob.line(), "alice: left the chat")
        alice.expect_end()

    def test_telnet_chats_and_survives_an_interrupt(self) -> None:
        """Whatever ``telnet`` is on this machine."""
        alice = self.converse(require_program("telnet"), "127.0.0.1", self.port)
        self.interrupt_and_go_on(alice)
        self.quit(alice)

    def test_inetutils_telnet_survives_two_interrupts(self) -> None:
        """GNU telnet, the default in Debian 12."""
        program = require_program("inetutils-telnet")
        alice = self.converse(program, "127.0.0.1", self.port)
        self.interrupt_and_go_on(alice)
        self.interrupt_and_go_on(alice)
        self.quit(alice)

    def test_inetutils_telnet_chats_in_character_mode(self) -> None:
        """Return sends CR NUL there."""
        program = require_program("inetutils-telnet")
        alice = self.converse(program, "127.0.0.1", self.port)
        alice.type("\x1d")
        alice.expect("telnet> ")
        alice.type("mode character\r")
        alice.type("key by key\r")
        self.assertEqual(self.bob.line(), "alice: key by key")
        alice.expect("alice: key by key")
        self.quit(alice)

    def test_telnet_sends_letters_of_every_script(self) -> None:
        """All but the first one that has a byte of one of its keys.

        Only then does it send a command, and learn that it may use binary mode.
        """
        for program in ("telnet", "inetutils-telnet"):
            for option in ((), ("-E",)):
                command = (require_program(program), *option, "127.0.0.1", self.port)
                alice = self.converse(*command)
                alice.type("“\r")
                self.assertTrue(self.bob.line().startswith("alice: "))
                # What she sees now was sent after the server's offer.
                self.bob.say("on")
                self.bob.expect("bob: on\r\n")
                alice.expect("bob: on")
                for text in ("Übung", "Ńowy", "ăsta", "“q”", "שלום", "مرحبا", "Ü" * 40):
                    alice.type(f"{text}\r")
                    self.assertEqual(self.bob.line(), f"alice: {text}", command)
                    # At the left, though her terminal only moves down for Enter now.
                    alice.expect(f"\ralice: {text}")
                self.bob.say("“Übung” ăsta")
                self.bob.expect("“Übung” ăsta\r\n")
                alice.expect("bob: “Übung” ăsta\r\n")
                self.interrupt_and_go_on(alice)
                self.quit(alice)

    def test_netkit_telnet_chats_and_survives_an_interrupt(self) -> None:
        """The telnet of older systems, in Debian as telnet-ssl."""
        program = require_program("telnet-ssl")
        alice = self.converse(program, "127.0.0.1", self.port)
        self.interrupt_and_go_on(alice)
        self.quit(alice)

    def test_busybox_telnet_chats_and_leaves_by_interrupt(self) -> None:
        """Its Ctrl-C opens a menu."""
        program = require_program("busybox")
        applets = subprocess.run([program, "--list"], capture_output=True, check=True)
        if b"telnet" not in applets.stdout.split():
            raise missing("busybox with telnet", "sudo apt-get install busybox")
        alice = self.converse(program, "telnet", "127.0.0.1", self.port)
        # It ignores a Ctrl-C just before it waits for input, so press it again.
        for _ in range(10):
            alice.type(CTRL_C)
            with contextlib.suppress(NotSeen):
                alice.expect("Console escape", timeout=3)
                break
        alice.type("e")
        self.assertEqual(self.bob.line(), "alice: left the chat")

    def test_plink_chats_by_telnet(self) -> None:
        """PuTTY, which negotiates before it sends anything."""
        program = require_program("plink")
        alice = self.converse(program, "-telnet", "-P", self.port, "127.0.0.1")
        self.interrupt_and_leave(alice)

    def test_plink_chats_without_telnet(self) -> None:
        """PuTTY in raw mode."""
        program = require_program("plink")
        alice = self.converse(program, "-raw", "-P", self.port, "127.0.0.1")
        self.interrupt_and_leave(alice)

    def test_arrow_keys_are_not_part_of_a_message(self) -> None:
        """In three programs."""
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

    def test_netcat_chats(self) -> None:
        """With LF line ends."""
        program = require_program("nc")
        alice = self.converse(program, "127.0.0.1", self.port)
        self.interrupt_and_leave(alice)

    def test_netcat_chats_with_crlf(self) -> None:
        """``nc -C`` sends a line and its CR LF separately."""
        program = require_program("nc")
        alice = self.converse(program, "-C", "127.0.0.1", self.port)
        self.interrupt_and_leave(alice)

    def test_piped_lines_are_posted_before_the_client_leaves(self) -> None:
        """``echo hi | nc -N``, which half-closes at once."""
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

    def test_socat_chats(self) -> None:
        """Between a terminal and the port."""
        program = require_program("socat")
        alice = self.converse(program, "-", f"TCP:127.0.0.1:{self.port}")
        self.interrupt_and_leave(alice)
