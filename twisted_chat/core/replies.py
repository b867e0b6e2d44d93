"""Replies: what one client is answered, and requests: what it asks, as frozen values.

A reply goes to the client that asked and to nobody else; it is not stored.  How it
looks is up to the codecs.  Values only, but for ``Welcome.list_members``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from .events import Stored
from .read_markers import ReadMarker

HISTORY = "(\\history)"
"""What to type to read what was said."""


class Refused(Exception):
    """A request that is refused; the text says what to do instead.

    Its text reaches the client, as that of a ``StoreError`` does; that of any other
    exception is only logged.

    :ivar code: a short word for programs: ``no_such_nick``, ``too_long``, ...
    :ivar reason: why it is refused.  It names no route, as it is also shown where none
        can be typed.
    :ivar advice: what to type instead; see ``with_advice``.
    """

    def __init__(self, code: str, reason: str, advice: str = "") -> None:
        super().__init__(with_advice(reason, advice))
        self.code = code
        self.reason = reason
        self.advice = advice

    @property
    def text(self) -> str:
        """The reason with the advice, for whoever types routes."""
        return with_advice(self.reason, self.advice)


def with_advice(text: str, advice: str) -> str:
    """A text with what to type, which stands in parentheses or behind a colon."""
    if not advice:
        return text
    return f"{text} {advice}" if advice.startswith("(") else f"{text}: {advice}"


@dataclass(frozen=True, slots=True)
class RouteInfo:
    """A route that can be typed, for programs that offer it to a person.

    :ivar usage: its arguments, as ``\\help`` shows them.
    """

    name: str
    usage: str
    summary: str
    aliases: tuple[str, ...] = ()


# Not frozen: that would take four times as long to make, for each client that connects.
@dataclass(slots=True)
class Welcome:
    """What a client is shown first.

    :ivar session: the secret with which this client may resume.
    :ivar room: the room that it talks in; the lobby if it is in none.
    :ivar list_members: returns the nicknames of everyone in the room, the client's too.
        It is called while the welcome is encoded, or never: most codecs show none, and
        a list for each of many clients that join would take quadratic time.
    :ivar list_accounts: returns nickname -> account, of those that have one, likewise.
    :ivar away: nickname -> away text, of those that are away.
    :ivar history: the last messages of the room, oldest first; empty if the client
        resumed and ``missed`` has all that it missed.
    :ivar routes: what can be typed; the same tuple in every welcome.
    :ivar position: resume from here to miss nothing after this.
    :ivar resumed: the client asked to be shown what it missed.
    :ivar recovered: ``missed`` is complete.
    :ivar account: the account that the client is logged in to; empty for a guest.
    :ivar token: with it the device logs in the next time; empty if it has none.
    :ivar read: how far the account has read, by room; see ``ReadUpTo.room``.
    :ivar ignored: the nicknames of those whom the account ignores.
    :ivar may_register: whether guests may register their nicknames.
    :ivar shortest_password: the fewest characters of a password.
    """

    nick: str
    session: str
    room: str
    rooms: tuple[str, ...]
    list_members: Callable[[], tuple[str, ...]]
    away: Mapping[str, str]
    topic: str
    history: tuple[Stored, ...]
    position: str
    routes: tuple[RouteInfo, ...] = ()
    motd: tuple[str, ...] = ()
    resumed: bool = False
    recovered: bool = False
    missed: tuple[Stored, ...] = ()
    account: str = ""
    token: str = field(default="", repr=False)
    read: Mapping[str, ReadMarker] = field(default_factory=dict)
    ignored: tuple[str, ...] = ()
    may_register: bool = True
    shortest_password: int = 1
    list_accounts: Callable[[], Mapping[str, str]] = dict


@dataclass(frozen=True, slots=True)
class RoomSnapshot:
    """What a client is shown when it joins a room.

    :ivar is_only: the client is in no other room.
    :ivar is_cut: the history is left out, as it would be too much at once.
    :ivar unlisted: the number of members that are left out for the same reason.
    :ivar with_welcome: the client has connected, and is in the room since.
    """

    room: str
    members: tuple[str, ...]
    topic: str
    history: tuple[Stored, ...]
    away: Mapping[str, str] = field(default_factory=dict)
    is_cut: bool = False
    unlisted: int = 0
    with_welcome: bool = False
    is_only: bool = False
    accounts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MemberList:
    """The members of a room.

    :ivar accounts: nickname -> account, of those that have one.
    """

    room: str
    members: tuple[str, ...]
    away: Mapping[str, str] = field(default_factory=dict)
    accounts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """A part of a room's history, oldest first.

    :ivar words: what was searched for, if this is the result of a search.
    :ivar more: there are older messages than the first, or older results.
    """

    room: str
    messages: tuple[Stored, ...]
    more: bool = False
    words: str | None = None


@dataclass(frozen=True, slots=True)
class RoomList:
    """The rooms that have members, and how many each has."""

    rooms: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Topic:
    """A room's topic; empty when it has none."""

    room: str
    text: str


