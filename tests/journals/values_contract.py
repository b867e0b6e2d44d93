"""The part of the contract test of journals that is about what is kept besides events.

The event that sets a topic stands here for those that change values.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from unittest.mock import patch

from tests.support.journals import JournalHarness, entry, said
from twisted_chat.core.events import TopicSet
from twisted_chat.core.interfaces import Changes
from twisted_chat.journals.records import BY_EVENT


def topics_as_values() -> Any:
    """Within this context the topic of a room is kept as a value, too."""

    def changes(event: TopicSet) -> Changes:
        return {
            f"topic/{event.room}": event.text or None,
            f"author/{event.room}": event.nick,
        }

    record = replace(BY_EVENT[TopicSet], changes=changes)
    return patch.dict(BY_EVENT, {TopicSet: record})


class ValuesContract(JournalHarness):
    """What is true of the values of every journal."""

    def write(
        self, journal: Any, changes: Changes, expected: Changes | None = None
    ) -> bool:
        done: bool = self.run_now(journal.values.write(changes, expected or {}))
        return done

    def loaded(self, journal: Any, prefix: str) -> Mapping[str, str]:
        found: Mapping[str, str] = self.run_now(journal.values.load(prefix))
        return found

    def test_new_journal_has_no_values(self) -> None:
        """No account, and nothing else."""
        values = self.opened().values
        self.assertEqual(self.run_now(values.load("account/")), {})
        self.assertEqual(self.run_now(values.get(["account/bob", "code"])), {})
        self.assertEqual(self.run_now(values.get([])), {})

    def test_values_are_found_by_their_keys(self) -> None:
        """Those that are not there are left out."""
        journal = self.opened()
        self.assertTrue(self.write(journal, {"account/bob": "{}", "code": "1"}))
        found = self.run_now(journal.values.get(["code", "account/al", "account/bob"]))
        self.assertEqual(found, {"account/bob": "{}", "code": "1"})

    def test_values_are_loaded_by_the_beginning_of_their_keys(self) -> None:
        """Of one area, or of a part of it."""
        journal = self.opened()
        names = {"name/=bob": "bob", "name/=bo": "bo", "name/~b0b": "bob"}
        others = {"nam/=bob": "1", "name0/=bob": "2", "name": "3", "names/=bob": "4"}
        self.write(journal, {**names, **others})
        self.assertEqual(self.loaded(journal, "name/"), names)
        bobs = {"name/=bob": "bob", "name/=bo": "bo"}
        self.assertEqual(self.loaded(journal, "name/=bo"), bobs)
        self.assertEqual(self.loaded(journal, "name/x"), {})

    def test_value_is_replaced_and_deleted(self) -> None:
        """A value that is deleted twice is just as gone."""
        journal = self.opened()
        self.write(journal, {"a/1": "one", "a/2": "two"})
        self.write(journal, {"a/1": "uno", "a/2": None, "a/3": None})
        self.assertEqual(self.loaded(journal, "a/"), {"a/1": "uno"})

    def test_any_text_is_a_key_and_a_value(self) -> None:
        """Keys are compared character by character."""
        journal = self.opened()
        values = {
            "a/\u00e9": "\u00e9",
            "a/e\u0301": "\n\r\t",
            "a/\U0001f600": "\U0010ffff",
            "a/x y/z": "",
            "a/\x01": '{"a": "b\\u0000"}',
        }
        self.write(journal, values)
        self.assertEqual(self.loaded(journal, "a/"), values)
        self.assertEqual(self.run_now(journal.values.get(list(values))), values)

    def test_nothing_changes_unless_all_is_as_expected(self) -> None:
        """Of several that register one name, one succeeds."""
        journal = self.opened()
        self.write(journal, {"a/1": "one"})
        wrong: tuple[Changes, ...] = (
            {"a/1": "two"},
            {"a/1": None},
            {"a/1": "one", "a/2": "two"},
            {"a/1": "one", "b/1": "one"},
            {"a/2": ""},
        )
        for expected in wrong:
            changed = self.write(journal, {"a/1": "new", "a/3": "new"}, expected)
            self.assertFalse(changed, expected)
            self.assertEqual(self.loaded(journal, "a/"), {"a/1": "one"})
        right = {"a/1": "one", "a/2": None}
        self.assertTrue(self.write(journal, {"a/1": None, "a/2": "new"}, right))
        self.assertEqual(self.loaded(journal, "a/"), {"a/2": "new"})

    def test_expectation_can_be_checked_alone(self) -> None:
        """Without changing anything."""
        journal = self.opened()
        self.assertTrue(self.write(journal, {}, {"a/1": None}))
        self.assertFalse(self.write(journal, {}, {"a/1": ""}))

    def test_event_changes_values_as_it_is_stored(self) -> None:
        """The last event of a batch decides."""
        journal = self.opened()
        with topics_as_values():
            self.append(
                journal,
                TopicSet("tea", "alice", "green", "id-alice"),
                said("hi"),
                TopicSet("tea", "bob", "black \u00e9", "id-bob"),
                TopicSet("pub", "bob", "", "id-bob"),
            )
            self.assertEqual(
                self.run_now(journal.values.get(["topic/tea", "topic/pub"])),
                {"topic/tea": "black \u00e9"},
            )
            authors = {"author/tea": "bob", "author/pub": "bob"}
            self.assertEqual(self.loaded(journal, "author/"), authors)
            self.append(journal, TopicSet("tea", "bob", "", "id-bob"))
            self.assertEqual(self.loaded(journal, "topic/"), {})

    def test_values_are_refused_after_close(self) -> None:
        """With a reason."""
        journal = self.opened()
        self.run_now(journal.close())
        line = self.refused(journal.values.write({"a/1": "one"}))
        self.assertIn("shutting down", line)
        with topics_as_values():
            event = TopicSet("tea", "alice", "green", "id-alice")
            self.refused(journal.append([entry(event)]))
