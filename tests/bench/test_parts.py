"""Small parts: generator answers, progress, cores, targets, versions."""

from __future__ import annotations

import io
import os
import tempfile
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from bench.generator import parse_answer
from bench.ircd import inspircd_config, ngircd_config
from bench.machine import first_line, parse_cpu_model, plain_version
from bench.metrics import FAMILIES
from bench.processes import BenchError, on_cores, split_cores
from bench.progress import Progress
from bench.targets import OWN, TARGETS, Setup
from bench.tools import PROGRAMS, Tools


class AnswerTests(SynchronousTestCase):
    """The answers of the load generator."""

    def test_answer_is_a_line_of_json(self) -> None:
        """One for each command."""
        self.assertEqual(parse_answer('{"messages": 3}\n'), {"messages": 3})

    def test_error_of_the_generator_is_raised(self) -> None:
        """With its text."""
        error = self.assertRaises(
            BenchError, parse_answer, '{"error": "client 3: no"}\n'
        )
        self.assertEqual(str(error), "client 3: no")

    def test_end_of_the_generator_is_an_error(self) -> None:
        """It answers every command."""
        self.assertRaises(BenchError, parse_answer, "")


class ProgramTests(SynchronousTestCase):
    """The programs in C."""

    def test_files_of_each_program_exist(self) -> None:
        """And each file belongs to a program."""
        directory = Path(__file__).resolve().parent.parent.parent / "bench" / "native"
        files = {file for sources in PROGRAMS.values() for file in sources}
        self.assertEqual(files, {file.name for file in directory.glob("*.c")})


class ProgressTests(SynchronousTestCase):
    """The progress output."""

    def test_line_has_time_number_total_and_text(self) -> None:
        """Skipped steps are counted."""
        out, times = io.StringIO(), iter([10.0, 10.5, 75.0, 76.0])
        progress = Progress(12, out, lambda: next(times))
        progress.step("one")
        progress.skip(3)
        progress.step("five")
        progress.note("aside")
        lines = out.getvalue().splitlines()
        self.assertTrue(lines[0].startswith("[ 0:00]   1 of 12 "), lines[0])
        self.assertTrue(lines[1].startswith("[ 1:05]   5 of 12 "), lines[1])
        self.assertTrue(lines[2].endswith(" aside"), lines[2])


class CoreTests(SynchronousTestCase):
    """Pinning to cores."""

    def test_servers_and_generators_get_different_cores(self) -> None:
        """Where there are two."""
        self.assertEqual(split_cores({0, 1}), ({1}, {0}))
        self.assertEqual(split_cores({2, 5, 3}), ({5}, {2}))

    def test_single_core_is_shared(self) -> None:
        """Nothing is pinned."""
        self.assertEqual(split_cores({0}), (set(), set()))

    def test_affinity_is_restored(self) -> None:
        """Only programs that are started inside are pinned."""
        before = os.sched_getaffinity(0)
        with on_cores({min(before)}):
            self.assertEqual(os.sched_getaffinity(0), {min(before)})
        self.assertEqual(os.sched_getaffinity(0), before)
        with on_cores(set()):
            self.assertEqual(os.sched_getaffinity(0), before)


class TargetTests(SynchronousTestCase):
    """The servers that are measured."""

    def test_keys_are_unique_and_families_known(self) -> None:
        """So are the peers that others are compared with."""
        keys = {target.key for target in TARGETS}
        self.assertEqual(len(keys), len(TARGETS))
        self.assertLessEqual(OWN, keys)
        self.assertEqual({t.family for t in TARGETS}, set(FAMILIES))
        for _, peers in FAMILIES.values():
            self.assertLessEqual({key for key, _ in peers}, keys)

    def test_every_server_gets_the_port(self) -> None:
        """On its command line or in its configuration."""
        directory = Path(self.enterContext(tempfile.TemporaryDirectory()))
        setup = Setup(4711, directory, directory, Tools(directory, directory))
        for target in TARGETS:
            command = target.command(setup)
            files = [file.read_text() for file in directory.iterdir()]
            text = " ".join([*command.arguments, *files])
            self.assertIn("4711", text, target.key)

    def test_irc_servers_listen_on_loopback_only(self) -> None:
        """They do not look up host names."""
        self.assertIn('address="127.0.0.1" port="4711"', inspircd_config(4711))
        self.assertIn('resolvehostnames="no"', inspircd_config(4711))
        self.assertIn("Listen = 127.0.0.1\n    Ports = 4711", ngircd_config(4711))
        self.assertIn("DNS = no", ngircd_config(4711))


class MachineTests(SynchronousTestCase):
    """The description of the machine."""

    def test_processor_name_is_read_from_cpuinfo(self) -> None:
        """If the kernel provides it."""
        text = "processor\t: 0\nmodel name\t: Some CPU @ 3: GHz\n"
        self.assertEqual(parse_cpu_model(text), "Some CPU @ 3: GHz")
        self.assertEqual(parse_cpu_model(""), "unknown")

    def test_versions_are_numbers_only(self) -> None:
        """A program that cannot be run has no version."""
        self.assertEqual(plain_version("6.1.0-13-amd64"), "6.1.0")
        self.assertEqual(plain_version("6.12.-rc1"), "6.12")
        self.assertEqual(plain_version("odd"), "odd")
        self.assertEqual(first_line(["/nowhere/to/be/found"]), "")
