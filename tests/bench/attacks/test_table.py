"""The tables of docs/security.md."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from bench.attacks.catalogue import BY_KEY
from bench.attacks.results import Finding, Gains, Result
from bench.attacks.table import BEGIN, END, attackers, escape, insert, summary, tables
from bench.attacks.victims import VICTIMS
from tests.bench.attacks.samples import process, result, run

CHAT, WS, *_ = VICTIMS


class InsertTests(SynchronousTestCase):
    """The place between the markers."""

    def test_tables_replace_what_is_between_the_markers(self) -> None:
        """The rest of the page stays."""
        page = f"# Page\n\n{BEGIN}\nold\n{END}\n\n## Below\n"
        once = insert(page, "| new |\n")
        self.assertEqual(once, f"# Page\n\n{BEGIN}\n\n| new |\n\n{END}\n\n## Below\n")
        self.assertEqual(insert(once, "| new |\n"), once)

    def test_page_without_its_markers_is_refused(self) -> None:
        """Nothing is written at a place of chance."""
        for page in ("", BEGIN, f"{END} {BEGIN}", f"{BEGIN} {END} {END}"):
            self.assertRaises(ValueError, insert, page, "")


class SummaryTests(SynchronousTestCase):
    """The cell of one attack and one server."""

    def test_server_that_held_by_all_protocols_has_one_word(self) -> None:
        """In bold."""
        found = [result(wire="line"), result(wire="json")]
        self.assertEqual(summary(BY_KEY["empty"], CHAT, found), "**held**")

    def test_fault_of_one_protocol_names_it(self) -> None:
        """One of several."""
        found = [result(wire="line"), result(wire="json", lost=1)]
        self.assertEqual(
            summary(BY_KEY["empty"], CHAT, found),
            "lost others' connections (WebSocket)",
        )

    def test_fault_of_all_protocols_names_none(self) -> None:
        """Each of them has it."""
        found = [result(wire=wire, newcomer_ms=None) for wire in ("line", "json")]
        self.assertEqual(summary(BY_KEY["empty"], CHAT, found), "kept others out")

    def test_attack_that_does_not_apply_has_a_reason(self) -> None:
        """Instead of a verdict."""
        self.assertEqual(
            summary(BY_KEY["search"], WS, []), "does not apply: keeps no messages"
        )

    def test_server_that_was_not_measured_has_no_verdict(self) -> None:
        """Because it is not installed, or the attack failed."""
        failed = result()
        failed.gains.error = "no connection"
        for found in ([], [Result("empty", "chat", "line", skipped="x")], [failed]):
            self.assertEqual(summary(BY_KEY["empty"], CHAT, found), "not measured")


class TableTests(SynchronousTestCase):
    """Everything between the markers."""

    def test_rows_of_a_table_have_as_many_cells_as_its_header(self) -> None:
        """Also of what was not measured, and of answers that have bars."""
        page = tables(
            run(
                result(findings=(Finding("x", accepted=False, answer="a | b"),)),
                result(wire="json", process=process(died="ended with status 1")),
                Result("empty", "ws", "websocket", skipped="npm | is missing"),
            )
        )
        blocks = [b for b in page.split("\n\n") if b.startswith("|")]
        self.assertEqual(len(blocks), 2)
        for block in blocks:
            rows = [row.replace(r"\|", "") for row in block.splitlines()]
            self.assertEqual(len({row.count("|") for row in rows}), 1, rows)
        self.assertIn("- kernel: Linux 6", page)
        self.assertIn("Measured on 2026-11-26 with `python -m bench.attacks`", page)

    def test_attackers_are_told_apart_by_their_ends(self) -> None:
        """How many, why, and how much they sent and received."""
        found = result()
        found.gains.ended = {"1008 too many": 60, "still open": 4}
        found.gains.refused = {"503": 2}
        found.gains.notes = ["3 sessions"]
        self.assertEqual(
            attackers(found),
            "64 in; 2 refused: 503; 60 1008 too many; 4 still open; "
            "1 KB sent, 0 B received; 3 sessions",
        )

    def test_tries_are_sorted_by_their_answers(self) -> None:
        """Those that were accepted first."""
        findings = (
            Finding("one", accepted=False, answer="403 Forbidden"),
            Finding("two", accepted=True),
        )
        self.assertEqual(
            attackers(result(findings=findings)),
            "accepted: two; refused: one (403 Forbidden)",
        )

    def test_text_of_a_server_is_no_markup(self) -> None:
        """It cannot end its cell or its row."""
        self.assertEqual(escape("a|b\r\n<c> *d*\x1b"), r"a\|b \<c\> \*d\* ")


class ResultTests(SynchronousTestCase):
    """Results as JSON."""

    def test_run_survives_its_file(self) -> None:
        """With all its figures."""
        before = run(
            result(findings=(Finding("x", accepted=True),)),
            Result("empty", "ws", "websocket", gains=Gains(error="no")),
        )
        self.assertEqual(type(before).from_json(before.to_json()), before)
