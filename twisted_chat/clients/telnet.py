"""The telnet protocol as far as a chat needs it (RFC 854, 855, 860).

Clients negotiate, or send a command for Ctrl-C, in the middle of what is
typed.  The filter takes those bytes out and says what must be answered: every
option is declined, since plain lines need none, and DO TIMING-MARK is
answered each time, since after Ctrl-C a telnet client throws away all output
until it is.  UTF-8 never holds the byte 0xFF, so text without it passes
untouched.
"""

from __future__ import annotations

IAC = 0xFF
DONT, DO, WONT, WILL = 0xFE, 0xFD, 0xFC, 0xFB
SB, AYT, SE = 0xFA, 0xF6, 0xF0
TIMING_MARK = 6

MAX_SUBNEGOTIATION = 1024
"""Bytes in one subnegotiation; what follows so many is taken for text, as a
peer that never ends one would never be heard again."""


class TelnetFilter:
    """Takes telnet's commands out of what one peer sends.

    Keeps at most a few bytes of state, however the bytes are split.
    """

    __slots__ = ("_answered", "_state", "_subnegotiated")

    def __init__(self) -> None:
        # The command that has begun: b"", IAC, IAC DO, IAC SB or IAC SB IAC.
        self._state = b""
        self._subnegotiated = 0
        self._answered: set[bytes] = set()

    def feed(self, data: bytes) -> tuple[bytes, bytes]:
        """Take what was received.

        :returns: the text in it, and what to send back.
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
            self._command(data[at], replies)
            at += 1
        return bytes(text), bytes(replies)

    def _command(self, byte: int, replies: bytearray) -> None:
        """The byte after IAC, after IAC and a verb, or after IAC within SB."""
        state, self._state = self._state, b""
        if state == b"\xff":
            if byte in (WILL, WONT, DO, DONT):
                self._state = bytes((IAC, byte))
            elif byte == SB:
                self._state = b"\xff\xfa"
                self._subnegotiated = 0
            elif byte == AYT:
                replies += b"\r\n[yes]\r\n"
            # A doubled IAC is a byte 0xFF of text, which no UTF-8 holds; all
            # other commands (interrupt, erase, go ahead) ask for nothing.
        elif state == b"\xff\xfa\xff":
            if byte != SE:
                self._state = b"\xff\xfa"
        elif state[1] == DO:
            if byte == TIMING_MARK:
                replies += bytes((IAC, WONT, TIMING_MARK))
            else:
                self._decline(bytes((IAC, WONT, byte)), replies)
        elif state[1] == WILL:
            self._decline(bytes((IAC, DONT, byte)), replies)

    def _decline(self, answer: bytes, replies: bytearray) -> None:
        # Once each: two that answer every answer would never end (RFC 1143).
        if answer not in self._answered:
            self._answered.add(answer)
            replies += answer
