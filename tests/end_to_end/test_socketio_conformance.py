"""Socket.IO 5, tested over the network against the program in docs/embedding.md.

Covers what the protocol's own test suite covers, and more.
"""

from __future__ import annotations

import json
import time

from websockets.exceptions import InvalidStatus
from websockets.sync.client import ClientConnection

from tests.end_to_end.embedding import PING_INTERVAL, PING_TIMEOUT, ProgramTestCase
from tests.end_to_end.harness import TIMEOUT, eventually


class EventsTestCase(ProgramTestCase):
    """Tests with the Socket.IO server of docs/embedding.md."""

    shown = "socketio_server"
    path = "/socket.io/"

    def join(self, packet: str = "40") -> ClientConnection:
        """A client in a namespace."""
        client = self.open_websocket()
        client.send(packet)
        self.answers(client, 2)
        return client


class SessionTests(EventsTestCase):
    """The Engine.IO session below; see test_engineio_clients for all of it."""

    def test_invalid_requests_get_status_400(self) -> None:
        """Another version, transport or method."""
        for query in ("transport=polling", "EIO=4", "EIO=4&transport=abc"):
            self.assertEqual(self.fetch(query)[0], 400)
        self.assertEqual(self.fetch("EIO=4&transport=polling", "", "PUT")[0], 400)
        with self.assertRaises(InvalidStatus):
            self.socket("transport=websocket")

    def test_client_that_answers_pings_stays(self) -> None:
        """For two pings."""
        sid = self.open_polling()
        for _ in range(2):
            self.assertEqual(self.poll(sid), (200, "2"))
            self.assertEqual(self.poll(sid, "3"), (200, "ok"))

    def test_client_can_close_the_session(self) -> None:
        """By either transport."""
        sid = self.open_polling()
        waiting = self.start_poll(sid)
        self.assertEqual(self.poll(sid, "1"), (200, "ok"))
        self.assertEqual(waiting.response(), (200, "6"))
        client = self.open_websocket()
        client.send("1")
        self.expect_closed(client)

    def test_upgrade_may_follow_the_probe_without_waiting(self) -> None:
        """The client sends both at once."""
        sid = self.open_polling()
        client = self.socket(f"EIO=4&transport=websocket&sid={sid}")
        client.send("2probe")
        client.send("5")
        self.assertEqual(client.recv(TIMEOUT), "3probe")
        self.assertEqual(self.poll(sid)[0], 400)
        self.expect_closed(self.socket(f"EIO=4&transport=websocket&sid={sid}"))


class TimeoutTests(EventsTestCase):
    """Clients that do not answer pings."""

    ping_timeout = PING_TIMEOUT

    def test_silent_client_is_disconnected(self) -> None:
        """By either transport."""
        sid = self.open_polling()
        time.sleep(PING_INTERVAL + PING_TIMEOUT)
        eventually("the session is closed", lambda: self.poll(sid)[0] == 400)
        self.assertEqual(self.expect_closed(self.open_websocket()), ["2"])


class ConnectTests(EventsTestCase):
    """Connecting to a namespace."""

    def test_each_namespace_has_a_session_id_and_gets_the_auth_data(self) -> None:
        """The main one and another one."""
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

    def test_unknown_namespace_is_refused(self) -> None:
        """With the error of the protocol."""
        client = self.open_websocket()
        client.send("40/random")
        self.assertEqual(
            self.answers(client), ['44/random,{"message":"Invalid namespace"}']
        )

    def test_invalid_packet_closes_the_session(self) -> None:
        """Before any namespace is connected."""
        client = self.open_websocket()
        client.send("4abc")
        self.expect_closed(client)


class DisconnectTests(EventsTestCase):
    """Disconnecting from a namespace."""

    def test_session_stays_after_the_main_namespace_is_left(self) -> None:
        """Pings continue."""
        client = self.join()
        client.send("41")
        self.assertEqual(client.recv(TIMEOUT), "2")

    def test_other_namespaces_stay_connected(self) -> None:
        """Only the one is disconnected."""
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

    def test_json_arguments_are_echoed(self) -> None:
        """With and without an acknowledgement."""
        client = self.join()
        client.send('42["message",1,"2",{"3":[true]}]')
        self.assertEqual(
            self.answers(client), ['42["message-back",1,"2",{"3":[true]}]']
        )
        client.send('42456["message-with-ack",1,"2",{"3":[false]}]')
        self.assertEqual(self.answers(client), ['43456[1,"2",{"3":[false]}]'])

    def test_attachments_are_echoed(self) -> None:
        """With and without an acknowledgement."""
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

    def test_invalid_events_close_the_session(self) -> None:
        """No packet, no event, or a reserved event name."""
        for packet in ("4abc", "42{}", '42abc["message-with-ack",1]', '42["connect"]'):
            client = self.join()
            client.send(packet)
            self.expect_closed(client)
