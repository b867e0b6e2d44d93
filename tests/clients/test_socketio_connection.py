"""Socket.IO clients: transports, rate limit, resuming and the end."""

from __future__ import annotations

import json
from typing import Any

from twisted.internet.defer import Deferred

from tests.support.memory import WebSocketClient, masked
from tests.support.socketio_chat import Browser, ChatTestCase, LineClient
from twisted_chat.core.interfaces import MissedEvents
from twisted_chat.core.joining.sessions import client_id_of
from twisted_chat.core.limits import RateLimit
from twisted_chat.core.moderation.sanctions import Sanction
from twisted_chat.net.send_queue import MAX_QUEUED
from twisted_chat.socketio.packets import MAX_EVENT


class PollingCase(ChatTestCase):
    """Clients by long polling."""

    def emit(self, sid: str, data: str) -> None:
        answer = self.poll(sid, b"4" + data.encode())
        self.settle()
        self.assertEqual(answer.outcome, (200, "ok"))


class BannedTests(PollingCase):
    """Clients that may not come in."""

    def test_banned_client_is_refused_with_the_reason(self) -> None:
        """By ``connect_error``, which a stock client does not try again."""
        former = Browser(self)
        former.received()
        assert former.pid is not None
        client_id = client_id_of(former.pid[:-1])
        ban = Sanction("bob", "alice", "spam", identities=(client_id,))
        self.chat.moderation.apply({"ban/=bob": ban.to_json()})
        client = self.socket("EIO=4&transport=websocket")
        client.send_text("40" + json.dumps(former.auth))
        self.settle()
        text = "you are banned until further notice (spam)"
        self.assertIn(f'44{{"message":"{text}"}}', client.received())


class TransportTests(PollingCase):
    """Polling, and the upgrade to WebSocket."""

    def read(self, sid: str) -> list[str]:
        body = self.poll(sid).body
        return [packet for packet in body.split("\x1e") if packet != "2"]

    def test_polling_client_sends_and_receives_everything(self) -> None:
        """Without a WebSocket."""
        ann = LineClient(self, "ann")
        sid = self.open()
        self.emit(sid, "0")
        self.assertIn('"pid"', self.read(sid)[0])
        self.emit(sid, '21["join","bob"]')
        self.assertTrue(any(p.startswith('431[{"ok":true') for p in self.read(sid)))
        ann.types("", "hi")
        self.assertIn('42["messages","ann: hi"]', self.read(sid))
        self.emit(sid, '2["messages","yo"]')
        self.assertEqual(ann.sees()[-1], "bob: yo")
        self.assertEqual(self.poll(sid, b"1").outcome, (200, "ok"))
        self.settle()
        self.assertEqual(ann.sees()[-1], "bob: left the chat")

    def test_upgrade_loses_and_repeats_nothing(self) -> None:
        """Whatever is sent meanwhile."""
        ann = LineClient(self, "ann")
        sid = self.open()
        self.emit(sid, "0")
        self.emit(sid, '2["join","bob"]')
        self.read(sid)
        client: WebSocketClient = self.socket(f"EIO=4&transport=websocket&sid={sid}")
        client.send_text("2probe")
        ann.types("", "one")
        client.send_text("5")
        ann.types("", "two")
        client.send_text('42["messages","three"]')
        self.settle()
        said = [p for p in client.received() if p.startswith('42["messages"')]
        self.assertEqual(
            said,
            [f'42["messages","{t}"]' for t in ("ann: one", "ann: two", "bob: three")],
        )


