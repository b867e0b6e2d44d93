"""Socket.IO 5 as its clients use it, against the program that docs/embedding.md shows.

They cover what the protocol's own test suite covers, in other words and some more.
"""

from __future__ import annotations

import json
import time

from websockets.exceptions import InvalidStatus
from websockets.sync.client import ClientConnection

from tests.end_to_end.embedding import PING_INTERVAL, PING_TIMEOUT, ProgramTestCase
from tests.end_to_end.harness import PATIENCE


class EventsTestCase(ProgramTestCase):
    """The program with namespaces is running."""

    shown = "socketio_server"
    path = "/socket.io/"

    def join(self, packet: str = "40") -> ClientConnection:
        """A client in a namespace."""
        client = self.open_websocket()
        client.send(packet)
        self.answers(client, 2)
        return client


class SessionTests(EventsTestCase):
    """What is underneath is Engine.IO; see test_engineio_clients for all of it."""

    def test_refused(self) -> None:
        """Another version, transport or method gets 400."""
        for query in ("transport=polling", "EIO=4", "EIO=4&transport=abc"):
            self.assertEqual(self.fetch(query)[0], 400)
        self.assertEqual(self.fetch("EIO=4&transport=polling", "", "PUT")[0], 400)
        with self.assertRaises(InvalidStatus):
            self.socket("transport=websocket")

    def test_heartbeat(self) -> None:
        """Who answers stays, who does not goes."""
        sid = self.open_polling()
        self.assertEqual(self.poll(sid), (200, "2"))
        self.assertEqual(self.poll(sid, "3"), (200, "ok"))
        time.sleep(PING_INTERVAL + PING_TIMEOUT)
        self.assertEqual(self.poll(sid)[0], 400)
        self.assertEqual(self.expect_closed(self.open_websocket()), ["2"])

    def test_close(self) -> None:
        """Who closes is gone."""
        sid = self.open_polling()
        waiting = self.poll_soon(sid)
        self.assertEqual(self.poll(sid, "1"), (200, "ok"))
        self.assertEqual(waiting.result(), (200, "6"))
        client = self.open_websocket()
        client.send("1")
        self.expect_closed(client)

    def test_hasty_upgrade(self) -> None:
        """A client that does not wait for the answer to its probe is upgraded."""
        sid = self.open_polling()
        client = self.socket(f"EIO=4&transport=websocket&sid={sid}")
        client.send("2probe")
        client.send("5")
        self.assertEqual(client.recv(PATIENCE), "3probe")
        self.assertEqual(self.poll(sid)[0], 400)
        self.expect_closed(self.socket(f"EIO=4&transport=websocket&sid={sid}"))


class ConnectTests(EventsTestCase):
    """Coming into a namespace."""

    def test_namespaces(self) -> None:
        """Each has its own answer, and is told what the client says of itself."""
        for packet, head, auth in (
            ("40", "", "{}"),
            ('40{"token":"123"}', "", '{"token":"123"}'),
            ("40/custom,", "/custom,", "{}"),
            ('40/custom,{"token":"abc"}', "/custom,", '{"token":"abc"}'),
        ):
            client = self.open_websocket()
            client.send(packet)
            answer, event = self.answers(client, 2)
            self.assertEqual(answer[: 2 + len(head)], "40" + head)
            fields = json.loads(answer[2 + len(head) :])
            self.assertEqual(list(fields), ["sid"])
            self.assertIsInstance(fields["sid"], str)
            self.assertEqual(event, f'42{head}["auth",{auth}]')

    def test_unknown_namespace(self) -> None:
        """It is refused, in the protocol's own words."""
        client = self.open_websocket()
        client.send("40/random")
        self.assertEqual(
            self.answers(client), ['44/random,{"message":"Invalid namespace"}']
        )

    def test_nonsense(self) -> None:
        """A message that is no packet ends the session."""
        client = self.open_websocket()
        client.send("4abc")
        self.expect_closed(client)


class DisconnectTests(EventsTestCase):
    """Going out of a namespace."""

    def test_main(self) -> None:
        """The session stays."""
        client = self.join()
        client.send("41")
        self.assertEqual(client.recv(PATIENCE), "2")

    def test_custom(self) -> None:
        """The other namespaces stay."""
        client = self.join()
        client.send("40/custom")
        self.answers(client, 2)
        client.send("41/custom")
        client.send('42["message","to the main namespace"]')
        self.assertEqual(
            self.answers(client), ['42["message-back","to the main namespace"]']
        )


class EventTests(EventsTestCase):
    """Events and acknowledgements."""

    BOTH = '{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}'

    def test_text(self) -> None:
        """Any JSON comes back as it went."""
        client = self.join()
        client.send('42["message",1,"2",{"3":[true]}]')
        self.assertEqual(
            self.answers(client), ['42["message-back",1,"2",{"3":[true]}]']
        )
        client.send('42456["message-with-ack",1,"2",{"3":[false]}]')
        self.assertEqual(self.answers(client), ['43456[1,"2",{"3":[false]}]'])

    def test_binary(self) -> None:
        """Attachments come back as they went."""
        client = self.join()
        for head, answer in (
            (f'452-["message",{self.BOTH}]', f'452-["message-back",{self.BOTH}]'),
            (f'452-789["message-with-ack",{self.BOTH}]', f"462-789[{self.BOTH}]"),
        ):
            client.send(head)
            client.send(b"\x01\x02\x03")
            client.send(b"\x04\x05\x06")
            self.assertEqual(
                self.answers(client, 3), [answer, b"\x01\x02\x03", b"\x04\x05\x06"]
            )

    def test_nonsense(self) -> None:
        """What is no packet, or no event, ends the session."""
        for packet in ("4abc", "42{}", '42abc["message-with-ack",1]', '42["connect"]'):
            client = self.join()
            client.send(packet)
            self.expect_closed(client)
