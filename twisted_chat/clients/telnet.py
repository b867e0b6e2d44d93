"""The telnet protocol, as far as a chat needs it (RFC 854, 855, 860).

Clients negotiate options, and send commands such as that for Ctrl-C, in the middle of
their text.  The filter removes those bytes and returns the replies to them: every
option is declined, since lines of text need none, and DO TIMING-MARK is answered each
time, since after Ctrl-C a telnet client discards all output until it is.  UTF-8 has no
byte 0xFF, so text without one passes unchanged.
"""

from __future__ import annotations

IAC = 0xFF
DONT, DO, WONT, WILL = 0xFE, 0xFD, 0xFC, 0xFB
SB, AYT, SE = 0xFA, 0xF6, 0xF0
TIMING_MARK = 6

MAX_SUBNEGOTIATION = 1024
"""Bytes in one subnegotiation.  What follows is treated as text: otherwise a peer that
never ends its subnegotiation could send no more lines."""


class TelnetFilter:
    """Removes telnet commands from the bytes of one peer.

    However the input is cut, its state is bounded: the command that has begun, and the
    options declined so far.
    """

    __slots__ = ("_declined", "_state", "_subnegotiated")

    def __init__(self) -> None:
        # The command that has begun: b"", IAC, IAC and a verb (WILL, WONT, DO, DONT),
        # IAC SB, or IAC SB IAC.
        self._state = b""
        self._subnegotiated = 0
        self._declined: set[bytes] = set()

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
            # A doubled IAC is a byte 0xFF of text, which UTF-8 does not have; other
            # commands (interrupt, erase, go ahead) need no reply.
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

    def _decline(self, reply: bytes, replies: bytearray) -> None:
        # Once each: two peers that reply to every reply would never end (RFC 1143).
        if reply not in self._declined:
            self._declined.add(reply)
            replies += reply
