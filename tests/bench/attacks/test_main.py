"""The command line of the attacks."""

from __future__ import annotations

from dataclasses import replace

from twisted.trial.unittest import SynchronousTestCase

from bench.attacks.__main__ import is_complete, parse, steps, updated
from bench.attacks.meter import parse_written
from bench.attacks.network import LOOPBACK, SEPARATE
from bench.attacks.results import Delays
from bench.attacks.victims import VICTIMS
from tests.bench.attacks.samples import result, run
from tests.support.option_errors import refusal_of


class OptionTests(SynchronousTestCase):
    """What the options select."""

    def refused(self, *arguments: str) -> str:
        """The error message for invalid options."""
        return refusal_of(self, parse, arguments)

    def test_run_without_options_is_complete(self) -> None:
        """Its tables belong into the page; every server is attacked."""
        options = parse([])
        self.assertTrue(is_complete(options))
        servers = {victim.key for _, victim, _ in steps(options)}
        self.assertEqual(servers, {victim.key for victim in VICTIMS})

    def test_part_of_a_run_is_not_complete(self) -> None:
        """It does not replace the tables of the page."""
        for arguments in (
            ["--only", "empty"],
            ["--servers", "chat"],
            ["--connections", "4"],
            ["--seconds", "1"],
            ["--output", "x.md"],
            ["--update", "--only", "empty", "--seconds", "1"],
        ):
            self.assertFalse(is_complete(parse(arguments)), arguments)

    def test_update_completes_a_part(self) -> None:
        """The rest is that of the last complete run."""
        self.assertTrue(is_complete(parse(["--update", "--only", "empty"])))

    def test_selection_has_the_protocols_of_the_server(self) -> None:
        """And none that the attack does not have."""
        chosen = steps(parse(["--only", "payloads,hosts", "--servers", "chat,ws"]))
        self.assertEqual(
            [(attack.key, victim.key, wire) for attack, victim, wire in chosen],
            [
                ("payloads", "chat", "socketio"),
                ("hosts", "chat", "json"),
                ("hosts", "chat", "socketio"),
                ("hosts", "ws", "websocket"),
            ],
        )

    def test_protocol_can_be_selected(self) -> None:
        """For example for a quick look."""
        chosen = steps(parse(["--only", "empty", "--wires", "line,irc"]))
        found = [(victim.key, wire) for _, victim, wire in chosen]
        expected = [("chat", "line"), ("chat", "irc"), ("inspircd", "irc")]
        self.assertEqual(found, expected)

    def test_unknown_names_are_refused(self) -> None:
        """The message has them."""
        self.assertIn("unknown: nothing", self.refused("--only", "empty,nothing"))
        self.assertIn("unknown: nobody", self.refused("--servers", "nobody"))

    def test_update_keeps_what_was_not_measured_again(self) -> None:
        """And replaces what was."""
        before = run(result(lost=1), result(wire="json", lost=2))
        now = replace(run(result()), command="python -m bench.attacks --update")
        merged = updated(before, now)
        self.assertEqual(
            {each.wire: each.lost for each in merged.results}, {"line": 0, "json": 2}
        )
        self.assertEqual(merged.command, before.command)

    def test_update_keeps_the_versions_of_what_was_not_measured_again(self) -> None:
        """A server that was left out need not be installed."""
        before, now = run(result()), run(result())
        before = replace(before, machine={"cores": "1", "npm ws": "8"})
        now = replace(now, machine={"cores": "2"})
        machine = updated(before, now).machine
        self.assertEqual(machine, {"cores": "2", "npm ws": "8"})


class PartTests(SynchronousTestCase):
    """Small parts of the measurement."""

    def test_bytes_written_are_read_from_io(self) -> None:
        """And not those of the cache (wchar), or those that were cancelled."""
        text = "rchar: 1\nwchar: 2\nwrite_bytes: 8192\ncancelled_write_bytes: 4096\n"
        self.assertEqual(parse_written(text), 8192)
        self.assertEqual(parse_written(""), 0)

    def test_delays_are_milliseconds(self) -> None:
        """The median, the longest, and how late the measurement was."""
        self.assertEqual(
            Delays.of([0.001, 0.002, 0.5], 1, 0.25), Delays(2.0, 500.0, 1, 250.0)
        )
        self.assertEqual(Delays.of([], 2, 0), Delays(0.0, 0.0, 2, 0.0))

    def test_everyone_has_another_address(self) -> None:
        """In both networks: limits for each address tell them apart."""
        for network in (LOOPBACK, SEPARATE):
            addresses = {network.server, network.bystander, network.newcomer}
            addresses |= {network.attacker(number) for number in range(8)}
            self.assertEqual(len(addresses), 11)
