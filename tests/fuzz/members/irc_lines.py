"""How what happens looks to IRC clients, written from docs/irc.md."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import ANY

from .state import IRC, IRCS, IRCV3, Account, Post


@dataclass(frozen=True)
class IrcLine:
    """One line.

    :ivar text: the nickname of its source, the command, the parameters.
    :ivar tags: for clients that know tags; a ``Post`` stands for its id.
    :ivar wires: those whose clients are shown it.
    """

    text: str
    tags: dict[str, Any] = field(default_factory=dict)
    wires: Sequence[str] = IRCS

    def on(self, wire: str) -> Any:
        """What a client of a wire receives."""
        if wire == IRCV3 and self.tags:
            return {"line": self.text, **self.tags}
        return self.text


IrcLines = tuple[IrcLine, ...]

_LETTERS = {
    "private": "i",
    "quiet": "m",
    "hidden": "s",
    "topic": "t",
    "key": "k",
    "limit": "l",
}
"""The modes that are settings."""


def said(post: Post) -> IrcLines:
    """A message or an action: each line of it, of which the first has its id."""
    of_account: dict[str, Any] = {}
    if post.account:
        of_account["account"] = post.account.name
    tags = {"id": post, **of_account}
    lines = []
    for text in post.text.split("\n"):
        action = f"\x01ACTION {text}\x01" if post.kind == "action" else text
        lines.append(IrcLine(f"{post.nick} PRIVMSG #{post.room} {action}", tags))
        tags = of_account
    return tuple(lines)


def direct(nick: str, account: str | None, to: str, text: str) -> IrcLines:
    """A direct message."""
    tags = {"id": ANY, "account": account} if account else {"id": ANY}
    return (IrcLine(f"{nick} PRIVMSG {to} {text}", tags),)


def _redacted(post: Post, by: str, corrections: int, **tags: Any) -> IrcLines:
    """A message is taken back, and its last correction if it had any."""
    ids = [post, ANY] if corrections else [post]
    text = f"{by} REDACT #{post.room}"
    return tuple(IrcLine(text, {"id": one, **tags}, (IRCV3,)) for one in ids)


def deleted(posts: Sequence[Post], by: str) -> IrcLines:
    """Messages are deleted."""
    return tuple(
        line for post in posts for line in _redacted(post, by, post.corrections)
    )


def edited(post: Post, nick: str, by: Account | None) -> IrcLines:
    """A message has another text, which replies to it.

    :param by: with which account it was corrected; it may have been said without.
    """
    text = f"{nick} PRIVMSG #{post.room} "
    account = {"account": by.name} if by else {}
    return (
        IrcLine(f"{text}corrected: {post.text}", wires=(IRC,)),
        *_redacted(post, nick, post.corrections - 1, **account),
        IrcLine(text + post.text, {"id": ANY, "reply": post, **account}, (IRCV3,)),
    )


def joined(room: str, nick: str, account: str | None, away: str) -> IrcLines:
    """A member joined a room; who knows ``away-notify`` is shown that it is away."""
    tags = {"account": account} if account else {}
    lines = [
        IrcLine(f"{nick} JOIN #{room}", wires=(IRC,)),
        IrcLine(f"{nick} JOIN #{room} {account or '*'}", tags, (IRCV3,)),
    ]
    if away:
        lines.append(IrcLine(f"{nick} AWAY {away}", tags, (IRCV3,)))
    return tuple(lines)


def left(room: str | None, nick: str) -> IrcLines:
    """A member left a room, or with ``None`` the chat."""
    return (IrcLine(f"{nick} PART #{room}" if room else f"{nick} QUIT"),)


def renamed(old: str, new: str) -> IrcLines:
    """A member has another nickname."""
    return (IrcLine(f"{old} NICK {new}"),)


def account_of(nick: str, account: str | None) -> IrcLines:
    """A member has logged in, or out."""
    tags = {"account": account} if account else {}
    return (IrcLine(f"{nick} ACCOUNT {account or '*'}", tags, (IRCV3,)),)


def away_set(nick: str, text: str) -> IrcLines:
    """A member is away, or back."""
    return (IrcLine(f"{nick} AWAY {text}".rstrip(), wires=(IRCV3,)),)


def topic_set(room: str, nick: str, text: str) -> IrcLines:
    """The topic changed."""
    return (IrcLine(f"{nick} TOPIC #{room} {text}"),)


def kicked(room: str, by: str, nick: str, text: str) -> IrcLines:
    """A member was removed from a room; there is always a reason."""
    return (IrcLine(f"{by} KICK #{room} {nick} {text or by}"),)


def mode(room: str, by: str, *words: str) -> IrcLines:
    """A mode was set or removed."""
    return (IrcLine(" ".join((by, "MODE", f"#{room}", *words))),)


def setting(room: str, by: str, name: str, value: Any) -> IrcLines:
    """A setting of a room changed; keys are not shown."""
    words = [("+" if value else "-") + _LETTERS[name]]
    if name == "key":
        words.append("*")
    elif name == "limit" and value:
        words.append(str(value))
    return mode(room, by, *words)


def role(room: str, by: str, nick: str, name: str, *, granted: bool) -> IrcLines:
    """A member is a room operator or has a voice, or no longer."""
    letter = "o" if name == "operator" else "v"
    return mode(room, by, ("+" if granted else "-") + letter, nick)


def banned(room: str, by: str, nick: str, *, is_inside: bool) -> IrcLines:
    """Someone may not come back to a room, and is out of it."""
    lines = mode(room, by, "+b", f"{nick}!*@*")
    return (*lines, *(kicked(room, by, nick, "Banned") if is_inside else ()))


def unbanned(room: str, by: str, nick: str) -> IrcLines:
    """Someone may come back to a room."""
    return mode(room, by, "-b", f"{nick}!*@*")


def invited(room: str, by: str, account: str | None, nick: str) -> IrcLines:
    """An invitation, to whom it is for."""
    tags = {"account": account} if account else {}
    return (IrcLine(f"{by} INVITE {nick} #{room}", tags),)


def notice(room: str | None, text: str) -> IrcLines:
    """What IRC has no command for, in the words of the line chat."""
    return (IrcLine(f"notice {f'#{room}' if room else '*'} {text}"),)
