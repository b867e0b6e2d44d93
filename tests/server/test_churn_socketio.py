"""Socket.IO clients that come and go leave nothing behind, however they do."""

from __future__ import annotations

import re

from twisted.internet.error import ConnectionLost
from twisted.python.failure import Failure

from tests.server.test_listeners import SOCKETIO
from tests.support.churn import CLOSE, ChurnCase
from tests.support.memory import Wire, handshake, text

POLLING = f"{SOCKETIO}polling"


class SocketIOChurnTests(ChurnCase):
    """By polling, by WebSocket, and from one to the other."""

    def get(self, sid: str = "") -> Wire:
        """A GET of a polling session."""
        path = f"{POLLING}&sid={sid}" if sid else POLLING
        return self.connect(
            f"GET {path} HTTP/1.1\r\nHost: chat.example\r\n\r\n".encode()
        )

    def post(self, sid: str, body: str) -> Wire:
        """A POST of a polling session."""
        head = f"POST {POLLING}&sid={sid} HTTP/1.1\r\nHost: chat.example\r\n"
        return self.connect(f"{head}Content-Length: {len(body)}\r\n\r\n{body}".encode())

    def open(self) -> str:
        """A polling session, by its id."""
        found = re.search(rb'"sid":"([^"]+)"', self.get().take())
        assert found is not None
        return found[1].decode()

    def enter(self) -> str:
        """A polling session in the main namespace."""
        sid = self.open()
        self.post(sid, "40")
        self.get(sid)
        return sid

    def upgrade_of(self, sid: str) -> Wire:
        """A WebSocket to which a session may be upgraded."""
        return self.connect(handshake(f"{SOCKETIO}websocket&sid={sid}"))

    def test_socketio_clients_by_polling(self) -> None:
        """Sessions that are closed or abandoned, and requests that end early."""

        def closes() -> None:
            self.post(self.enter(), "1")

        def leaves_the_namespace() -> None:
            self.post(self.enter(), "41")

        def is_abandoned() -> None:
            self.enter()
            self.wait(50)

        def is_abandoned_before_it_enters() -> None:
            self.open()
            self.wait(50)

        def cancels_its_get() -> None:
            self.get(self.enter()).connectionLost(Failure(ConnectionLost()))

        def stops_within_a_post() -> None:
            sid = self.enter()
            head = f"POST {POLLING}&sid={sid} HTTP/1.1\r\nHost: chat.example\r\n"
            self.connect(f"{head}Content-Length: 50\r\n\r\n42".encode())
            self.wait(50)

        def sends_nonsense() -> None:
            self.post(self.enter(), "9")

        def announces_attachments() -> None:
            self.post(self.enter(), '451-["chat",{"_placeholder":true,"num":0}]')
            self.wait(50)

        self.come_and_go(
            closes,
            leaves_the_namespace,
            is_abandoned,
            is_abandoned_before_it_enters,
            cancels_its_get,
            stops_within_a_post,
            sends_nonsense,
            announces_attachments,
        )

    def test_socketio_clients_that_are_upgraded(self) -> None:
        """Or not quite."""

        def is_upgraded() -> None:
            sid = self.enter()
            wire = self.upgrade_of(sid)
            wire.send(text("2probe"))
            self.settle()
            wire.send(text("5"))
            self.settle()
            wire.send(text('42["messages","hello"]'))
            self.settle()

        def stops_within_the_upgrade() -> None:
            sid = self.enter()
            self.upgrade_of(sid).send(text("2probe"))
            self.post(sid, "1")

        def never_completes_the_upgrade() -> None:
            self.upgrade_of(self.enter()).send(text("2probe"))
            self.wait(60)

        def upgrades_twice() -> None:
            sid = self.enter()
            self.upgrade_of(sid).send(text("2probe"))
            self.upgrade_of(sid)
            self.post(sid, "1")

        self.come_and_go(
            is_upgraded,
            stops_within_the_upgrade,
            never_completes_the_upgrade,
            upgrades_twice,
        )

    def websocket(self, *packets: str) -> Wire:
        """A session that starts on WebSocket, and sends this."""
        wire = self.connect(handshake(f"{SOCKETIO}websocket"))
        for packet in packets:
            wire.send(text(packet))
            self.settle()
        return wire

    def test_socketio_clients_by_websocket(self) -> None:
        """In the namespace or not."""

        def is_lost() -> None:
            self.websocket("40", '42["join","bob"]', '42["chat",["hello"]]')

        def closes() -> None:
            self.websocket("40").send(CLOSE)

        def leaves_the_namespace() -> None:
            self.websocket("40", "41")

        def comes_back_to_the_namespace() -> None:
            self.websocket("40", "41", "40")

        def never_enters() -> None:
            self.websocket()
            self.wait(50)

        def answers_no_ping() -> None:
            wire = self.websocket("40")
            self.wait(50)
            self.assertFalse(wire.connected)

        def polls_with_json() -> None:
            self.connect(handshake(f"{SOCKETIO}websocket&format=json")).send(
                text('4{"type":"who"}')
            )

        self.come_and_go(
            is_lost,
            closes,
            leaves_the_namespace,
            comes_back_to_the_namespace,
            never_enters,
            answers_no_ping,
            polls_with_json,
        )

    def test_socketio_clients_that_violate_the_protocol(self) -> None:
        """Or stop within a message."""

        def sends_nonsense() -> None:
            self.websocket("40", "9")

        def stops_within_an_event() -> None:
            self.websocket("40").send(text('42["mess', last=False))

        def announces_attachments() -> None:
            self.websocket("40", '451-["chat",{"_placeholder":true,"num":0}]')

        self.come_and_go(
            sends_nonsense,
            stops_within_an_event,
            announces_attachments,
        )
