"""The fakes for those who build on the package, and the page that shows them."""

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
from twisted_chat.core.routes import standard_table
from twisted_chat.service import ChatService
from twisted_chat.testing import (
    FakeWire,
    Gate,
    TestChat,
    line_wire,
)

PAGE = Path(__file__).resolve().parents[2] / "docs" / "extending.md"


class PageTests(SynchronousTestCase):
    """Whoever copies the code of docs/extending.md has something that works."""

    def setUp(self) -> None:
        self.files = dict(
            re.findall(
                r"```python\n# (\S+)\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL
            )
        )
        self.patch(sys, "dont_write_bytecode", True)
        self.my_chat = self.module("my_chat")

    def module(self, name: str) -> ModuleType:
        """One of the page's files, as a module that the others can import."""
        module = ModuleType(name)
        for_now = mock.patch.dict(sys.modules, {name: module})
        for_now.start()
        self.addCleanup(for_now.stop)
        exec(compile(self.files[f"{name}.py"], f"{name}.py", "exec"), vars(module))
        return module

    def memory_reactor(self) -> MemoryReactorClock:
        """What the page's files find when they import the reactor."""
        reactor = MemoryReactorClock()
        patch = mock.patch("twisted.internet.reactor", reactor, create=True)
        patch.start()
        self.addCleanup(patch.stop)
        return reactor

    def test_the_route_is_ten_lines(self) -> None:
        """It is as short as the page says."""
        code = self.files["my_chat.py"]
        lines = [line for line in code.splitlines() if line.strip()]
        self.assertLessEqual(len(lines), 11)

    def test_its_tests_pass(self) -> None:
        """The page's own tests are right."""
        tests = unittest.defaultTestLoader.loadTestsFromModule(
            self.module("test_my_chat")
        )
        result = unittest.TestResult()
        tests.run(result)
        self.assertEqual((result.testsRun, result.errors, result.failures), (3, [], []))

    def test_the_tac_file(self) -> None:
        """It makes an application with a chat that has the route."""
        self.memory_reactor()
        made: dict[str, Any] = {}
        exec(compile(self.files["my_chat.tac"], "my_chat.tac", "exec"), made)
        (service,) = IServiceCollection(made["application"])
        self.assertIsInstance(service, ChatService)
        self.assertIn("roll", service.chat.table)
        self.assertIn("nick", service.chat.table)
        self.assertEqual(service.settings.port, ("3000",))

    def test_the_plugin(self) -> None:
        """It has all the options of ``twistd chat``."""
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
    """The chat in memory is the real one."""

    def test_two_people(self) -> None:
        """They see each other come, speak and go."""
        room = TestChat()
        alice = room.client("alice")
        bob = room.client("bob")
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

    def test_several_wires(self) -> None:
        """Clients of different kinds are in one conversation."""
        room = TestChat()
        line = line_wire()
        loud = FakeWire(
            line.codec, line.decode, lambda data: data.decode().upper().split()
        )
        (alice,) = room.people("alice")
        (bob,) = room.people("bob", wire=loud)
        alice.sees()
        alice.types("hi")
        self.assertEqual(bob.sees(), ["ALICE:", "HI"])

    def test_settings(self) -> None:
        """History, words of the operator, and flood control."""
        room = TestChat(history=1, motd=("Be kind.",), flood=RateLimit(1, 1))
        (alice,) = room.people("alice")
        alice.types("one", "two")
        self.assertFalse(alice.reading)
        self.assertEqual(alice.sees(), ["alice: one"])
        room.advance(1.1)
        self.assertTrue(alice.reading)
        self.assertEqual(
            room.client("bob").sees(),
            ["Welcome, bob!", "Be kind.", "alice: two", "bob: joined the chat"],
        )

    def test_bytes_that_are_no_utf8(self) -> None:
        """A test can send them as Python has them in a string."""
        room = TestChat()
        (alice,) = room.people("alice")
        alice.types(b"a\xffb".decode("utf-8", "surrogateescape"))
        self.assertEqual(alice.sees(), ["alice: a\ufffdb"])

    def test_a_route_that_waits(self) -> None:
        """For a gate that the test opens, or for a Deferred."""
        gate, deferred = Gate(), Deferred[str]()
        table = standard_table()

        @table.route("slow", "", "wait")
        async def slow(_ask: CommandContext) -> Notice:
            await gate
            return Notice((await deferred,))

        room = TestChat(table)
        (alice,) = room.people("alice")
        alice.types(r"\slow", "after")
        gate.open()
        self.assertEqual(alice.sees(), [])
        deferred.callback("done")
        self.assertEqual(alice.sees(), ["done", "alice: after"])

    def test_mistakes_are_raised(self) -> None:
        """What a server would log fails the test, once."""
        table = standard_table()

        @table.route("x", "", "fail")
        async def broken(_ask: CommandContext) -> None:
            raise ZeroDivisionError

        room = TestChat(table)
        (alice,) = room.people("alice")
        with self.assertRaises(ZeroDivisionError):
            alice.types(r"\x")
        alice.types("hi")
        self.assertIn("alice: hi", alice.sees())

    def test_stop(self) -> None:
        """A server that has something left to store says so."""
        room = TestChat()
        (alice,) = room.people("alice")
        room.journal.hold()
        alice.types("hi")
        self.assertFalse(room.stop())
        room.journal.release()
        self.assertEqual(alice.sees()[0], "alice: hi")
