"""What a refusal says, and to whom."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

import twisted_chat
from twisted_chat.core.replies import ErrorReply, Missed, Notice, Refused

PACKAGE = Path(twisted_chat.__file__).parent

_TYPED = {
    "no_such_command": "it names the route that was typed",
    "not_operator": "likewise",
}
"""Codes of refusals whose reason may name a route, and why."""


class AdviceTests(SynchronousTestCase):
    """Advice is what to type: it is told where routes are typed."""

    def test_advice_follows_the_reason(self) -> None:
        """Behind a colon, unless it stands in parentheses."""
        for advice, text in (
            ("", "no"),
            ("\\help", "no: \\help"),
            ("(try \\help)", "no (try \\help)"),
        ):
            refused = Refused("code", "no", advice)
            self.assertEqual((refused.text, str(refused)), (text, text))
            self.assertEqual(ErrorReply.of(refused).text, text)
            self.assertEqual(Notice(("a", "no"), advice).lines, ("a", text))

    def test_missed_messages_are_told_with_and_without_advice(self) -> None:
        """Nothing is told if there are none."""
        notice = Missed((), 2).notice
        assert notice is not None
        self.assertEqual(notice.texts, ("2 messages since you left",))
        self.assertEqual(notice.lines, ("2 messages since you left (\\history)",))
        self.assertIsNone(Missed((), 0).notice)

    def test_no_reason_names_a_route(self) -> None:
        """It is also told where no routes are typed: in IRC, at forms of the page."""
        refusals = list(_refusals())
        self.assertGreater(len(refusals), 100)
        found = [
            f"{where}: {reason}"
            for where, code, reason in refusals
            if "\\" in reason and code not in _TYPED
        ]
        self.assertEqual(found, [])


def _refusals() -> Iterator[tuple[str, str, str]]:
    """Each refusal in the sources: where it is, its code, the text of its reason."""
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            match node:
                case ast.Call(func=ast.Name("Refused"), args=[code, reason, *_]):
                    where = f"{path.relative_to(PACKAGE)}:{node.lineno}"
                    yield where, _literals(code), _literals(reason)


def _literals(node: ast.AST) -> str:
    """The text of an expression, without what is filled in."""
    texts = (each.value for each in ast.walk(node) if isinstance(each, ast.Constant))
    return "".join(text for text in texts if isinstance(text, str))
