"""Engine.IO by polling: the GET that waits and the POST that brings."""

from __future__ import annotations

from tests.support.engineio_client import EngineIOTestCase
from twisted_chat.engineio import session as engineio_session
from twisted_chat.net.send_queue import MAX_QUEUED


class MessageTests(EngineIOTestCase):
    """There and back."""

    def test_messages(self) -> None:
        """Text, several, binary: what waits comes with the next GET."""
        sid = self.open()
        for body in ("4hello", "4one\x1e4two\x1e4", "4☃\x1ebAQIDBA==\x1e4x"):
            answer = self.poll(sid, body.encode())
            self.assertEqual(answer.outcome, (200, "ok"))
            self.assertEqual(self.poll(sid).outcome, (200, body))
        self.assertEqual(self.peers[0].heard[-2:], [b"\x01\x02\x03\x04", "x"])

    def test_waiting(self) -> None:
        """A GET that waits is answered with the first that there is to tell."""
        sid = self.open()
        waiting = self.poll(sid)
        self.assertFalse(waiting.answered)
        self.poll(sid, b"4one\x1e4two")
        self.assertEqual(waiting.outcome, (200, "4one"))
        self.assertEqual(self.poll(sid).outcome, (200, "4two"))

    def test_joined_records(self) -> None:
        """What is written at once arrives at once."""
        sid = self.open()
        session = self.peers[0].session
        waiting = self.poll(sid)
        session.write(session.encode(b"a") + session.encode_binary(b"b"))
        self.assertEqual(waiting.outcome, (200, "4a\x1ebYg=="))

    def test_nonsense(self) -> None:
        """A POST that holds no packet ends the session; what stood before counts."""
        for body in (b"abc", b"4\xff", b"b!", b"", b"0{}", b"2", b"5"):
            sid = self.open()
            waiting = self.poll(sid)
            answer = self.poll(sid, b"4before\x1e" + body)
            self.assertEqual(answer.status, 400, body)
            self.assertEqual(waiting.outcome, (200, "4before"))
            self.assertEqual(self.poll(sid).status, 400)
            self.assertEqual(self.peers[-1].heard, ["before"])
            self.assertEqual(len(self.peers[-1].ends), 1)

    def test_application_fails(self) -> None:
        """Its mistake is logged, ends this session, and no other."""
        sid, other = self.open(), self.open()
        self.poll(sid, b"4fail\x1e4more")
        self.assertEqual(len(self.flushLoggedErrors(RuntimeError)), 1)
        self.assertEqual(self.poll(sid).status, 400)
        self.assertEqual(self.peers[0].heard, ["fail"])
        self.assertEqual(self.peers[0].ends, ["the application failed"])
        self.assertEqual(self.poll(other, b"4x").status, 200)


class TwoAtOnceTests(EngineIOTestCase):
    """A client sends one request of each kind at a time."""

    def test_two_gets(self) -> None:
        """The second is refused, the first ends, and the session with them."""
        sid = self.open()
        first = self.poll(sid)
        self.assertEqual(self.poll(sid).status, 400)
        self.assertEqual(first.outcome, (200, "1"))
        self.assertEqual(self.poll(sid).status, 400)
        self.assertEqual(self.peers[0].ends, ["two GETs at once"])

    def test_cancelled_get(self) -> None:
        """Who hangs up on a GET is gone."""
        sid = self.open()
        self.poll(sid).wire.hang_up()
        self.assertEqual(len(self.peers[0].ends), 1)
        self.assertEqual(self.poll(sid).status, 400)

    def test_hang_up_afterwards(self) -> None:
        """Who hangs up once answered is not."""
        sid = self.open()
        waiting = self.poll(sid)
        self.poll(sid, b"4x").wire.hang_up()
        waiting.wire.hang_up()
        self.assertEqual(self.peers[0].ends, [])

    def test_two_posts(self) -> None:
        """While one is under way another is refused, and ends the session."""
        sid = self.open()
        first = self.poll(sid, b"4pause\x1e4more")
        self.assertEqual(self.poll(sid, b"4x").status, 400)
        self.assertEqual(first.outcome, (200, "ok"))
        self.assertEqual(self.peers[0].ends, ["two POSTs at once"])


