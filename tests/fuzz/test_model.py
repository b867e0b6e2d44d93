"""The model of the whole chat, for a moment: the same steps in each run."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from .model.campaign import run_machine
from .model.leaving import ChatMachine, SqliteChatMachine

RUNS = 30
STEPS = 30
"""``make fuzz TARGET=model`` makes many more, of twice as many steps."""


class ModelTests(SynchronousTestCase):
    """Each client is shown what a small reference says, whatever the others do."""

    def test_chat_in_memory_agrees_with_the_reference(self) -> None:
        """Over all wires."""
        run_machine(ChatMachine, RUNS, STEPS, derandomize=True)

    def test_chat_in_sqlite_agrees_with_the_reference(self) -> None:
        """Also when the server is restarted."""
        run_machine(SqliteChatMachine, RUNS, STEPS, derandomize=True)
