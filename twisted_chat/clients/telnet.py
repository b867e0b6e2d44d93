"""The telnet protocol, as far as a chat needs it (RFC 854 to 857, 860).

Clients negotiate options, and send commands such as that for Ctrl-C, in the middle of
their text.  The filter removes those bytes and returns the replies to them:

- BINARY (RFC 856) is agreed to, and offered in both directions to a client as soon as
  it has sent any command: outside binary mode, common clients take bytes such as 0x83
  and 0x9C, which UTF-8 has, for keys such as Ctrl-C.
- ECHO (RFC 857) is offered to such a client while it types a password: it shows nothing
  of what is typed then, as the server would.
- DO TIMING-MARK is answered each time, since after Ctrl-C a telnet client discards all
  output until it is.
- Every other option is declined, since lines of text need none.
- The commands that erase a character or a line become the keys that do.

UTF-8 has no byte 0xFF, so text without one passes unchanged, and a client that sends
none is never sent a command.
"""

from __future__ import annotations

from .erase import BACKSPACE, CTRL_U

IAC = 0xFF
DONT, DO, WONT, WILL = 0xFE, 0xFD, 0xFC, 0xFB
SB, EL, EC, AYT, SE = 0xFA, 0xF8, 0xF7, 0xF6, 0xF0
FIRST_COMMAND = 0xEC  # EOF (RFC 1184)
BINARY, ECHO, TIMING_MARK = 0, 1, 6

MAX_SUBNEGOTIATION = 1024
"""Bytes in one subnegotiation.  What follows is treated as text: otherwise a peer that
never ends its subnegotiation could send no more lines."""


class _BinaryMode:
    """BINARY in one direction, offered by us first (RFC 1143).

    :param yes: the command that agrees to it; also our offer.
    :param no: the command that ends it.
    :ivar agreed: whether it is in force.
    """

    __slots__ = ("_asked", "_no", "_yes", "agreed")

    def __init__(self, yes: int, no: int) -> None:
        self._yes = bytes((IAC, yes, BINARY))
        self._no = bytes((IAC, no, BINARY))
        self._asked = False
        self.agreed = False

    def offer(self) -> bytes:
        self._asked = True
        return self._yes

    def peer_agrees(self) -> bytes:
        """The peer offers it, or agrees to our offer, which needs no reply."""
        reply = b"" if self._asked or self.agreed else self._yes
        self._asked, self.agreed = False, True
        return reply

    def peer_declines(self) -> bytes:
        """The peer ends it, or declines our offer, which needs no reply."""
        reply = self._no if self.agreed else b""
        self._asked = self.agreed = False
        return reply


class TelnetFilter:
    """Removes telnet commands from the bytes of one peer.

    However the input is cut, its state is bounded: the command that has begun, and the
    options declined so far.
    """

    __slots__ = (
        "_declined",
        "_hides_input",
        "_offered",
        "_received",
        "_sent",
        "_state",
        "_subnegotiated",
    )

    def __init__(self) -> None:
        # The command that has begun: b"", IAC, IAC and a verb (WILL, WONT, DO,
        # DONT), IAC SB, or IAC SB IAC.
        self._state = b""
        self._subnegotiated = 0
        self._declined: set[bytes] = set()
        self._offered = False
        self._hides_input = False
        self._sent = _BinaryMode(WILL, WONT)
        self._received = _BinaryMode(DO, DONT)

    @property
    def sends_binary(self) -> bool:
        """Whether the peer takes what it is sent as it is."""
        return self._sent.agreed

    def hide_input(self, *, hidden: bool) -> bytes:
        """Have the client not show what is typed, or show it again.

        :return: what to send it; nothing, if it has sent no command.
        """
        if not self._offered or hidden is self._hides_input:
            return b""
        self._hides_input = hidden
        if hidden:
            return bytes((IAC, WILL, ECHO))
        # It has not shown the end of the line, either.
        return bytes((IAC, WONT, ECHO)) + b"\r\n"

    def feed(self, data: bytes) -> tuple[bytes, bytes]:
        """Filter received bytes.

        :return: the text in them, and the replies to send.
        """
        if not self._state and b"\xff" not in data:
            return data, b""
        text = bytearray()
        replies = bytearray()
        at = 0
        while at < len(data):
            if not self._state:
                end = data.find(b"\xff", at)
                if end < 0:
                    text += data[at:]
                    break
                text += data[at:end]
                self._state = b"\xff"
                at = end + 1
                continue
            if self._state == b"\xff\xfa":
                stop = at + MAX_SUBNEGOTIATION - self._subnegotiated
                end = data.find(b"\xff", at, stop)
                if end >= 0:
                    self._state = b"\xff\xfa\xff"
                    stop = end + 1
                elif stop <= len(data):
                    self._state = b""
                stop = min(stop, len(data))
                self._subnegotiated += stop - at
                at = stop
                continue
            self._command(data[at], text, replies)
            at += 1
        return bytes(text), bytes(replies)

    def _command(self, byte: int, text: bytearray, replies: bytearray) -> None:
        """The byte after IAC, after IAC and a verb, or after IAC within SB."""
        state, self._state = self._state, b""
        if state == b"\xff":
            self._after_iac(byte, text, replies)
        elif state == b"\xff\xfa\xff":
            if byte != SE:
                self._state = b"\xff\xfa"
        else:
            self._option(state[1], byte, replies)

    def _after_iac(self, byte: int, text: bytearray, replies: bytearray) -> None:
        if not FIRST_COMMAND <= byte <= DONT:
            # A byte 0xFF of text in an older encoding: a doubled one, or from a
            # client that knows no telnet.
            return
        if not self._offered:
            self._offered = True
            replies += self._sent.offer() + self._received.offer()
        if byte in (WILL, WONT, DO, DONT):
            self._state = bytes((IAC, byte))
        elif byte == SB:
            self._state = b"\xff\xfa"
            self._subnegotiated = 0
        elif byte == AYT:
            replies += b"\r\n[yes]\r\n"
        elif byte == EC:
            text.append(BACKSPACE)
        elif byte == EL:
            text.append(CTRL_U)
        # Other commands (break, interrupt, go ahead) need no reply.

    def _option(self, verb: int, option: int, replies: bytearray) -> None:
        if option == BINARY:
            mode = self._sent if verb in (DO, DONT) else self._received
            agrees = verb in (DO, WILL)
            replies += mode.peer_agrees() if agrees else mode.peer_declines()
        elif option == ECHO and verb in (DO, DONT) and self._hides_input:
            # The answer to our offer.
            return
        elif verb == DO and option == TIMING_MARK:
            replies += bytes((IAC, WONT, TIMING_MARK))
        elif verb == DO:
            self._decline(bytes((IAC, WONT, option)), replies)
        elif verb == WILL:
            self._decline(bytes((IAC, DONT, option)), replies)

    def _decline(self, reply: bytes, replies: bytearray) -> None:
        # Once each: two peers that reply to every reply would never end (RFC 1143).
        if reply not in self._declined:
            self._declined.add(reply)
            replies += reply
