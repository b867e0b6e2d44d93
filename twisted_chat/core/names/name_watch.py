"""Which nicknames someone has now, and which nobody has any longer.

What a batch of events changes is collected, and passed on when the batch was shown: a
member that only changes the case of its nickname has changed nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from twisted_chat.core.presence import Member, Presence


@dataclass(frozen=True, slots=True)
class Departed:
    """A nickname that a member has no longer.

    :ivar nick: as it was written; ``folded`` is the same folded.
    :ivar member_id: of the member that had it.
    :ivar member: the same; it may be present under another nickname.
    """

    nick: str
    folded: str
    member_id: str
    member: Member


@dataclass(frozen=True, slots=True)
class NameChanges:
    """What has changed since the last time.

    :ivar gone: the nicknames that nobody has any longer.
    :ivar come: the members whose nickname nobody had.
    """

    gone: tuple[Departed, ...]
    come: tuple[Member, ...]


Observer = Callable[[NameChanges], None]


class NameWatch:
    """Passes on the changes of nicknames to whoever observes them."""

    def __init__(self, presence: Presence) -> None:
        self._presence = presence
        self._observers: list[Observer] = []
        # By folded nickname: who had it before the batch, if anyone had.
        self._before: dict[str, Departed | None] = {}

    def observe(self, observer: Observer) -> None:
        """Call this with the changes after each batch that has any."""
        self._observers.append(observer)
        self._presence.taken = self._taken
        self._presence.freed = self._freed

    def tell(self) -> None:
        """The batch was shown."""
        if not self._before:
            return
        before, self._before = self._before, {}
        by_name = self._presence.by_name
        gone = [had for name, had in before.items() if had and name not in by_name]
        come = [
            by_name[name]
            for name, had in before.items()
            if had is None and name in by_name
        ]
        changes = NameChanges(tuple(gone), tuple(come))
        if changes.gone or changes.come:
            for observer in self._observers:
                observer(changes)

    def _taken(self, member: Member) -> None:
        self._before.setdefault(member.folded, None)

    def _freed(self, member: Member) -> None:
        departed = Departed(member.nick, member.folded, member.id, member)
        self._before.setdefault(member.folded, departed)
