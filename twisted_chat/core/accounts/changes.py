"""The values that change with the events of accounts."""

from __future__ import annotations

from twisted_chat.core.account_events import AccountChanged, Change, ReadUpTo
from twisted_chat.core.events import Joined, LoggedIn
from twisted_chat.core.interfaces import Changes

from .absences import LEFT
from .operators import AREA
from .store import REMOVED


def account_changes(event: AccountChanged) -> Changes:
    """Who is an operator, and which removal is done."""
    key = AREA + event.member_id
    match event.change:
        case Change.OPERATOR:
            return {key: event.account}
        case Change.NO_OPERATOR:
            return {key: None}
        case Change.UNREGISTERED:
            return {key: None, REMOVED + event.member_id: None}
    return {}


def read_area(member_id: str) -> str:
    """How the keys begin under which it is kept how far an account has read."""
    return f"read{member_id}/"


def read_changes(event: ReadUpTo) -> Changes:
    """How far an account has read a room."""
    return {read_area(event.member_id) + event.room: str(event.marker)}


def arrival_changes(event: Joined | LoggedIn) -> Changes:
    """An account is present: it returns to no room any more."""
    return {LEFT + event.member_id: None} if event.account else {}
