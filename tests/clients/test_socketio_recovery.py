"""Connection state recovery of Socket.IO clients."""

from __future__ import annotations

import json

from twisted.trial import unittest

from tests.support.viewer import VIEWER
from twisted_chat.clients import socketio_recovery
from twisted_chat.clients.socketio_codec import sid
from twisted_chat.clients.socketio_recovery import (
    RememberedNames,
    ResumeRequest,
    ResumingCodec,
)
from twisted_chat.core.events import DirectMessage, Event, Message, Stored
from twisted_chat.core.replies import Welcome

SAID = Message("lobby", "alice", "hi", "ID")


class ResumeRequestTests(unittest.SynchronousTestCase):
    """What a connecting client sends."""

    def test_pid_is_the_session_and_a_digit(self) -> None:
        """The offset is a position."""
        for pid in ("SECRET0", "SECRET1"):
            request = ResumeRequest.of({"pid": pid, "offset": "0007"})
            self.assertEqual(request, ResumeRequest(pid, "SECRET", "0007"))

    def test_offset_that_cannot_be_ours_is_ignored(self) -> None:
        """The client is then not recovered."""
        for offset in (None, 7, ["0007"], "x" * 65):
            request = ResumeRequest.of({"pid": "SECRET0", "offset": offset})
            self.assertEqual(request, ResumeRequest("SECRET0", "SECRET", None))

    def test_pid_that_cannot_be_ours_is_ignored(self) -> None:
        """The client is then a new one."""
        for pid in (None, 7, "", "0", "SECRET", ["SECRET0"], "x" * 64 + "0"):
            self.assertIsNone(ResumeRequest.of({"pid": pid, "offset": "0007"}))
        self.assertIsNone(ResumeRequest.of({}))


class ResumingCodecTests(unittest.SynchronousTestCase):
    """The welcome of a client that resumes."""

    @staticmethod
    def welcome(*missed: Event, recovered: bool = False) -> Welcome:
        return Welcome(
            nick="alice",
            session="SECRET",
            room="lobby",
            rooms=("lobby",),
            members=("alice",),
            away={},
            topic="",
            history=(Stored("0001", 0, SAID),),
            position="0008",
            recovered=recovered,
            missed=tuple(
                Stored(f"000{i + 2}", 0, event) for i, event in enumerate(missed)
            ),
        )

    def resume(self, pid: str, welcome: Welcome) -> list[str]:
        self.welcomed = 0

        def welcomed() -> None:
            self.welcomed += 1

        codec = ResumingCodec(lambda p: p + b"\n", lambda: "0009", pid, welcomed)
        shown = codec.reply(welcome, VIEWER, None).decode().splitlines()
        self.assertEqual(self.welcomed, 1)
        return shown

    def test_recovered_client_keeps_its_pid(self) -> None:
        """And receives all that it missed, each event with its marker."""
        received = DirectMessage("bob", "alice", "psst", "BOB", "SECRET")
        sent = DirectMessage("alice", "bob", "what", "SECRET", "BOB")
        den = Message("den", "bob", "elsewhere", "BOB")
        welcome = self.welcome(SAID, received, sent, den, recovered=True)
        self.assertEqual(
            self.resume("SECRET1", welcome),
            [
                f'0{{"sid":"{sid("SECRET")}","pid":"SECRET1"}}',
                '2["messages","alice: hi"]',
                '2["chat","alice: hi"]',
                '2["0002"]',
                '2["messages","bob (private): psst"]',
                '2["chat","bob (private): psst"]',
                '2["0003"]',
                '2["messages","alice (private to bob): what"]',
                '2["chat","alice (private to bob): what"]',
                '2["0004"]',
                '2["messages","[#den] bob: elsewhere"]',
                '2["chat","[#den] bob: elsewhere"]',
                '2["0005"]',
                '2["0008"]',
            ],
        )

    def test_client_that_missed_something_gets_another_pid(self) -> None:
        """Which tells it that it is not recovered."""
        for before, after in (("SECRET0", "SECRET1"), ("SECRET1", "SECRET0")):
            (connect, marker) = self.resume(before, self.welcome())
            self.assertEqual(json.loads(connect[1:])["pid"], after)
            self.assertEqual(marker, '2["0008"]')


class RememberedNamesTests(unittest.SynchronousTestCase):
    """Nicknames of clients that have left."""

    def test_chosen_nickname_is_remembered_once(self) -> None:
        """A guest's is not."""
        names = RememberedNames()
        names.remember("A", "alice")
        names.remember("G", "guest_1")
        self.assertIsNone(names.take("G"))
        self.assertEqual(names.take("A"), "alice")
        self.assertIsNone(names.take("A"))

    def test_oldest_nickname_is_forgotten_first(self) -> None:
        """Their number is bounded."""
        self.patch(socketio_recovery, "MAX_REMEMBERED", 2)
        names = RememberedNames()
        for session in "ABC":
            names.remember(session, session.lower())
        self.assertEqual([names.take(s) for s in "ABC"], [None, "b", "c"])