@dataclass(frozen=True, slots=True)
class SettingList:
    """What is set for a room.

    :ivar rank: by which right the client may change it; empty if it may not.
    :ivar private: only who is invited enters.
    :ivar quiet: only who has a voice talks.
    :ivar hidden: it is not listed for those outside.
    :ivar has_key: only who knows its key enters.
    :ivar key: that key, if the client may know it.
    :ivar limit: of its members; 0 for none.
    :ivar topic_for_operators: only room operators set its topic.
    :ivar operators: the nicknames of the room operators, the longest-standing first.
    :ivar voices: of those with a voice.
    :ivar banned: of those, and the addresses and networks, that are banned from it.
    :ivar muted: of those that are muted in it.
    :ivar excepted: of those whom its bans do not concern.
    :ivar invite_excepted: of those who need no invitation.
    :ivar outside: who is not in it may talk in it.
    """

    room: str
    rank: str = ""
    private: bool = False
    quiet: bool = False
    hidden: bool = False
    has_key: bool = False
    key: str = ""
    limit: int = 0
    topic_for_operators: bool = False
    operators: tuple[str, ...] = ()
    voices: tuple[str, ...] = ()
    banned: tuple[str, ...] = ()
    muted: tuple[str, ...] = ()
    excepted: tuple[str, ...] = ()
    invite_excepted: tuple[str, ...] = ()
    outside: bool = False


@dataclass(frozen=True, slots=True)
class CurrentRoom:
    """The room that a client talks in, after it joined or left one; none: no room."""

    room: str | None


@dataclass(frozen=True, slots=True)
class HelpHint:
    """Tells a newcomer how to find out what may be typed."""


@dataclass(frozen=True, slots=True)
class Notice:
    """Some lines for a person to read.

    :ivar advice: what to type then, as in ``Refused``; it ends the last line.
    """

    texts: tuple[str, ...]
    advice: str = ""

    @property
    def lines(self) -> tuple[str, ...]:
        """The lines with the advice, for whoever types routes."""
        if not self.advice:
            return self.texts
        *others, last = self.texts
        return (*others, with_advice(last, self.advice))


@dataclass(frozen=True, slots=True)
class Prompt:
    """Asks for a line that is typed, such as a password; see ``prompts``.

    Clients that do not type lines cannot be asked: their codecs return nothing.
    """

    text: str