class RateLimitTests(ChatTestCase):
    """Clients that send too fast."""

    rate_limit = RateLimit(3, 1)

    def test_paste_is_delayed_and_nothing_is_lost(self) -> None:
        """Heartbeats go on meanwhile."""
        ann = LineClient(self, "ann")
        sid = self.open()
        self.poll(sid, b"40")
        self.settle()
        ann.sees()
        body = "\x1e".join(f'42["messages","{i}"]' for i in range(100))
        answer = self.poll(sid, body.encode())
        self.settle()
        self.assertFalse(answer.answered)
        self.assertEqual(len(ann.sees()), 3)
        for _ in range(98):
            self.clock.advance(1)
            self.settle()
        self.assertEqual(answer.outcome, (200, "ok"))
        self.assertEqual(len(ann.sees()), 97)

    def test_event_that_is_too_long_counts_as_its_bytes(self) -> None:
        """Those that follow wait for them."""
        browser = self.browse()
        browser.client.send_text('421["' + "x" * MAX_EVENT)
        self.assertEqual([one[0] for one in browser.received()], [1])
        self.assertEqual(browser.emit("messages", "x"), [])
        for _ in range(16):
            self.clock.advance(1)
            self.settle()
        self.assertEqual(len(browser.received()), 1)

    def test_first_join_costs_nothing_by_its_answer(self) -> None:
        """Once for each session, however often its client connects again."""
        ann = LineClient(self, "ann")
        for _ in range(3):
            ann.types("", "x" * 4000)
        self.settle()
        browser = self.browse()
        for connects_again in (False, True):
            if connects_again:
                browser.client.send_text("41")
                browser.client.send_text("40")
                self.settle()
            self.clock.advance(60)
            self.settle()
            browser.received()
            self.assertIn("xxx", str(browser.emit("join", "bob")))
            is_taken = any(
                each[-1] == "bob: x" for each in browser.emit("messages", "x")
            )
            self.assertNotEqual(is_taken, connects_again)

    def test_events_that_wait_are_taken_as_they_were_sent(self) -> None:
        """Whatever they are; one that is unknown counts, too."""
        browser = self.browse()
        for number in range(3):
            browser.emit("messages", str(number))
        packets = (
            '42["messages","a"]',
            '427["chat", {"b":  1}]',
            '42["unknown"]',
            '428["unknown"]',
            '451-9["messages",{"_placeholder":true,"num":0}]',
            '42["join","ann"]',
            '42["messages","d"]',
        )
        for packet in packets:
            browser.client.send_text(packet)
            if packet.startswith("45"):
                browser.client.send(masked(0x82, b"attached"))
        self.assertEqual(browser.received(), [])
        for _ in range(12):
            self.clock.advance(1)
            self.settle()
        seen = browser.received()
        self.assertRegex(seen[0][1], "^guest_.*: a$")
        self.assertIn(["chat", {"b": 1}], seen)
        acks = {one[0]: one[1]["ok"] for one in seen if isinstance(one, tuple)}
        self.assertEqual(acks, {7: True, 8: False, 9: False})
        self.assertEqual(seen[-1][1], "ann: d")


class ReconnectTests(ChatTestCase):
    """A client that leaves the namespace and connects again in one session."""

    rate_limit = RateLimit(3, 1)

    def connect_again(self, client: WebSocketClient) -> bool:
        client.send_text("41")
        client.send_text("40")
        self.settle()
        return any(packet.startswith('40{"sid"') for packet in client.received())

    def test_connecting_again_takes_a_token(self) -> None:
        """It would otherwise be sent the members and the history without limit."""
        client = self.browse().client
        self.assertEqual(
            [self.connect_again(client) for _ in range(4)], [True] * 3 + [False]
        )
        self.assertEqual(len(self.chat.pool.clients), 0)
        self.clock.advance(1.1)
        self.settle()
        self.assertTrue(client.received()[0].startswith('40{"sid"'))
        self.assertEqual(len(self.chat.pool.clients), 1)

    def test_what_was_sent_before_counts(self) -> None:
        """There is one rate limit for all clients of a session."""
        browser = self.browse()
        for _ in range(3):
            browser.emit("messages", "x")
        self.assertFalse(self.connect_again(browser.client))

    def test_client_that_is_gone_by_then_does_not_join(self) -> None:
        """Its session has ended."""
        client = self.browse().client
        while self.connect_again(client):
            pass
        client.wire.disconnect()
        self.clock.advance(2)
        self.settle()
        self.assertEqual(len(self.chat.pool.clients), 0)


