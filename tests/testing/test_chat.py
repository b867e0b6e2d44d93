"""The chat in memory, and docs/extending.md, which shows it."""

from __future__ import annotations

import re
import sys
import unittest
from pathlib import Path
from types import ModuleType
from typing import Any
from unittest import mock

from twisted.application.service import IServiceCollection, IServiceMaker
from twisted.internet.defer import Deferred
from twisted.internet.testing import MemoryReactorClock
from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.core.chat import CommandContext
from twisted_chat.core.limits import RateLimit
from twisted_chat.core.replies import Notice
from twisted_chat.core.routes.table import standard_table
from twisted_chat.service import ChatService
from twisted_chat.testing import (
    FakeWire,
    Gate,
    TestChat,
    line_wire,
)

PAGE = Path(__file__).resolve().parents[2] / "docs" / "extending.md"


class PageTests(SynchronousTestCase):
    """The code in docs/extending.md."""

    def setUp(self) -> None:
        self.files = dict(
            re.findall(
                r"```python\n# (\S+)\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL
            )
        )
        self.patch(sys, "dont_write_bytecode", True)
        self.my_chat = self.module("my_chat")

    def module(self, name: str) -> ModuleType:
        """A file of the page, as a module that the others can import."""
        module = ModuleType(name)
        patch = mock.patch.dict(sys.modules, {name: module})
        patch.start()
        self.addCleanup(patch.stop)
        exec(compile(self.files[f"{name}.py"], f"{name}.py", "exec"), vars(module))
        return module

    def memory_reactor(self) -> MemoryReactorClock:
        """Let the files of the page import a reactor in memory."""
        reactor = MemoryReactorClock()
        patch = mock.patch("twisted.internet.reactor", reactor, create=True)
        patch.start()
        self.addCleanup(patch.stop)
        return reactor

    def test_route_is_as_short_as_the_page_says(self) -> None:
        """Ten lines."""
        code = self.files["my_chat.py"]
        lines = [line for line in code.splitlines() if line.strip()]
        self.assertLessEqual(len(lines), 11)

    def test_tests_of_the_page_pass(self) -> None:
        """All three."""
        tests = unittest.defaultTestLoader.loadTestsFromModule(
            self.module("test_my_chat")
        )
        result = unittest.TestResult()
        tests.run(result)
        self.assertEqual((result.testsRun, result.errors, result.failures), (3, [], []))

    def test_tac_file_makes_a_chat_with_the_route(self) -> None:
        """And the standard ones."""
        self.memory_reactor()
        made: dict[str, Any] = {}
        exec(compile(self.files["my_chat.tac"], "my_chat.tac", "exec"), made)
        (service,) = IServiceCollection(made["application"])
        self.assertIsInstance(service, ChatService)
        self.assertIn("roll", service.chat.table)
        self.assertIn("nick", service.chat.table)
        self.assertEqual(service.settings.port, ("3000",))

    def test_plugin_has_the_options_of_the_chat(self) -> None:
        """And the route."""
        self.memory_reactor()
        self.module("my_chat_service")
        maker = self.module("my_chat_plugin").my_chat
        self.assertTrue(IServiceMaker.providedBy(maker))
        self.assertEqual(maker.tapname, "my_chat")
        options = maker.options()
        options.parseOptions(["--store", "memory:", "--port", "0"])
        service = maker.makeService(options)
        self.assertIn("roll", service.chat.table)
        self.assertEqual(service.settings.store, "memory:")


class TestChatTests(SynchronousTestCase):
    """The chat in memory."""

    def test_clients_see_each_other_join_talk_and_leave(self) -> None:
        """In order."""
        chat = TestChat()
        alice = chat.client("alice")
        bob = chat.client("bob")
        self.assertEqual(
            alice.sees(),
            ["Welcome, alice!", "alice: joined the chat", "bob: joined the chat"],
        )
        alice.types("hi")
        bob.leaves()
        self.assertEqual(
            bob.sees(), ["Welcome, bob!", "bob: joined the chat", "alice: hi"]
        )
        self.assertEqual(alice.sees(), ["alice: hi", "bob: left the chat"])
        self.assertIsNone(alice.closed)

    def test_clients_of_different_wires_share_a_room(self) -> None:
        """Each reads its own format."""
        chat = TestChat()
        line = line_wire()
        words = FakeWire(
            line.codec, line.decode, lambda data: data.decode().upper().split()
        )
        (alice,) = chat.people("alice")
        (bob,) = chat.people("bob", wire=words)
        alice.sees()
        alice.types("hi")
        self.assertEqual(bob.sees(), ["ALICE:", "HI"])

    def test_history_motd_and_rate_limit_are_those_of_a_server(self) -> None:
        """As the test sets them."""
        chat = TestChat(history=1, motd=("Be kind.",), flood=RateLimit(1, 1))
        (alice,) = chat.people("alice")
        alice.types("one", "two")
        self.assertFalse(alice.reading)
        self.assertEqual(alice.sees(), ["alice: one"])
        chat.advance(1.1)
        self.assertTrue(alice.reading)
        self.assertEqual(
            chat.client("bob").sees(),
            ["Welcome, bob!", "Be kind.", "alice: two", "bob: joined the chat"],
        )

    def test_surrogate_escapes_are_sent_as_bytes(self) -> None:
        """They need not be UTF-8."""
        chat = TestChat()
        (alice,) = chat.people("alice")
        alice.types(b"a\xffb".decode("utf-8", "surrogateescape"))
        self.assertEqual(alice.sees(), ["alice: a\ufffdb"])

    def test_route_may_wait_for_a_gate_or_a_deferred(self) -> None:
        """Later requests wait for it."""
        gate, deferred = Gate(), Deferred[str]()
        table = standard_table()

        @table.route("slow", "", "wait")
        async def slow(_context: CommandContext) -> Notice:
            await gate
            return Notice((await deferred,))

        chat = TestChat(table)
        (alice,) = chat.people("alice")
        alice.types(r"\slow", "after")
        gate.open()
        self.assertEqual(alice.sees(), [])
        deferred.callback("done")
        self.assertEqual(alice.sees(), ["done", "alice: after"])

    def test_exception_that_a_server_would_log_is_raised(self) -> None:
        """Once."""
        table = standard_table()

        @table.route("x", "", "fail")
        async def broken(_context: CommandContext) -> None:
            raise ZeroDivisionError

        chat = TestChat(table)
        (alice,) = chat.people("alice")
        with self.assertRaises(ZeroDivisionError):
            alice.types(r"\x")
        alice.types("hi")
        self.assertIn("alice: hi", alice.sees())

    def test_stop_returns_whether_everything_is_stored(self) -> None:
        """A held journal stores later."""
        chat = TestChat()
        (alice,) = chat.people("alice")
        chat.journal.hold()
        alice.types("hi")
        self.assertFalse(chat.stop())
        chat.journal.release()
        self.assertEqual(alice.sees()[0], "alice: hi")
