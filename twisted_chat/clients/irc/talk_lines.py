"""What is said as the lines that show it: messages, their tags, and corrections.

The lines have all tags that there are; the codec leaves out those that its clients do
not know.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, ClassVar

from twisted_chat.core.events import (
    Action,
    Deleted,
    DirectMessage,
    Edited,
    Relayed,
)
from twisted_chat.core.events import Message as Post

from . import multiline
from .batches import Batch, Item
from .event_tags import Tags, without_id
from .message import Message
from .message_lines import CTCP, text_lines
from .raw import ACTION, NOTICE, PRIVMSG, SETNAME, TAGMSG, WALLOPS, unpack
from .server import IrcServer

REPLY = "+draft/reply"
"""The tag with the id of the message that one replies to."""

REDACTION = "draft/message-redaction"
"""The capability with which deletions are shown."""


_Method = Callable[["TalkLines", Any, Tags], Iterator[Item]]


class TalkLines:
    """The lines for clients that have the same capabilities.

    :param capabilities: those that they have.
    """

    def __init__(self, server: IrcServer, capabilities: frozenset[str]) -> None:
        self._source = server.source_of
        self._corrections = server.chat.pool.corrections
        self._has = capabilities.__contains__

    def of(self, event: Any, tags: Tags) -> Iterator[Item] | None:
        """The lines of an event; ``None`` if nothing is said by it."""
        method = self._METHODS.get(type(event))
        return None if method is None else method(self, event, tags)

    def _message(self, event: Post, tags: Tags) -> Iterator[Item]:
        return self._texts(event, f"#{event.room}", tags)

    def _action(self, event: Action, tags: Tags) -> Iterator[Item]:
        return self._texts(event, f"#{event.room}", tags, is_action=True)

    def _direct_message(self, event: DirectMessage, tags: Tags) -> Iterator[Item]:
        target = unpack(event.raw).target or event.recipient
        return self._texts(event, target, tags)

    def _texts(
        self,
        event: Post | Action | DirectMessage,
        target: str,
        tags: Tags,
        *,
        is_action: bool = False,
    ) -> Iterator[Item]:
        source, raw, text = self._source(event), unpack(event.raw), event.text
        if raw.command == ACTION and text.startswith(start := action_start(event.nick)):
            # A direct message: others are shown whose action it is.
            is_action, text = True, text.removeprefix(start)
        command = NOTICE if raw.command == NOTICE else PRIVMSG
        before, after = (f"{CTCP}{ACTION} ", CTCP) if is_action else ("", "")
        head = f":{source} {command} {target} :{before}{after}"
        if raw.tags:
            tags = {**tags, **raw.tags}
        shown, size = raw.shown(text), len(head.encode())
        if self._has(multiline.CAPABILITY) and multiline.is_long(shown, size):
            lines = [
                Message(command, (target, part), source, joined)
                for part, joined in multiline.parts(shown, size)
            ]
            yield Batch(multiline.KIND, (target,), tuple(lines), dict(tags))
            return
        for line in text_lines(shown, size):
            params = (target, f"{before}{line}{after}")
            yield Message(command, params, source, tags)
            tags = without_id(tags)

    def _relayed(self, event: Relayed, tags: Tags) -> Iterator[Item]:
        raw = unpack(event.raw)
        if raw.command == WALLOPS:
            yield Message(WALLOPS, (raw.text or "",), self._source(event), tags)
            return
        if raw.command == SETNAME:
            if self._has("setname") and raw.text is not None:
                yield Message(SETNAME, (raw.text,), self._source(event), tags)
            return
        target = f"#{event.room}" if event.room else event.recipient
        tags = {**tags, **raw.tags}
        if raw.text is not None:
            params = (target, raw.text)
            yield Message(raw.command, params, self._source(event), tags)
        elif self._has("message-tags"):
            yield Message(TAGMSG, (target,), self._source(event), tags)

    # Corrections (https://ircv3.net/specs/extensions/message-redaction).

    def _deleted(self, event: Deleted, tags: Tags) -> Iterator[Item]:
        if self._has(REDACTION):
            for position in event.ids:
                shown = (position, self._corrections.last_of(position))
                yield from self._redacted(event, shown, tags, event.text)
                tags = without_id(tags)

    def _edited(self, event: Edited, tags: Tags) -> Iterator[Item]:
        """The message is taken back, and another one replies to it.

        So is that of the correction before.
        """
        position, knows = event.position, self._has(REDACTION)
        text = event.text if knows else f"corrected: {event.text}"
        if knows:
            shown = (position, self._corrections.last_of(position, tags["msgid"]))
            yield from self._redacted(event, shown, without_id(tags))
        tags = {**tags, REPLY: position}
        said = Post(event.room, event.nick, text, event.client_id)
        yield from self._texts(said, f"#{event.room}", tags)

    def _redacted(
        self, event: Deleted | Edited, shown: Iterable[str], tags: Tags, text: str = ""
    ) -> Iterator[Item]:
        """What is taken back.

        :param shown: the ids under which a message was shown; some may be empty.
        """
        for position in filter(None, shown):
            params = (f"#{event.room}", position, *([text] if text else []))
            yield Message("REDACT", params, self._source(event), tags)
            tags = without_id(tags)

    _METHODS: ClassVar[Mapping[type[Any], _Method]] = {
        Post: _message,
        Action: _action,
        DirectMessage: _direct_message,
        Relayed: _relayed,
        Deleted: _deleted,
        Edited: _edited,
    }
    """What makes the lines of each kind of event."""


def action_start(nick: str) -> str:
    """What stands before an action that is a direct message, for other clients."""
    return f"* {nick} "