class ResumeTests(ChatTestCase):
    """Connection state recovery."""

    def said(self, browser: Browser) -> list[str]:
        return [data[1] for data in browser.received() if data[0] == "messages"]

    def test_recovered_client_receives_what_it_missed_once(self) -> None:
        """In order, before what follows; its nickname and ids are the same."""
        ann, bob = LineClient(self, "ann"), self.join("bob")
        ann.types("", "seen")
        bob.received()
        for round_ in range(3):
            bob.loses_connection()
            ann.types("", f"missed {round_}")
            ann.types("dm", f"bob psst {round_}")
            again = Browser(self, bob.auth)
            ann.types("", f"after {round_}")
            said = self.said(again)
            self.assertEqual(again.pid, bob.pid)
            self.assertEqual(again.sid, bob.sid)
            self.assertEqual(said, [f"ann: missed {round_}", f"ann: after {round_}"])
            ann.types("who")
            self.assertEqual(ann.sees()[-1], "here (2): ann, bob")
            bob = again

    def test_client_recovers_before_it_has_received_an_event(self) -> None:
        """From the position in its welcome."""
        ann, bob = LineClient(self, "ann"), self.browse()
        bob.loses_connection()
        ann.types("", "missed")
        again = Browser(self, bob.auth)
        self.assertEqual(self.said(again), ["ann: missed"])
        self.assertEqual(again.pid, bob.pid)

    def test_reconnected_client_takes_over_a_hanging_connection(self) -> None:
        """With its nickname."""
        ann, bob = LineClient(self, "ann"), self.join("bob")
        bob.received()
        again = Browser(self, bob.auth)
        ann.types("", "hi")
        self.assertEqual(self.said(again), ["ann: hi"])
        self.assertEqual(again.pid, bob.pid)
        self.assertEqual(bob.client.close_code(), 1000)
        ann.types("who")
        self.assertEqual(ann.sees()[-1], "here (2): ann, bob")

    def test_unknown_offset_gets_another_pid(self) -> None:
        """Which tells the client that it is not recovered."""
        bob = self.join("bob")
        before = bob.pid
        for offset in ("bob: hi", "", "x" * 1000, None, 7):
            bob.loses_connection()
            bob = Browser(self, {"pid": bob.pid, "offset": offset})
            bob.received()
            self.assertNotEqual(bob.pid, before)
            before = bob.pid
        bob.loses_connection()
        again = Browser(self, bob.auth)
        again.received()
        self.assertEqual(again.pid, bob.pid)

    def test_client_with_an_invalid_pid_is_a_new_client(self) -> None:
        """With a pid of its own."""
        for pid in ("", 7, None, "x", {"a": 1}, "guessed0", "x" * 10_000):
            bob = Browser(self, {"pid": pid, "offset": "0"})
            bob.received()
            self.assertNotEqual(bob.pid, pid)

    def test_client_recovers_after_a_restart(self) -> None:
        """From the journal."""
        ann, bob = LineClient(self, "ann"), self.join("bob")
        bob.received()
        ann.types("", "missed")
        self.start()
        again = Browser(self, bob.auth)
        self.assertEqual(self.said(again), ["ann: missed"])
        self.assertEqual(again.pid, bob.pid)

    def test_join_with_the_name_that_one_has_succeeds(self) -> None:
        """A page that joins at every ``connect``; the history is not shown again."""
        ann, bob = LineClient(self, "ann"), self.join("bob")
        ann.types("", "seen")
        bob.received()
        for restart in (False, True):
            bob.loses_connection()
            if restart:
                self.start()
                ann = LineClient(self, "ann")
            ann.types("", "missed")
            again = Browser(self, bob.auth)
            self.assertEqual(self.said(again), ["ann: missed"])
            received = again.emit("join", "bob", ack=1)
            self.assertIn((1, {"ok": True, "id": None}), received)
            received = [one for one in received if one[0] != 1]
            # Its page still needs to know who is present.
            self.assertEqual(
                sorted(received), [["add chatter", "ann"], ["add chatter", "bob"]]
            )
            bob = again

    def test_join_after_a_failed_recovery_shows_the_history(self) -> None:
        """The client has missed something."""
        ann, bob = LineClient(self, "ann"), self.join("bob")
        ann.types("", "seen")
        bob.loses_connection()
        again = Browser(self, {"pid": bob.pid, "offset": "unknown"})
        again.received()
        self.assertIn(["messages", "ann: seen"], again.emit("join", "bob"))

    def test_lurker_that_joins_after_it_has_recovered_is_shown_the_history(
        self,
    ) -> None:
        """It was not shown it before."""
        ann = LineClient(self, "ann")
        ann.types("", "before")
        bob = self.browse()
        bob.loses_connection()
        again = self.browse(bob.auth)
        self.assertIn(["messages", "ann: before"], again.emit("join", "bob"))

    def test_recovered_client_posts_under_its_name_at_once(self) -> None:
        """Also after a restart, and though it does not join again."""
        bob = self.join("bob")
        bob.received()
        bob.loses_connection()
        self.start()
        ann = LineClient(self, "ann")
        again = self.browse(bob.auth)
        self.assertEqual(again.pid, bob.pid)
        again.emit("messages", "hi")
        self.assertEqual(ann.sees()[-1], "bob: hi")

    def test_name_that_was_taken_meanwhile_is_refused(self) -> None:
        """The client is told, and is a guest."""
        bob = self.join("bob")
        bob.received()
        bob.loses_connection()
        thief = LineClient(self, "bob")
        again = Browser(self, bob.auth)
        self.assertIn("error: bob, or a name that looks like it", self.said(again)[0])
        again.emit("messages", "hi")
        self.assertIn("guest_", thief.sees()[-1])

    def test_client_that_is_upgraded_before_its_welcome_resumes_as_well(self) -> None:
        """In its dialect, and it learns whether it has recovered."""
        ann, bob = LineClient(self, "ann"), self.join("bob")
        since = self.journal.history.since
        for offset in (None, "unknown"):
            bob.loses_connection()
            ann.types("", "missed")
            gate: Deferred[None] = Deferred()

            async def slow(*asked: Any, until: Deferred[None] = gate) -> MissedEvents:
                await until
                return await since(*asked)

            self.patch(self.journal.history, "since", slow)
            sid, auth = self.open(), bob.auth
            if offset is not None:
                auth["offset"] = offset
            self.poll(sid, b"40" + json.dumps(auth).encode())
            self.settle()
            client = self.socket(f"EIO=4&transport=websocket&sid={sid}")
            client.send_text("2probe")
            client.send_text("5")
            self.settle()
            gate.callback(None)
            self.settle()
            packets = client.received()
            (connect,) = [json.loads(one[2:]) for one in packets if one[:2] == "40"]
            self.assertEqual(connect["pid"] == bob.pid, offset is None)
            self.assertNotIn('42["chat","ann: missed"]', packets)
            missed = [one for one in packets if one == '42["messages","ann: missed"]']
            self.assertEqual(len(missed), 1 if offset is None else 0)
            bob.take(packets)
            bob.client = client

    def test_missed_events_are_sent_once_to_a_client_of_one_dialect(self) -> None:
        """Also if its former connection hangs."""
        ann, bob = LineClient(self, "ann"), self.join("bob")
        bob.received()
        for hangs in (False, True):
            if not hangs:
                bob.loses_connection()
            ann.types("", "missed")
            if hangs:
                bob.received()
                ann.types("", "missed")
            bob = Browser(self, bob.auth)
            self.assertEqual(bob.received(), [["messages", "ann: missed"]])


