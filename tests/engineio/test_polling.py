"""Engine.IO's polling transport."""

from __future__ import annotations

from tests.support.engineio_client import EngineIOTestCase, Exchange
from twisted_chat.engineio.framing import POLLING
from twisted_chat.engineio.polling import MAX_RESPONSE
from twisted_chat.net.large_inputs import MAX_OF_HOST, REFUSAL
from twisted_chat.net.resets import READ_ON_TIMEOUT
from twisted_chat.net.send_queue import MAX_QUEUED
from twisted_chat.net.slow_readers import GRACE, PATIENCE


class MessageTests(EngineIOTestCase):
    """Messages in both directions."""

    def test_messages_wait_for_the_next_get(self) -> None:
        """Text and binary, one or several."""
        sid = self.open()
        for body in ("4hello", "4one\x1e4two\x1e4", "4☃\x1ebAQIDBA==\x1e4x"):
            answer = self.poll(sid, body.encode())
            self.assertEqual(answer.outcome, (200, "ok"))
            self.assertEqual(self.poll(sid).outcome, (200, body))
        self.assertEqual(self.peers[0].received[-2:], [b"\x01\x02\x03\x04", "x"])

    def test_held_get_is_answered_by_the_first_message(self) -> None:
        """The following ones wait for the next GET."""
        sid = self.open()
        waiting = self.poll(sid)
        self.assertFalse(waiting.answered)
        self.poll(sid, b"4one\x1e4two")
        self.assertEqual(waiting.outcome, (200, "4one"))
        self.assertEqual(self.poll(sid).outcome, (200, "4two"))

    def test_records_written_together_arrive_together(self) -> None:
        """In one response."""
        sid = self.open()
        session = self.peers[0].session
        waiting = self.poll(sid)
        session.write(POLLING.text(b"a") + POLLING.binary(b"b"))
        self.assertEqual(waiting.outcome, (200, "4a\x1ebYg=="))

    def test_post_with_an_invalid_packet_ends_the_session(self) -> None:
        """The packets before it are delivered."""
        for body in (b"abc", b"4\xff", b"b!", b"", b"0{}", b"2", b"5"):
            sid = self.open()
            waiting = self.poll(sid)
            answer = self.poll(sid, b"4before\x1e" + body)
            self.assertEqual(answer.status, 400, body)
            self.assertEqual(waiting.outcome, (200, "4before"))
            self.assertEqual(self.poll(sid).status, 400)
            self.assertEqual(self.peers[-1].received, ["before"])
            self.assertEqual(len(self.peers[-1].ends), 1)

    def test_failing_application_ends_its_session_only(self) -> None:
        """The failure is logged."""
        sid, other = self.open(), self.open()
        self.poll(sid, b"4fail\x1e4more")
        self.assertEqual(len(self.flushLoggedErrors(RuntimeError)), 1)
        self.assertEqual(self.poll(sid).status, 400)
        self.assertEqual(self.peers[0].received, ["fail"])
        self.assertEqual(self.peers[0].ends, ["the application failed"])
        self.assertEqual(self.poll(other, b"4x").status, 200)


