"""Messages of several lines (https://ircv3.net/specs/extensions/multiline).

A client sends them as a batch of lines; a line with ``CONCAT`` goes on with the one
before it.  Where such a line was cut is kept in the raw text of the message, by a mark,
so that other clients that know this are shown the same lines.
"""

from __future__ import annotations

from collections.abc import Iterator

from twisted_chat.core.limits import MAX_TEXT, MAX_TEXT_LINES
from twisted_chat.core.replies import Refused

from .formatting import CUT
from .message import MAX_BODY, Message
from .message_lines import cut
from .raw import NOTICE, PRIVMSG, kept_tags
from .reference import Reference

CAPABILITY = KIND = "draft/multiline"
CONCAT = "draft/multiline-concat"

BATCH = "BATCH"


class MultilineError(Refused):
    """Why a message of several lines is refused.

    :ivar names: what the error names.
    """

    def __init__(self, code: str, text: str, *names: str) -> None:
        super().__init__(f"multiline_{code}", text)
        self.names = names


class Multiline:
    """A message that a client has begun to send.

    :param opening: the ``BATCH`` that begins it.
    :ivar failed: it was refused; the rest of it is ignored.
    :raises MultilineError: it is not the beginning of one.
    """

    __slots__ = (
        "_command",
        "_label",
        "_lines",
        "_size",
        "_target",
        "_texts",
        "batch_id",
        "failed",
        "tags",
    )

    def __init__(self, opening: Message) -> None:
        batch_id, kind, *targets = (*opening.params, "", "")
        if kind != KIND or not targets[0] or len(batch_id) < 2:
            raise MultilineError("invalid", f"a batch is of {KIND}, with a target")
        self.batch_id = batch_id[1:]
        self.failed = False
        self.tags = kept_tags(opening.tags)
        self._label = opening.tags.get("label", "")
        self._target = targets[0]
        self._command = ""
        self._texts: list[str] = []
        self._lines = self._size = 0

    @property
    def reference(self) -> Reference:
        """That of the whole message."""
        return Reference(self._command or BATCH, self._target, self._label)

    def add(self, message: Message) -> None:
        """The next line of it.

        :raises MultilineError: it is not one, or there is too much.
        """
        command = message.command
        if command not in (PRIVMSG, NOTICE) or self._command not in ("", command):
            raise MultilineError("invalid", "all lines have the same command")
        if len(message.params) < 2 or message.tags.get("batch") != self.batch_id:
            raise MultilineError("invalid", "the line is not one of the batch")
        target, text = message.params[:2]
        if target != self._target:
            raise MultilineError(
                "invalid_target", "the line has another target", self._target, target
            )
        goes_on = CONCAT in message.tags
        if goes_on and not (text and self._texts):
            raise MultilineError("invalid", "an empty line cannot go on with another")
        self._command = command
        self._lines += 1
        self._size += len(text.encode()) + (not goes_on)
        if self._lines > MAX_TEXT_LINES:
            raise MultilineError(
                "max_lines", "there are too many lines", str(MAX_TEXT_LINES)
            )
        # The first line has no line end before it.
        if self._size - 1 > MAX_TEXT:
            raise MultilineError("max_bytes", "the text is too long", str(MAX_TEXT))
        if goes_on:
            self._texts[-1] += CUT + text
        else:
            self._texts.append(text)

    def end(self) -> str:
        """The text, with marks where it was cut.

        :raises MultilineError: nothing is in it.
        """
        if not any(self._texts):
            raise MultilineError("invalid", "all lines are empty")
        return "\n".join(self._texts)


def is_long(text: str, head: int) -> bool:
    """Whether a text does not fit into one line.

    :param head: the bytes of a line before its text.
    """
    return "\n" in text or CUT in text or len(text.encode()) > MAX_BODY - head


def parts(text: str, head: int) -> Iterator[tuple[str, dict[str, str]]]:
    """The lines of a batch for a text, each with its tags."""
    for line in text.split("\n"):
        tags: dict[str, str] = {}
        for piece in line.split(CUT):
            for part in cut(piece, MAX_BODY - head):
                yield part, tags
                tags = {CONCAT: ""}
