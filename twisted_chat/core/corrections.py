"""Corrections: messages that are deleted, or whose text their author replaces.

A correction is an event like all others.  The store changes the message in the same
transaction; each server changes what it keeps as the correction is announced.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from .events import Action, Correction, Deleted, Edited, Event, Message, Stored
from .names.nicknames import fold_or_none
from .presence import Member

REMEMBERED = 200
"""Corrected messages that are remembered, see ``Corrections``."""


@dataclass(frozen=True, slots=True)
class Author:
    """Whose messages are looked for: those with any of these.

    :ivar clients: ids of clients; what they sent as guests counts.
    :ivar account_id: the id of an account; empty for none.
    :ivar nick: a folded nickname under which they are shown; empty for none.
    :ivar spared: ids of accounts whose messages are not meant.
    """

    clients: tuple[str, ...] = ()
    account_id: str = ""
    nick: str = ""
    spared: frozenset[str] = frozenset()

    @classmethod
    def of(cls, member: Member, nick: str = "") -> Author:
        """Someone present, and who has had the nickname, if that is given."""
        return cls(member.client_ids, member.account_id, nick)

    def wrote(self, event: Event) -> bool:
        """Whether an event is one of the messages; it must have its client id."""
        if not isinstance(event, Message | Action):
            return False
        by_client = event.client_id in self.clients
        return self.includes(event.nick, event.account, event.account_id, by_client)

    def includes(
        self, nick: str, account: str, account_id: str, by_client: bool
    ) -> bool:
        """Whether a message is meant.

        :param by_client: one of the clients sent it.
        """
        if account_id and account_id in self.spared:
            return False
        if account:
            is_author = bool(account_id) and account_id == self.account_id
        else:
            is_author = by_client
        return is_author or (bool(self.nick) and fold_or_none(nick) == self.nick)


class Corrections:
    """The corrections that were announced last.

    What was read from the store before them may be used after them, so ``apply`` is
    called with it first.
    """

    def __init__(self) -> None:
        # The new text by position; ``None`` if the message was deleted.
        self._texts: OrderedDict[str, str | None] = OrderedDict()
        # The position of the message by that of the correction, the last one at the
        # end.
        self._corrected: OrderedDict[str, str] = OrderedDict()

    def add(self, event: Correction, at: str) -> None:
        """A correction is being announced.

        :param at: its position.
        """
        match event:
            case Deleted(ids=ids):
                for position in ids:
                    self._put(position, None)
            case Edited(position=position, text=text):
                self._put(position, text)
                self._corrected[at] = position
                if len(self._corrected) > REMEMBERED:
                    self._corrected.popitem(last=False)

    def corrected(self, at: str) -> str:
        """The position of the message that a correction at a position has changed.

        The same position, if there is no such correction.
        """
        return self._corrected.get(at, at)

    def last_of(self, position: str, before: str = "") -> str:
        """The position of the last correction of a message; empty if it has none.

        :param before: only earlier ones than this.
        """
        found = reversed(self._corrected.items())
        return next(
            (
                at
                for at, message in found
                if message == position and (not before or at < before)
            ),
            "",
        )

    def apply(self, messages: Sequence[Stored]) -> tuple[Stored, ...]:
        """The messages as they are now, without those that were deleted."""
        texts = self._texts
        if not any(stored.position in texts for stored in messages):
            return tuple(messages)
        return tuple(_applied(texts, messages))

    def _put(self, position: str, text: str | None) -> None:
        self._texts.pop(position, None)
        self._texts[position] = text
        if len(self._texts) > REMEMBERED:
            self._texts.popitem(last=False)


def _applied(
    texts: OrderedDict[str, str | None], messages: Iterable[Stored]
) -> Iterable[Stored]:
    for stored in messages:
        text = texts.get(stored.position, "")
        if text:
            yield with_text(stored, text)
        elif text is not None:
            yield stored


def with_text(stored: Stored, text: str) -> Stored:
    """A message with the text by which its author replaced the former one."""
    event = stored.event
    if isinstance(event, Message | Action):
        # What it came from has the former text.
        event = replace(event, text=text, raw=None)
    return replace(stored, event=event, edited=True)


def replayed(missed: Iterable[Stored], after: str) -> tuple[Stored, ...]:
    """What a client is shown of what it missed, as the store has it now.

    A client that is shown a message as it is now is not shown how that was corrected;
    nor are corrections of which only the last one counts.

    :param missed: oldest first.  The text of a correction is the one that the message
        has now; empty if that is gone.
    :param after: the client was shown everything up to this position.
    """
    found: list[Stored] = []
    edited: set[str] = set()
    for stored in reversed(list(missed)):
        match stored.event:
            case Edited(position=position, text=text):
                if not text or position > after or position in edited:
                    continue
                edited.add(position)
            case Deleted(ids=ids):
                if all(position > after for position in ids):
                    continue
            case _:
                pass
        found.append(stored)
    return tuple(reversed(found))