class ConcurrentRequestTests(EngineIOTestCase):
    """A client may send one request of each kind at a time."""

    def test_second_get_ends_the_session(self) -> None:
        """Both are answered."""
        sid = self.open()
        first = self.poll(sid)
        self.assertEqual(self.poll(sid).status, 400)
        self.assertEqual(first.outcome, (200, "1"))
        self.assertEqual(self.poll(sid).status, 400)
        self.assertEqual(self.peers[0].ends, ["two GETs at once"])

    def test_cancelled_get_ends_the_session(self) -> None:
        """The client disconnected."""
        sid = self.open()
        self.poll(sid).wire.disconnect()
        self.assertEqual(len(self.peers[0].ends), 1)
        self.assertEqual(self.poll(sid).status, 400)

    def test_connection_lost_after_a_response_is_not_an_error(self) -> None:
        """Neither that of a GET, nor that of a POST."""
        sid = self.open()
        waiting = self.poll(sid)
        self.poll(sid, b"4x").wire.disconnect()
        waiting.wire.disconnect()
        self.assertEqual(self.peers[0].ends, [])

    def test_posted_packets_are_taken_after_the_client_has_gone(self) -> None:
        """Whichever of its connections is lost; then the session ends."""
        for get_is_held in (True, False):
            self.serve()
            sid = self.open()
            post = self.poll(sid, b"4pause\x1e4more\x1e4last")
            self.assertEqual(self.poll(sid).outcome, (200, "4pause"))
            peer = self.peers[-1]
            (self.poll(sid) if get_is_held else post).wire.disconnect()
            self.assertEqual(self.poll(sid).status, 400)
            self.assertEqual((peer.received, peer.ends), (["pause"], []))
            peer.session.resume()
            self.assertEqual(peer.received, ["pause", "more", "last"])
            self.assertEqual(len(peer.ends), 1)
            self.assertEqual(peer.session.waiting, 0)

    def test_nothing_waits_for_a_client_that_has_gone(self) -> None:
        """It is not a slow reader, and its POST is not kept for ever."""
        sid = self.open()
        self.poll(sid, b"4pause\x1e4more").wire.disconnect()
        session, peer = self.peers[0].session, self.peers[0]
        self.assertEqual(session.waiting, 0)
        session.send_text("x" * MAX_QUEUED)
        self.assertEqual(session.waiting, 0)
        self.pass_time(READ_ON_TIMEOUT - 1)
        self.assertEqual(peer.ends, [])
        self.pass_time(2)
        self.assertEqual((peer.received, len(peer.ends)), (["pause"], 1))

    def test_second_post_ends_the_session(self) -> None:
        """Both are answered."""
        sid = self.open()
        first = self.poll(sid, b"4pause\x1e4more")
        self.assertEqual(self.poll(sid, b"4x").status, 400)
        self.assertEqual(first.outcome, (200, "ok"))
        self.assertEqual(self.peers[0].ends, ["two POSTs at once"])


