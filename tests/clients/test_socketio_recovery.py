"""Connection state recovery of Socket.IO clients."""

from __future__ import annotations

import json

from twisted.trial import unittest

from tests.support.viewer import VIEWER
from twisted_chat.clients import socketio_recovery
from twisted_chat.clients.socketio_codec import Dialect, sid
from twisted_chat.clients.socketio_recovery import (
    NEW_USAGE,
    ResumeRequest,
    ResumingCodec,
    Usage,
    Usages,
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
    def welcome(
        *missed: Event, recovered: bool = False, nick: str = "guest_1"
    ) -> Welcome:
        return Welcome(
            nick=nick,
            session="SECRET",
            room="lobby",
            rooms=("lobby",),
            list_members=lambda: (nick,),
            away={},
            topic="",
            history=(Stored("0001", 0, SAID),),
            position="0008",
            recovered=recovered,
            missed=tuple(
                Stored(f"000{i + 2}", 0, event) for i, event in enumerate(missed)
            ),
        )

    def resume(self, pid: str, welcome: Welcome, usage: Usage = NEW_USAGE) -> list[str]:
        self.usages: list[Usage] = []
        codec = ResumingCodec(
            lambda p: p + b"\n", lambda: "0009", pid, usage, self.usages.append
        )
        shown = codec.reply(welcome, VIEWER, None).decode().splitlines()
        self.assertEqual(len(self.usages), 1)
        return shown

    def test_recovered_client_keeps_its_pid(self) -> None:
        """And receives all that it missed, each event with its marker."""
        received = DirectMessage("bob", "alice", "psst", "BOB", VIEWER.member_id)
        sent = DirectMessage("alice", "bob", "what", VIEWER.member_id, "BOB")
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

    def test_missed_events_are_sent_in_the_dialect_used_before(self) -> None:
        """Once each, to a client that listens to both."""
        welcome = self.welcome(SAID, recovered=True)
        for dialect, event in ((Dialect.MESSAGES, "messages"), (Dialect.CHAT, "chat")):
            usage = Usage(dialect)
            shown = self.resume("SECRET0", welcome, usage)
            self.assertEqual(shown[1:3], [f'2["{event}","alice: hi"]', '2["0002"]'])
            self.assertEqual(self.usages, [usage])

    def test_chosen_name_shows_the_dialect_after_a_restart(self) -> None:
        """Only ``join`` can have chosen it, so the client was shown the history."""
        welcome = self.welcome(SAID, recovered=True, nick="anna")
        shown = self.resume("SECRET0", welcome)
        self.assertEqual(shown[1:3], ['2["messages","alice: hi"]', '2["0002"]'])
        self.assertEqual(self.usages, [Usage(Dialect.MESSAGES, has_joined=True)])

    def test_client_that_missed_something_is_shown_the_history_again(self) -> None:
        """Its page starts anew, in the same dialect."""
        self.resume("SECRET0", self.welcome(), Usage(Dialect.CHAT, has_joined=True))
        self.assertEqual(self.usages, [Usage(Dialect.CHAT)])


class UsageTests(unittest.SynchronousTestCase):
    """How a client uses the chat."""

    def test_emitted_events_show_the_dialects(self) -> None:
        """One after the other."""
        usage = NEW_USAGE.emits(Dialect.CHAT)
        self.assertEqual(usage, Usage(Dialect.CHAT))
        self.assertIs(usage.emits(Dialect.UNKNOWN), usage)
        self.assertEqual(usage.emits(Dialect.MESSAGES), Usage(Dialect.BOTH))

    def test_chosen_dialect_stays(self) -> None:
        """Whatever is emitted."""
        usage = Usage(Dialect.CHAT, is_fixed=True)
        self.assertIs(usage.emits(Dialect.MESSAGES), usage)

    def test_usage_is_remembered_once(self) -> None:
        """That of a client that has emitted nothing is not."""
        usages = Usages()
        usages.remember("A", Usage(Dialect.CHAT))
        usages.remember("G", NEW_USAGE)
        self.assertEqual(usages.take("G"), NEW_USAGE)
        self.assertEqual(usages.take("A"), Usage(Dialect.CHAT))
        self.assertEqual(usages.take("A"), NEW_USAGE)

    def test_oldest_usage_is_forgotten_first(self) -> None:
        """Their number is bounded."""
        self.patch(socketio_recovery, "MAX_REMEMBERED", 2)
        usages, usage = Usages(), Usage(Dialect.CHAT)
        for session in "ABC":
            usages.remember(session, usage)
        taken = [usages.take(session) for session in "ABC"]
        self.assertEqual(taken, [NEW_USAGE, usage, usage])
