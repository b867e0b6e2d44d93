"""A chat in memory, and fakes, for tests of routes, codecs and journals."""

from .chat import FakeClient, FakeWire, TestChat, line_wire
from .fakes import START, FailingJournal, FakeClock, FakeConnection, Gate

__all__ = [
    "START",
    "FailingJournal",
    "FakeClient",
    "FakeClock",
    "FakeConnection",
    "FakeWire",
    "Gate",
    "TestChat",
    "line_wire",
]