class LargePostTests(EngineIOTestCase):
    """Clients of one address that send large POSTs, which are not read yet."""

    body = b"4pause\x1e4" + b"x" * 900_000

    def post(self) -> Exchange:
        """A POST in a session of its own; Twisted keeps its body in a file."""
        exchange = self.poll(self.open(), self.body)
        self.addCleanup(exchange.wire.disconnect)
        return exchange

    def test_more_of_them_than_may_be_held_are_refused(self) -> None:
        """With status 503; what was read can be held again."""
        posts = []
        for _ in range(MAX_OF_HOST // len(self.body)):
            posts.append(self.post())
            self.assertFalse(posts[-1].answered)
        self.assertEqual(self.post().status, 503)
        self.assertEqual(self.peers[-1].ends, [REFUSAL])
        self.assertEqual(self.poll(self.open(), b"4small").status, 200)
        read, closed, *_ = self.peers
        read.session.resume()
        self.assertEqual(posts[0].outcome, (200, "ok"))
        closed.session.close()
        for _ in range(2):
            self.assertFalse(self.post().answered)
        self.assertEqual(self.post().status, 503)


class PauseTests(EngineIOTestCase):
    """The application pauses reading."""

    def test_rest_of_a_post_waits_for_resume(self) -> None:
        """The POST is answered after its last packet."""
        sid = self.open()
        session = self.peers[0].session
        answer = self.poll(sid, b"4a\x1e4pause\x1e4b\x1e4pause\x1e4c")
        self.assertFalse(answer.answered)
        self.assertEqual(self.peers[0].received, ["a", "pause"])
        session.resume()
        self.assertEqual(self.peers[0].received, ["a", "pause", "b", "pause"])
        session.resume()
        self.assertEqual(self.peers[0].received[-1], "c")
        self.assertEqual(answer.outcome, (200, "ok"))

    def test_rest_of_a_post_is_delivered_without_its_client(self) -> None:
        """The client disconnected during the pause."""
        sid = self.open()
        self.poll(sid, b"4pause\x1e4b").wire.disconnect()
        self.peers[0].session.resume()
        self.assertEqual(self.peers[0].received, ["pause", "b"])

    def test_rest_of_a_post_is_dropped_when_the_session_closes(self) -> None:
        """The POST is answered."""
        sid = self.open()
        answer = self.poll(sid, b"4pause\x1e4b")
        self.peers[0].session.close()
        self.assertEqual(answer.outcome, (200, "ok"))
        self.peers[0].session.resume()
        self.assertEqual(self.peers[0].received, ["pause"])

    def test_invalid_packet_after_a_pause_is_refused(self) -> None:
        """As it is without a pause."""
        sid = self.open()
        answer = self.poll(sid, b"4pause\x1eabc")
        self.peers[0].session.resume()
        self.assertEqual(answer.status, 400)

    def test_invalid_packet_of_a_lost_client_ends_the_session(self) -> None:
        """There is no request to refuse."""
        sid = self.open()
        self.poll(sid, b"4pause\x1eabc").wire.disconnect()
        self.peers[0].session.resume()
        self.assertEqual(len(self.peers[0].ends), 1)


class CloseTests(EngineIOTestCase):
    """Closing, by either side."""

    def test_close_packet_answers_the_held_get(self) -> None:
        """Packets after it are ignored; the next GET is refused."""
        sid = self.open()
        waiting = self.poll(sid)
        self.assertEqual(self.poll(sid, b"1\x1e4late").outcome, (200, "ok"))
        self.assertEqual(waiting.outcome, (200, "6"))
        self.assertEqual(self.poll(sid).status, 400)
        self.assertEqual(self.peers[0].received, [])
        self.assertEqual(self.peers[0].ends, ["the client closed it"])

    def test_get_after_a_close_packet_is_answered_for_a_second(self) -> None:
        """Once; the POST may overtake the GET sent beside it."""
        for wait, status in ((0.9, 200), (1.1, 400)):
            sid = self.open()
            self.poll(sid, b"1")
            self.clock.advance(wait)
            self.assertEqual(self.poll(sid, b"4x").status, 400)
            answer = self.poll(sid)
            self.assertEqual(answer.status, status)
            if status == 200:
                self.assertEqual(answer.body, "6")
            self.assertEqual(self.poll(sid).status, 400)

    def test_close_sends_what_waits_before_the_close_packet(self) -> None:
        """In two responses: stock clients ignore messages in one with CLOSE."""
        sid = self.open()
        session = self.peers[0].session
        session.send_text("a")
        session.send_text("b")
        session.close("enough")
        session.close("again")
        session.send_text("too late")
        self.assertEqual(self.peers[0].ends, [])
        self.assertEqual(self.poll(sid).outcome, (200, "4a\x1e4b"))
        self.assertEqual(self.poll(sid).outcome, (200, "1"))
        self.assertEqual(self.poll(sid).status, 400)
        self.clock.advance(0)
        self.assertEqual(self.peers[0].ends, ["enough"])

    def test_client_that_does_not_poll_is_disconnected(self) -> None:
        """Over 8 MiB; the application is notified after its write."""
        sid = self.open()
        session = self.peers[0].session
        piece = POLLING.text(b"x" * 1021)
        for _ in range(MAX_QUEUED // len(piece)):
            session.write(piece)
        self.assertEqual(self.resource.sessions, 1)
        session.write(piece)
        session.write(piece)
        self.assertEqual(self.peers[0].ends, [])
        self.clock.advance(0)
        self.assertEqual(self.peers[0].ends, ["too slow"])
        self.assertEqual(self.poll(sid).status, 400)

    def test_client_that_fetches_slowly_is_disconnected(self) -> None:
        """If more than fits into a response stays for 30 s; at first all may wait."""
        sid = self.open()
        session = self.peers[0].session
        session.send_text("x" * (MAX_RESPONSE + 1))
        self.clock.pump([1.0] * GRACE)
        self.assertEqual(self.peers[0].ends, [])
        self.clock.pump([1.0])
        self.assertEqual(self.peers[0].ends, ["too slow"])
        self.assertEqual(self.poll(sid).status, 400)

    def test_client_that_is_away_for_a_while_is_kept(self) -> None:
        """What fits into a response waits until its heartbeat is missing."""
        sid = self.open()
        self.peers[0].session.send_text("x" * 1000)
        self.clock.pump([1.0] * 20)
        self.assertEqual(self.poll(sid).body, "4" + "x" * 1000)

    def test_long_queue_is_fetched_in_portions(self) -> None:
        """In order; each one is progress."""
        sid = self.open()
        session = self.peers[0].session
        pieces = [str(number) * 100_000 for number in range(10)]
        for piece in pieces:
            session.send_text(piece)
        bodies = []
        for _ in range(4):
            self.clock.pump([1.0] * (PATIENCE - 1))
            bodies.append(self.poll(sid).body)
        self.assertEqual([len(body) // 100_000 for body in bodies], [3, 3, 3, 1])
        packets = [packet for body in bodies for packet in body.split("\x1e")]
        self.assertEqual([p for p in packets if p != "2"], [f"4{p}" for p in pieces])
        self.assertEqual(self.peers[0].ends, [])


class BytewiseMessageTests(MessageTests):
    """The same, byte by byte."""

    bytewise = True


class BytewisePauseTests(PauseTests):
    """The same, byte by byte."""

    bytewise = True


class BytewiseCloseTests(CloseTests):
    """The same, byte by byte."""

    bytewise = True