class PauseTests(EngineIOTestCase):
    """The application wants no more for a while."""

    def test_rest_of_a_post(self) -> None:
        """It is taken, and the POST answered, when the application wants it."""
        sid = self.open()
        session = self.peers[0].session
        answer = self.poll(sid, b"4a\x1e4pause\x1e4b\x1e4pause\x1e4c")
        self.assertFalse(answer.answered)
        self.assertEqual(self.peers[0].heard, ["a", "pause"])
        session.resume()
        self.assertEqual(self.peers[0].heard, ["a", "pause", "b", "pause"])
        session.resume()
        self.assertEqual(self.peers[0].heard[-1], "c")
        self.assertEqual(answer.outcome, (200, "ok"))

    def test_gone_meanwhile(self) -> None:
        """What it had sent is taken nevertheless."""
        sid = self.open()
        self.poll(sid, b"4pause\x1e4b").wire.hang_up()
        self.peers[0].session.resume()
        self.assertEqual(self.peers[0].heard, ["pause", "b"])

    def test_closed_meanwhile(self) -> None:
        """Then nothing more is taken."""
        sid = self.open()
        answer = self.poll(sid, b"4pause\x1e4b")
        self.peers[0].session.close()
        self.assertEqual(answer.outcome, (200, "ok"))
        self.peers[0].session.resume()
        self.assertEqual(self.peers[0].heard, ["pause"])

    def test_nonsense_after_a_pause(self) -> None:
        """It is refused as it would have been before."""
        sid = self.open()
        answer = self.poll(sid, b"4pause\x1eabc")
        self.peers[0].session.resume()
        self.assertEqual(answer.status, 400)

    def test_nonsense_of_one_who_is_gone(self) -> None:
        """There is nobody to refuse it to."""
        sid = self.open()
        self.poll(sid, b"4pause\x1eabc").wire.hang_up()
        self.peers[0].session.resume()
        self.assertEqual(len(self.peers[0].ends), 1)


class CloseTests(EngineIOTestCase):
    """The end, from either side."""

    def test_client_closes(self) -> None:
        """The GET that waits is answered; the next one is not."""
        sid = self.open()
        waiting = self.poll(sid)
        self.assertEqual(self.poll(sid, b"1\x1e4late").outcome, (200, "ok"))
        self.assertEqual(waiting.outcome, (200, "6"))
        self.assertEqual(self.poll(sid).status, 400)
        self.assertEqual(self.peers[0].heard, [])
        self.assertEqual(self.peers[0].ends, ["the client closed it"])

    def test_closing_post_overtakes_the_get(self) -> None:
        """The GET is answered all the same, once, and for a second."""
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

    def test_server_closes(self) -> None:
        """All that waits is told first, and the end by itself: a stock client does
        not show what comes in one answer with it.
        """
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

    def test_a_stop_waits_for_those_on_their_way(self) -> None:
        """Not for the end of a session, but for words that are still to be said."""
        told: list[str] = []
        self.resource.when_told(lambda: told.append("nobody there"))
        sid, silent = self.open(), self.open()
        self.resource.close("stop")
        self.resource.when_told(lambda: told.append("no words"))
        self.assertEqual(told, ["nobody there", "no words"])
        sid, silent = self.open(), self.open()
        for peer in self.peers[2:]:
            peer.session.send_text("bye")
        self.resource.close("stop")
        self.resource.when_told(lambda: told.append("bye"))
        self.assertEqual(self.poll(sid).outcome, (200, "4bye"))
        self.clock.advance(engineio_session.LINGER / 2)
        self.assertEqual(self.poll(sid).outcome, (200, "1"))
        self.assertEqual(told[2:], [])
        self.clock.advance(engineio_session.LINGER / 2)
        self.assertEqual(told[2:], ["bye"])
        self.assertEqual(self.poll(silent).status, 400)

    def test_many_close(self) -> None:
        """Not all of a crowd are remembered."""
        self.patch(engineio_session, "MAX_LINGERING", 2)
        sids = [self.open() for _ in range(3)]
        for sid in sids:
            self.poll(sid, b"1")
        self.assertEqual(self.poll(sids[1]).outcome, (200, "6"))
        self.assertEqual(self.poll(sids[2]).status, 400)

    def test_too_slow(self) -> None:
        """Who lets more than 1 MiB wait is cut off, not within the write."""
        sid = self.open()
        session = self.peers[0].session
        piece = session.encode(b"x" * 1021)
        for _ in range(MAX_QUEUED // len(piece)):
            session.write(piece)
        self.assertEqual(self.resource.sessions, 1)
        session.write(piece)
        session.write(piece)
        self.assertEqual(self.peers[0].ends, [])
        self.clock.advance(0)
        self.assertEqual(self.peers[0].ends, ["too slow"])
        self.assertEqual(self.poll(sid).status, 400)


class BytewiseMessageTests(MessageTests):
    """The same, a byte at a time."""

    bytewise = True


class BytewisePauseTests(PauseTests):
    """The same, a byte at a time."""

    bytewise = True


class BytewiseCloseTests(CloseTests):
    """The same, a byte at a time."""

    bytewise = True
