"""The log as JSON."""

from __future__ import annotations

import json
from io import StringIO
from typing import Any

from twisted.logger import Logger, LogLevel, globalLogPublisher
from twisted.python import log as legacy_log
from twisted.python.failure import Failure
from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.server.log_json import json_line, json_log

log = Logger(namespace="chat")


class JsonLogTests(SynchronousTestCase):
    """One object on each line, whoever logs."""

    def setUp(self) -> None:
        self.file = StringIO()
        observer = json_log(self.file)
        globalLogPublisher.addObserver(observer)
        self.addCleanup(globalLogPublisher.removeObserver, observer)

    def records(self) -> list[dict[str, Any]]:
        """What was written, without the times."""
        text = self.file.getvalue()
        self.assertTrue(text.endswith("\n"))
        found = [json.loads(line) for line in text.splitlines()]
        for record in found:
            time = record.pop("time")
            self.assertRegex(time, r"\A\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z\Z")
        return found

    def test_event_has_level_namespace_and_message(self) -> None:
        """Under the names that collectors know."""
        log.warn("disk is full")
        self.assertEqual(
            self.records(),
            [{"level": "warning", "namespace": "chat", "message": "disk is full"}],
        )

    def test_levels_have_their_usual_names(self) -> None:
        """Twisted calls one of them ``warn``."""
        for level in (LogLevel.debug, LogLevel.info, LogLevel.error, LogLevel.critical):
            log.emit(level, "x")
            self.assertEqual(self.records()[-1]["level"], level.name)

    def test_time_is_utc_with_milliseconds(self) -> None:
        """RFC 3339."""
        line = json_line({"log_format": "x", "log_time": 1_800_000_000.25}) or ""
        self.assertEqual(json.loads(line)["time"], "2027-01-15T08:00:00.250Z")

    def test_parts_of_the_message_are_fields(self) -> None:
        """Text, numbers and truth keep their kinds."""
        log.info(
            "{peer} sent {count} in {s:g} s: {ok}", peer="a", count=2, s=0.5, ok=True
        )
        (record,) = self.records()
        self.assertEqual(record["message"], "a sent 2 in 0.5 s: True")
        fields = {"peer": "a", "count": 2, "s": 0.5, "ok": True}
        self.assertEqual(record["fields"], fields)

    def test_fields_say_no_more_than_the_message(self) -> None:
        """Objects, what is not shown, and what is the whole message are left out."""
        log.info("x {error}", error=ValueError("y"), secret="z")
        log.info("{line}", line="the whole")
        log.info("{n}", n=float("inf"))
        log.info("{a.real} {b()}", a=1, b=lambda: 2)
        for record in self.records():
            self.assertNotIn("fields", record)

    def test_line_is_one_line_of_ascii(self) -> None:
        """Whatever the message has in it, in any encoding of standard output."""
        text = 'é \ud800 "\n\u2028\x00'
        # Only to this log: the test runner's own cannot write a lone surrogate.
        event = {"log_format": "{line}", "line": text, "log_level": LogLevel.info}
        json_log(self.file)(event)
        self.file.getvalue().encode("ascii")
        (record,) = self.records()
        self.assertEqual(record["message"], text)

    def test_traceback_is_beside_the_message(self) -> None:
        """Of what was raised."""
        try:
            raise KeyError("bob")
        except KeyError:
            log.failure("unexpected exception")
        (record,) = self.records()
        self.assertEqual(record["message"], "unexpected exception")
        self.assertEqual(record["level"], "critical")
        self.assertIn("Traceback", record["exception"])
        self.assertIn("KeyError: 'bob'", record["exception"])
        self.assertEqual(len(self.flushLoggedErrors(KeyError)), 1)

    def test_exception_without_a_text_is_named(self) -> None:
        """Its own text raises."""

        class Broken(Exception):
            def __str__(self) -> str:
                raise ValueError

        class NoTraceback(Failure):
            def getTraceback(self, *_: Any, **__: Any) -> str:
                raise ValueError

        event = {"log_format": "x", "log_failure": NoTraceback(Broken())}
        self.assertIn("Broken", json.loads(json_line(event) or "")["exception"])

    def test_old_events_of_twisted_are_written_too(self) -> None:
        """From before ``twisted.logger``."""
        legacy_log.msg("starting", system="old")
        (record,) = self.records()
        expected = {"level": "info", "namespace": "old", "message": "starting"}
        self.assertEqual(record, expected)

    def test_invalid_format_is_still_a_line(self) -> None:
        """As in the text log."""
        line = json_line({"log_format": "{unclosed"}) or ""
        self.assertIn("unclosed", json.loads(line)["message"])
        self.assertNotIn("fields", json.loads(line))

    def test_empty_event_is_no_line(self) -> None:
        """As in the text log."""
        self.assertIsNone(json_line({}))