@dataclass(frozen=True, slots=True)
class Missed:
    """What came while an account was away.

    :ivar direct: the direct messages, oldest first.
    :ivar more: there are more than these.
    :ivar messages: how many there are in the rooms that it was in.
    """

    direct: tuple[Stored, ...]
    messages: int
    more: bool = False

    @property
    def notice(self) -> Notice | None:
        """What a person is told: of the direct messages, then of the others.

        ``None`` if there is nothing.
        """
        texts = (*self.direct_lines, *self._room_texts)
        return Notice(texts, HISTORY if self.messages else "") if texts else None

    @property
    def direct_lines(self) -> tuple[str, ...]:
        """The line before the direct messages, if any came."""
        count = len(self.direct)
        if not count:
            # All that were read are of people whom the account ignores.
            more = "more private messages came while you were away than can be shown"
            return (more,) if self.more else ()
        number = f"more than {count}" if self.more else f"{count}"
        came = f"{number} private {_plural('message', count)} came"
        return (f"{came} while you were away",)

    @property
    def room_lines(self) -> tuple[str, ...]:
        """The line about the rooms, if there is anything to read."""
        return tuple(with_advice(each, HISTORY) for each in self._room_texts)

    @property
    def _room_texts(self) -> tuple[str, ...]:
        if not self.messages:
            return ()
        said = f"{self.messages} {_plural('message', self.messages)}"
        return (f"{said} since you left",)


@dataclass(frozen=True, slots=True)
class Done:
    """What the client asked for is stored, or otherwise done.

    :ivar id: the position of the stored event, if there is one.
    :ivar stored: that event, for codecs that reply with it.
    """

    id: str | None = None
    stored: Stored | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Native:
    """A reply that only one kind of client has.

    :ivar content: what the codec of that kind knows; others return nothing.
    """

    content: object


@dataclass(frozen=True, slots=True)
class ErrorReply:
    """What the client asked for was refused.

    :ivar code: a short word for programs; see ``Refused``, also for the others.
    """

    code: str
    reason: str
    advice: str = ""

    @property
    def text(self) -> str:
        """The reason with the advice."""
        return with_advice(self.reason, self.advice)

    @classmethod
    def of(cls, refused: Refused) -> ErrorReply:
        """What a client is told of a refusal."""
        return cls(refused.code, refused.reason, refused.advice)


@dataclass(frozen=True, slots=True)
class TurnedAway:
    """The client may not come in; its connection is closed.

    It is in place of its welcome.

    :ivar code: a short word for programs; see ``Refused``.
    """

    code: str
    text: str


Reply = (
    Welcome
    | RoomSnapshot
    | MemberList
    | HistoryPage
    | RoomList
    | Topic
    | SettingList
    | CurrentRoom
    | HelpHint
    | Notice
    | Prompt
    | Missed
    | Done
    | Native
    | ErrorReply
    | TurnedAway
)


@dataclass(frozen=True, slots=True)
class Request:
    """What a client asks, whatever it speaks.

    :ivar route: the name of a route without its backslash, or empty for a message.
    :ivar text: what follows the route, or the message.
    :ivar room: the room that is meant, if not the one that the client talks in.
    :ivar ref: comes back on the reply, if the client gave one.
    :ivar raw: see ``events.Message``.
    :ivar before: only messages older than this position.
    :ivar limit: the most messages to return.
    :ivar refusal: why the request could not be decoded, if it could not.
    :ivar internal: the route is one for adapters, which nobody can type.
    :ivar words: the arguments of the route, where ``text`` does not tell them apart.
    :ivar line: the line as it was typed, where ``text`` is not all of it.
    """

    route: str
    text: str
    room: str | None = None
    ref: str | None = None
    raw: str | None = None
    before: str | None = None
    limit: int | None = None
    refusal: Refused | None = None
    internal: bool = False
    words: tuple[str, ...] | None = None
    line: str = field(default="", compare=False, repr=False)


NOTHING = Request("", "")
"""Asks for nothing, but counts for the rate limit like a request that does."""


def refusal(refused: Refused, ref: str | None = None) -> Request:
    """The request that stands for one that could not be decoded.

    :param refused: raised by what decodes; its traceback is removed, which would take
        ten times as much memory as all the rest.
    """
    refused.__traceback__ = refused.__context__ = None
    return Request("", "", ref=ref, refusal=refused)


def _plural(word: str, count: int) -> str:
    return word if count == 1 else f"{word}s"
