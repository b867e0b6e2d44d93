"""Engine.IO's polling transport: the GET that waits and the POST that brings.

(engine.io-protocol, version 4: "HTTP long-polling".)

Rules of this file: at most one request of each kind is held; what waits for a
client that does not ask for it is bounded; while the application pauses, the rest
of a POST stays undecoded and unanswered, so that the client sends no more.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from twisted.web.http import Request

from twisted_chat.net.send_queue import MAX_QUEUED

from .packets import CLOSE, NOOP, Packet, PacketError, decode_payload, payload, record

NOTHING = record(NOOP.encode())
"""Ends a GET for which there is nothing to tell."""

GOODBYE = record(CLOSE.encode())
"""The last record of a session that the server ends."""


class Pollable(Protocol):
    """Whose packets these are."""

    @property
    def read_paused(self) -> bool:
        """True while the application wants no more packets."""

    def packet_received(self, packet: Packet) -> None:
        """A packet; may raise ``PacketError``."""

    def failed(self, reason: str) -> None:
        """The client broke the rules or went away: end the session."""

    def too_slow(self) -> None:
        """More waits than may; called within ``write``, once."""


class Polling:
    """The polling transport of one session.

    :ivar upgrading: no GET is held any more, as the client is on its way to
        another transport.
    """

    __slots__ = (
        "_busy",
        "_get",
        "_owner",
        "_packets",
        "_post",
        "_queue",
        "_waiting",
        "upgrading",
    )

    def __init__(self, owner: Pollable) -> None:
        self.upgrading = False
        self._owner = owner
        self._get: Request | None = None
        self._post: Request | None = None
        self._packets: Iterator[Packet] | None = None
        self._busy = False
        self._queue: list[bytes] = []
        self._waiting = 0

    @property
    def receiving(self) -> bool:
        """A POST is not worked off yet."""
        return self._packets is not None

    # Out.

    def write(self, records: bytes) -> None:
        """Send records with the GET that waits, or with the next one."""
        if self._get is not None:
            get, self._get = self._get, None
            answer(get, payload([records]))
            return
        self._queue.append(records)
        self._waiting += len(records)
        if self._waiting > MAX_QUEUED:
            self._queue.clear()
            self._owner.too_slow()

    def poll(self, request: Request) -> None:
        """A GET: answer it, or hold it until there is something to tell."""
        if self._get is not None:
            # Two clients, or a very confused one: neither can be served.
            refuse(request, b"a GET of this session waits already")
            self._owner.failed("two GETs at once")
        elif self._queue:
            answer(request, payload(self.take()))
        elif self.upgrading:
            answer(request, payload([NOTHING]))
        else:
            self._get = request
            request.notifyFinish().addErrback(lambda _: self._get_lost(request))

    def release(self) -> None:
        """From now on hold no GET, as the client is about to upgrade."""
        self.upgrading = True
        if self._get is not None:
            self.write(NOTHING)

    def take(self) -> list[bytes]:
        """All records that wait, which wait no more."""
        queue, self._queue, self._waiting = self._queue, [], 0
        return queue

    def _get_lost(self, request: Request) -> None:
        if self._get is request:
            self._get = None
            self._owner.failed("the client cancelled its GET")

    # In.

    def push(self, request: Request, body: bytes) -> None:
        """A POST: take its packets one by one, then answer it."""
        if self._packets is not None:
            refuse(request, b"a POST of this session is under way already")
            self._owner.failed("two POSTs at once")
            return
        self._post, self._packets = request, decode_payload(body)
        request.notifyFinish().addBoth(lambda _: self._post_over())
        self.go_on()

    def go_on(self) -> None:
        """Take packets for as long as the application wants some."""
        if self._busy:
            return
        self._busy = True
        try:
            while self._packets is not None and not self._owner.read_paused:
                packet = next(self._packets, None)
                if packet is None:
                    self._packets = None
                    self._answer_post(b"ok")
                else:
                    self._owner.packet_received(packet)
        except PacketError as error:
            self._packets = None
            post, self._post = self._post, None
            if post is not None:
                refuse(post, str(error).encode())
            self._owner.failed(str(error))
        finally:
            self._busy = False

    def _answer_post(self, body: bytes) -> None:
        post, self._post = self._post, None
        if post is not None:
            answer(post, body)

    def _post_over(self) -> None:
        """Answered, or the client is gone; what it had sent is taken anyway."""
        self._post = None

    # The end.

    def end(self, last: bytes) -> bool:
        """Let go of both requests.

        :param last: a record that ends the GET, behind all that waits.
        :return: whether there was a GET to say that to.
        """
        self._packets = None
        self._answer_post(b"ok")
        get, self._get = self._get, None
        if get is not None:
            answer(get, payload([*self.take(), last]))
        return get is not None


def answer(request: Request, body: bytes) -> None:
    """Answer a request that was held, or is being rendered."""
    headers = request.responseHeaders
    headers.setRawHeaders(b"Content-Type", [b"text/plain; charset=UTF-8"])
    headers.setRawHeaders(b"Content-Length", [b"%d" % len(body)])
    headers.setRawHeaders(b"Cache-Control", [b"no-store"])
    request.write(body)
    request.finish()


def refuse(request: Request, why: bytes) -> None:
    """Answer a request that should not have been sent."""
    request.setResponseCode(400)
    answer(request, why)