class StopTests(ChatTestCase):
    """The server stops."""

    def test_stopping_server_notifies_clients_and_lets_them_reconnect(self) -> None:
        """A stock client does so by itself."""
        bob = self.join("bob")
        bob.received()
        stopped: list[bool] = []
        self.chat.stop(lambda: stopped.append(True))
        self.settle()
        frames = [bytes(frame.data) for frame in bob.client.frames()]
        self.assertEqual(frames[0], b'42["messages","The server is shutting down."]')
        self.assertEqual(frames[-1][:2], b"\x03\xe8")
        self.assertEqual(stopped, [True])


class BytewiseTransportTests(TransportTests):
    """The same, one byte at a time."""

    bytewise = True


class IdlePollingTests(PollingCase):
    """A client that does not fetch what waits for it."""

    def test_client_that_does_not_poll_is_disconnected(self) -> None:
        """Once 8 MiB would wait for it."""
        ann, bob = LineClient(self, "ann"), self.browse()
        sid = self.open()
        self.emit(sid, "0")
        ann.sees()
        for _ in range(MAX_QUEUED // 60_000 + 1):
            bob.emit("chat", "x" * 60_000)
        self.assertTrue(any("left the chat" in line for line in ann.sees()))
        self.assertEqual(self.poll(sid).status, 400)
