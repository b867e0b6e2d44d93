"""State of clients that are gone, for when they resume: away texts and ignore lists.

It is kept in memory, for the last sessions only: a break of the network or a reload of
the page is short.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

from .ignoring import IgnoreList

MAX_KEPT = 1_000
"""Clients whose state is kept."""


@dataclass(frozen=True, slots=True)
class State:
    """What a client had set."""

    away: str = ""
    ignored: IgnoreList | None = None


NOTHING = State()


class KeptState:
    """The state of clients that are gone, by session."""

    def __init__(self) -> None:
        self._states: OrderedDict[str, State] = OrderedDict()

    def keep(self, session: str, state: State) -> None:
        """A client with this session is gone."""
        if not state.away and not state.ignored:
            return
        self._states[session] = state
        self._states.move_to_end(session)
        if len(self._states) > MAX_KEPT:
            self._states.popitem(last=False)

    def take(self, session: str) -> State:
        """A client resumes with this session."""
        return self._states.pop(session, NOTHING)
