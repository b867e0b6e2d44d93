"""How what happens looks on each wire, written from docs/protocol.md."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from . import irc_lines
from .irc_lines import IrcLines
from .samples import READ_AS_EVENTS
from .state import IRCS, LOBBY, Account, Post

LINE, TEXT, JSON, SOCKETIO = "line", "text", "json", "socketio"
WIRES = (LINE, TEXT, JSON, SOCKETIO)
LINES = (LINE, TEXT)
"""The wires of lines."""

TYPING = (LINE, TEXT, JSON)
"""The wires on which routes can be typed."""

ASKING = (*TYPING, *IRCS)
"""Those, and IRC, which has commands for some of them."""

HIDE_OWN_JOINS = (SOCKETIO, *IRCS)
"""The wires whose clients are shown a room that they join, and not that they did."""

Frame = dict[str, Any]


@dataclass(frozen=True)
class Shown:
    """Something that is shown.

    :ivar lines: on the wires of lines.
    :ivar frame: the JSON object, without ``time``; a ``Post`` stands for its id.
    :ivar texts: the texts that Socket.IO clients receive.
    :ivar emits: their other events.
    :ivar irc: the lines that IRC clients receive.
    """

    lines: tuple[str, ...]
    frame: Frame | None = None
    texts: tuple[str, ...] = ()
    emits: tuple[tuple[str, str], ...] = ()
    irc: IrcLines = ()

    def on(self, wire: str, prefix: str = "") -> list[Any]:
        """What a client of a wire receives.

        :param prefix: the room, where it is not the client's current one.
        """
        if wire in LINES:
            return [(prefix + line).rstrip() for line in self.lines]
        if wire == JSON:
            return [] if self.frame is None else [self.frame]
        if wire in IRCS:
            return [each.on(wire) for each in self.irc if wire in each.wires]
        texts: list[Any] = [["messages", prefix + text] for text in self.texts]
        return texts + [list(each) for each in self.emits]


def line(text: str, frame: Frame | None = None, irc: IrcLines = ()) -> Shown:
    """One line, its object, and the lines of IRC."""
    return Shown((text,), frame, irc=irc)


# Messages.


def message(post: Post) -> Shown:
    """A message or an action, as it is now."""
    texts = post.text.split("\n")
    frame: Frame = {
        "type": post.kind,
        "id": post,
        "from": post.nick,
        "account": post.account.name if post.account else None,
        "room": post.room,
        "text": post.text,
    }
    if post.is_edited:
        frame["edited"] = True
    if post.kind == "action":
        lines = tuple(f"* {post.nick} {each}" for each in texts)
        text = f"* {post.nick} {post.text}"
        return Shown(lines, frame, (text,), irc=irc_lines.said(post))
    lines = tuple(f"{post.nick}: {quoted(each)}" for each in texts)
    text = f"{post.nick}: {post.text}"
    return Shown(lines, frame, (text,), irc=irc_lines.said(post))


def quoted(text: str) -> str:
    """A text as a line shows it."""
    return f'"{text}"' if text in READ_AS_EVENTS else text


def deleted(room: str, by: str, posts: list[Post], author: str) -> Shown:
    """Messages are deleted."""
    what = "a message" if len(posts) == 1 else f"{len(posts)} messages"
    text = f"{by}: deleted {what}" + (f" of {author}" if author else "")
    frame = {"type": "deleted", "room": room, "ids": list(posts), "by": by}
    return Shown((text,), frame, (text,), irc=irc_lines.deleted(posts, by))


def edited(post: Post, nick: str, by: Account | None) -> Shown:
    """A message has another text."""
    frame = {
        "type": "edited",
        "id": post,
        "from": nick,
        "room": post.room,
        "text": post.text,
    }
    lines = tuple(f"{nick}: corrected: {each}" for each in post.text.split("\n"))
    text = f"{nick}: corrected: {post.text}"
    return Shown(lines, frame, (text,), irc=irc_lines.edited(post, nick, by))


def direct(nick: str, account: str | None, to: str, text: str, *, sent: bool) -> Shown:
    """A direct message, to its sender or its recipient."""
    head = f"{nick} (private to {to})" if sent else f"{nick} (private)"
    frame = {"type": "dm", "from": nick, "account": account, "to": to, "text": text}
    lines = tuple(f"{head}: {each}" for each in text.split("\n"))
    irc = irc_lines.direct(nick, account, to, text)
    return Shown(lines, frame, (f"{head}: {text}",), irc=irc)


# Presence.


def joined(room: str, nick: str, account: str | None = None, away: str = "") -> Shown:
    """A member joined a room."""
    frame = {"type": "joined", "room": room, "nick": nick, "account": account}
    emits = (("add chatter", nick),) if room == LOBBY else ()
    irc = irc_lines.joined(room, nick, account, away)
    return Shown((f"{nick}: joined the chat",), frame, (), emits, irc)


def left(room: str | None, nick: str) -> Shown:
    """A member left a room, or with ``None`` the chat."""
    frame = {"type": "left", "room": room, "nick": nick}
    emits = (("remove chatter", nick),) if room in (LOBBY, None) else ()
    irc = irc_lines.left(room, nick)
    return Shown((f"{nick}: left the chat",), frame, (), emits, irc)


def account_of(nick: str, account: str | None) -> Shown:
    """A member has logged in, or out."""
    frame = {"type": "account", "nick": nick, "account": account}
    return Shown((), frame, irc=irc_lines.account_of(nick, account))


def renamed(old: str, new: str) -> Shown:
    """A member has another nickname."""
    frame = {"type": "renamed", "from": old, "to": new}
    emits = (("remove chatter", old), ("add chatter", new))
    irc = irc_lines.renamed(old, new)
    return Shown((f"{old}: is now known as {new}",), frame, (), emits, irc)


def away(nick: str, text: str) -> Shown:
    """A member is away, or back."""
    what = f"is away ({text})" if text else "is back"
    frame = {"type": "away", "nick": nick, "text": text}
    return line(f"{nick}: {what}", frame, irc_lines.away_set(nick, text))


def topic_set(room: str, nick: str, text: str) -> Shown:
    """The topic changed."""
    frame = {"type": "topic", "from": nick, "room": room, "text": text}
    irc = irc_lines.topic_set(room, nick, text)
    return line(f"{nick}: set the topic to: {text}", frame, irc)


# Order.


def _sanction(kind: str, room: str | None, nick: str, by: str, **more: Any) -> Frame:
    base = {"type": kind, "room": room, "nick": nick, "by": by, "for": None, "text": ""}
    return base | more


def _for(duration: str) -> str:
    return f" for {duration}" if duration else ""


def reason(text: str) -> str:
    """A reason, behind what was done."""
    return f" ({text})" if text else ""


def removed(shown: Shown, room: str, nick: str) -> Shown:
    """Someone is out of a room by this, which Socket.IO clients see in the lobby."""
    emits = (("remove chatter", nick),) if room == LOBBY else ()
    return replace(shown, emits=emits)


def kicked(room: str, by: str, nick: str, text: str) -> Shown:
    """A member was removed from a room."""
    frame = {"type": "kicked", "room": room, "nick": nick, "by": by, "text": text}
    irc = irc_lines.kicked(room, by, nick, text)
    what = line(f"{by}: kicked {nick}{reason(text)}", frame, irc)
    return removed(what, room, nick)


def muted(room: str, by: str, nick: str, duration: str, *, everywhere: bool) -> Shown:
    """What a member says is refused from now on."""
    where = None if everywhere else room
    frame = _sanction("muted", where, nick, by) | {"for": duration or None}
    text = f"{by}: muted {nick}{_for(duration)}"
    return line(text, frame, irc_lines.notice(room, text))


def unmuted(room: str, by: str, nick: str, *, everywhere: bool) -> Shown:
    """A member may talk again."""
    text = f"{by}: unmuted {nick}"
    frame = _sanction("unmuted", None if everywhere else room, nick, by)
    return line(text, frame, irc_lines.notice(room, text))


def banned(by: str, nick: str, duration: str, text: str) -> Shown:
    """Someone may not come in any more."""
    frame = _sanction("banned", None, nick, by, text=text) | {"for": duration or None}
    text = f"{by}: banned {nick}{_for(duration)}{reason(text)}"
    return line(text, frame, irc_lines.notice(None, text))


def unbanned(by: str, nick: str) -> Shown:
    """Someone may come in again."""
    text = f"{by}: unbanned {nick}"
    frame = _sanction("unbanned", None, nick, by)
    return line(text, frame, irc_lines.notice(None, text))


def room_banned(
    room: str, by: str, nick: str, duration: str, *, is_inside: bool
) -> Shown:
    """Someone is out of a room and cannot come back."""
    frame = _sanction("banned", room, nick, by) | {"for": duration or None}
    irc = irc_lines.banned(room, by, nick, is_inside=is_inside)
    return line(f"{by}: banned {nick} from #{room}{_for(duration)}", frame, irc)


def room_unbanned(room: str, by: str, nick: str) -> Shown:
    """Someone may come back to a room."""
    frame = _sanction("unbanned", room, nick, by)
    irc = irc_lines.unbanned(room, by, nick)
    return line(f"{by}: unbanned {nick} from #{room}", frame, irc)


def role(room: str, by: str, nick: str, name: str, *, granted: bool) -> Shown:
    """A member is a room operator or has a voice, or no longer."""
    texts = {
        ("operator", True): f"made {nick} a room operator",
        ("operator", False): f"removed {nick} as a room operator",
        ("voice", True): f"gave voice to {nick}",
        ("voice", False): f"removed voice from {nick}",
    }
    frame = {"type": "room", "room": room, "by": by, "nick": nick, name: granted}
    irc = irc_lines.role(room, by, nick, name, granted=granted)
    return line(f"{by}: {texts[name, granted]}", frame, irc)


def invited(room: str, by: str, account: str | None, nick: str) -> Shown:
    """An invitation, to whom it is for."""
    text = f"{by} invites you to #{room} (\\join {room})"
    frame = {"type": "notice", "text": text, "room": room, "by": by}
    return line(text, frame, irc_lines.invited(room, by, account, nick))


def setting(room: str, by: str, name: str, value: Any) -> Shown:
    """A setting of a room changed."""
    texts = {
        "private": ("made #{} private", "made #{} public"),
        "quiet": ("made #{} quiet", "made #{} open"),
        "hidden": ("made #{} hidden", "made #{} listed"),
        "key": ("set a key for #{}", "removed the key of #{}"),
        "limit": (f"set the limit of #{{}} to {value}", "removed the limit of #{}"),
        "topic": (
            "let only operators set the topic of #{}",
            "let all set the topic of #{}",
        ),
    }
    on, off = texts[name]
    changed: Any = bool(value)
    if name == "limit":
        changed = value or None
    elif name == "topic":
        changed = "operators" if value else "all"
    frame = {"type": "room", "room": room, "by": by, name: changed}
    irc = irc_lines.setting(room, by, name, value)
    return line(f"{by}: {(on if value else off).format(room)}", frame, irc)
