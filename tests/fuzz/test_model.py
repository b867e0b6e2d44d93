"""The models of the whole chat, for a moment: the same steps in each run."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from .members.steps_order import MembersMachine, SqliteMembersMachine
from .model.campaign import run_machine
from .model.leaving import ChatMachine, SqliteChatMachine

RUNS = 30
STEPS = 30
"""``make fuzz TARGET=model`` and ``TARGET=members`` make many more, of more steps."""


class ModelTests(SynchronousTestCase):
    """Each client is shown what a small reference says, whatever the others do."""

    def test_chat_in_memory_agrees_with_the_reference(self) -> None:
        """Over all wires."""
        run_machine(ChatMachine, RUNS, STEPS, derandomize=True)

    def test_chat_in_sqlite_agrees_with_the_reference(self) -> None:
        """Also when the server is restarted."""
        run_machine(SqliteChatMachine, RUNS, STEPS, derandomize=True)


class MembersModelTests(SynchronousTestCase):
    """The same of accounts with several devices, and of those who keep order."""

    def test_members_in_memory_agree_with_the_reference(self) -> None:
        """Over all wires."""
        run_machine(MembersMachine, RUNS, STEPS, derandomize=True)

    def test_members_in_sqlite_agree_with_the_reference(self) -> None:
        """Also when the server is restarted, or killed."""
        run_machine(SqliteMembersMachine, RUNS, STEPS, derandomize=True)
