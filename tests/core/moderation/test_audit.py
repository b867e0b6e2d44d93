"""The audit log."""

from __future__ import annotations

from unittest.mock import patch

from twisted.trial.unittest import SynchronousTestCase

from tests.support.moderation import ModerationCase
from twisted_chat.core.moderation import audit
from twisted_chat.core.moderation.audit import audit_changes, audit_line, surplus
from twisted_chat.core.moderation_events import Rank

TIME = 1_700_000_000_000


class LineTests(SynchronousTestCase):
    """What a line says."""

    def test_line_has_time_and_who_did_what(self) -> None:
        """What does not apply is left out."""
        self.assertEqual(
            audit_line(TIME, "alice", "kick", "bob", "tea", text="spam"),
            "2023-11-14 22:13 alice kick bob #tea (spam)",
        )
        self.assertEqual(
            audit_line(TIME, "alice", "mute", "bob", duration="10m"),
            "2023-11-14 22:13 alice mute bob for 10m",
        )

    def test_lines_sort_by_time(self) -> None:
        """Two at the same time are both kept."""
        (first,) = audit_changes(9, Rank.OPERATOR, "a")
        (second,) = audit_changes(10, Rank.ROOM_OPERATOR, "b")
        (third,) = audit_changes(10, Rank.ROOM_OPERATOR, "c")
        self.assertLess(first, second)
        self.assertNotEqual(second, third)

    def test_acts_of_room_operators_are_deleted_first(self) -> None:
        """Nobody can fill the log from a room of his own."""
        lines: dict[str, str] = {}
        for time in range(6):
            rank = Rank.OPERATOR if time < 3 else Rank.ROOM_OPERATOR
            lines.update(audit_changes(time, rank, str(time)))  # type: ignore[arg-type]
        deleted = [lines[key] for key in surplus(lines, 2)]
        self.assertEqual(deleted, ["3", "4", "5", "0"])
        self.assertEqual(surplus(lines, 6), [])


class AuditLogTests(ModerationCase):
    """The log in the store."""

    def test_last_lines_are_kept(self) -> None:
        """What is too much is deleted now and then."""
        with patch.object(audit, "MAX_LINES", 3), patch.object(audit, "TRIM_AFTER", 5):
            for number in range(5):
                self.does(self.alice, rf"\kick bob {number}")
                self.does(self.bob, r"\join tea")
        self.oscar.types(r"\audit")
        seen = [line.partition(" alice ")[2] for line in self.oscar.sees()]
        self.assertEqual(seen, [f"kick bob #tea ({number})" for number in (2, 3, 4)])

    def test_failing_store_is_no_reason_to_fail(self) -> None:
        """The lines are deleted later."""
        with patch.object(audit, "TRIM_AFTER", 1):
            self.chat.journal.fail(what="values")
            self.does(self.alice, r"\kick bob")
        self.does(self.oscar, r"\audit")
