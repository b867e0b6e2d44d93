"""The small parts: the generator's answers, progress, cores, set-up, versions."""

from __future__ import annotations

import io
import os
import tempfile
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from bench.contenders import CONTENDERS, OWN, Site
from bench.generator import parse_answer
from bench.ircd import inspircd_config, ngircd_config
from bench.machine import first_line, parse_cpu_model, plain_version
from bench.measures import FAMILIES
from bench.processes import Failed, on_cores, split_cores
from bench.progress import Progress
from bench.tools import Tools


class AnswerTests(SynchronousTestCase):
    """What the load generator says."""

    def test_an_answer(self) -> None:
        """One line of JSON."""
        self.assertEqual(parse_answer('{"lines": 3}\n'), {"lines": 3})

    def test_an_error(self) -> None:
        """Its own words are told."""
        error = self.assertRaises(Failed, parse_answer, '{"error": "client 3: no"}\n')
        self.assertEqual(str(error), "client 3: no")

    def test_nothing(self) -> None:
        """A generator that ended is no answer."""
        self.assertRaises(Failed, parse_answer, "")


class ProgressTests(SynchronousTestCase):
    """What one who waits sees."""

    def test_steps(self) -> None:
        """The time, the number, how many there are, and what."""
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
    """Who runs where."""

    def test_one_each(self) -> None:
        """Server and generator do not share a core where there are two."""
        self.assertEqual(split_cores({0, 1}), ({1}, {0}))
        self.assertEqual(split_cores({2, 5, 3}), ({5}, {2}))

    def test_a_single_core(self) -> None:
        """It is shared."""
        self.assertEqual(split_cores({0}), (set(), set()))

    def test_afterwards_all_is_as_before(self) -> None:
        """Only what is started meanwhile is bound to a core."""
        before = os.sched_getaffinity(0)
        with on_cores({min(before)}):
            self.assertEqual(os.sched_getaffinity(0), {min(before)})
        self.assertEqual(os.sched_getaffinity(0), before)
        with on_cores(set()):
            self.assertEqual(os.sched_getaffinity(0), before)


class ContenderTests(SynchronousTestCase):
    """Who takes part."""

    def test_names(self) -> None:
        """Each has a name of its own, and a family."""
        keys = {contender.key for contender in CONTENDERS}
        self.assertEqual(len(keys), len(CONTENDERS))
        self.assertLessEqual(OWN, keys)
        self.assertEqual({c.family for c in CONTENDERS}, set(FAMILIES))
        for _, peers in FAMILIES.values():
            self.assertLessEqual({key for key, _ in peers}, keys)

    def test_everyone_gets_the_port(self) -> None:
        """Whoever is started is told where to listen, and only on this machine."""
        here = Path(self.enterContext(tempfile.TemporaryDirectory()))
        site = Site(4711, here, here, Tools(here, here))
        for contender in CONTENDERS:
            command = contender.command(site)
            files = [file.read_text() for file in here.iterdir()]
            told = " ".join([*command.arguments, *files])
            self.assertIn("4711", told, contender.key)

    def test_irc_servers_listen_here_only(self) -> None:
        """Their configuration names the address, and looks nobody up."""
        self.assertIn('address="127.0.0.1" port="4711"', inspircd_config(4711))
        self.assertIn('resolvehostnames="no"', inspircd_config(4711))
        self.assertIn("Listen = 127.0.0.1\n    Ports = 4711", ngircd_config(4711))
        self.assertIn("DNS = no", ngircd_config(4711))


class MachineTests(SynchronousTestCase):
    """What a run was made on."""

    def test_processor(self) -> None:
        """Its name, where the kernel tells it."""
        text = "processor\t: 0\nmodel name\t: Some CPU @ 3: GHz\n"
        self.assertEqual(parse_cpu_model(text), "Some CPU @ 3: GHz")
        self.assertEqual(parse_cpu_model(""), "unknown")

    def test_versions(self) -> None:
        """Numbers only; what cannot be run has no version."""
        self.assertEqual(plain_version("6.1.0-13-amd64"), "6.1.0")
        self.assertEqual(plain_version("6.12.-rc1"), "6.12")
        self.assertEqual(plain_version("odd"), "odd")
        self.assertEqual(first_line(["/nowhere/to/be/found"]), "")
