"""Errors: the numeric, or the standard reply, for each reason that the core refuses.

A reason without a numeric is a ``FAIL`` (https://ircv3.net/specs/extensions/
standard-replies), also for clients that do not know that: they show it as it is.
"""

from __future__ import annotations

from dataclasses import dataclass

from twisted_chat.core.replies import ErrorReply, Refused

from . import numerics
from .advice import text_of
from .commands import TOO_FEW, UNKNOWN
from .message import InvalidUtf8, Message, MessageError, NoCommand, TooLong, one_word
from .numerics import Numeric
from .reference import Reference


@dataclass(frozen=True, slots=True)
class _Error:
    """How a reason is shown.

    :ivar names: what it names: the first ``target`` of the command, the ``last`` one,
        ``all`` of them, those ``before`` the last, the ``command`` or nothing.
    :ivar explains: its text is that of the reason, which says more.
    """

    numeric: Numeric
    names: str = "target"
    explains: bool = False


_ERRORS = {
    UNKNOWN: _Error(numerics.ERR_UNKNOWNCOMMAND, "command"),
    TOO_FEW: _Error(numerics.ERR_NEEDMOREPARAMS, "command"),
    "not_registered": _Error(numerics.ERR_NOTREGISTERED, ""),
    "reregistered": _Error(numerics.ERR_ALREADYREGISTERED, ""),
    "no_origin": _Error(numerics.ERR_NOORIGIN, ""),
    "no_recipient": _Error(numerics.ERR_NORECIPIENT, ""),
    "no_text": _Error(numerics.ERR_NOTEXTTOSEND, ""),
    "empty": _Error(numerics.ERR_NOTEXTTOSEND, ""),
    "line_too_long": _Error(numerics.ERR_INPUTTOOLONG, ""),
    "too_many_targets": _Error(numerics.ERR_TOOMANYTARGETS),
    "no_nick": _Error(numerics.ERR_NONICKNAMEGIVEN, ""),
    "nick_invalid": _Error(numerics.ERR_ERRONEUSNICKNAME, explains=True),
    "nick_reserved": _Error(numerics.ERR_ERRONEUSNICKNAME, explains=True),
    "nick_taken": _Error(numerics.ERR_NICKNAMEINUSE),
    "nick_registered": _Error(numerics.ERR_NICKNAMEINUSE, explains=True),
    "no_such_nick": _Error(numerics.ERR_NOSUCHNICK),
    "no_such_room": _Error(numerics.ERR_NOSUCHCHANNEL, "last"),
    "room_invalid": _Error(numerics.ERR_NOSUCHCHANNEL, "last", explains=True),
    "not_in_room": _Error(numerics.ERR_NOTONCHANNEL, "last"),
    "not_member": _Error(numerics.ERR_USERNOTINCHANNEL, "all"),
    "is_member": _Error(numerics.ERR_USERONCHANNEL, "all"),
    "unknown_mode": _Error(numerics.ERR_UNKNOWNMODE),
    "invalid_mode": _Error(numerics.ERR_INVALIDMODEPARAM, "before", explains=True),
    "others_modes": _Error(numerics.ERR_USERSDONTMATCH, ""),
    "too_many_rooms": _Error(numerics.ERR_TOOMANYCHANNELS),
    "room_full": _Error(numerics.ERR_CHANNELISFULL, "last"),
    "room_private": _Error(numerics.ERR_INVITEONLYCHAN, "last"),
    "needs_key": _Error(numerics.ERR_BADCHANNELKEY, "last"),
    "not_operator": _Error(numerics.ERR_NOPRIVILEGES, ""),
    "not_room_operator": _Error(numerics.ERR_CHANOPRIVSNEEDED, "last"),
    "muted": _Error(numerics.ERR_CANNOTSENDTOCHAN, explains=True),
    "banned": _Error(numerics.ERR_YOUREBANNEDCREEP, "", explains=True),
    "account_required": _Error(numerics.ERR_NEEDREGGEDNICK, explains=True),
    "no_such_server": _Error(numerics.ERR_NOSUCHSERVER),
    "not_an_operator": _Error(numerics.ERR_NOOPERHOST, ""),
    "too_many_attempts": _Error(numerics.ERR_PASSWDMISMATCH, "", explains=True),
    "tls_required": _Error(numerics.ERR_PASSWDMISMATCH, "", explains=True),
    "wrong_password": _Error(numerics.ERR_PASSWDMISMATCH, ""),
}
"""By the code of the reason."""

_CANNOT_SEND = _Error(numerics.ERR_CANNOTSENDTOCHAN, explains=True)
_NOT_IN_ROOM = _Error(numerics.ERR_CANNOTSENDTOCHAN)
_NOT_ROOM_OPERATOR = _Error(numerics.ERR_CHANOPRIVSNEEDED, "last")

_OF_COMMANDS = {
    ("PRIVMSG", "not_in_room"): _NOT_IN_ROOM,
    ("NOTICE", "not_in_room"): _NOT_IN_ROOM,
    ("TAGMSG", "not_in_room"): _NOT_IN_ROOM,
    ("PRIVMSG", "quiet"): _CANNOT_SEND,
    ("NOTICE", "quiet"): _CANNOT_SEND,
    ("TAGMSG", "quiet"): _CANNOT_SEND,
    ("PRIVMSG", "banned"): _CANNOT_SEND,
    ("PRIVMSG", "room_private"): _CANNOT_SEND,
    ("PRIVMSG", "needs_key"): _CANNOT_SEND,
    ("NOTICE", "room_private"): _CANNOT_SEND,
    ("NOTICE", "needs_key"): _CANNOT_SEND,
    ("NOTICE", "banned"): _CANNOT_SEND,
    ("TAGMSG", "banned"): _CANNOT_SEND,
    ("TOPIC", "banned"): _CANNOT_SEND,
    ("TOPIC", "quiet"): _CANNOT_SEND,
    ("JOIN", "banned"): _Error(numerics.ERR_BANNEDFROMCHAN, "last"),
    ("AUTHENTICATE", "logged_in"): _Error(numerics.ERR_SASLALREADY, ""),
    ("TOPIC", "not_operator"): _NOT_ROOM_OPERATOR,
    ("MODE", "not_operator"): _Error(
        numerics.ERR_CHANOPRIVSNEEDED, "last", explains=True
    ),
    ("KICK", "not_operator"): _NOT_ROOM_OPERATOR,
    ("INVITE", "not_operator"): _NOT_ROOM_OPERATOR,
}
"""By command and code, where the command matters."""

_FAILS = {
    ("BATCH", "multiline_max_lines"): ("MULTILINE_MAX_LINES", 1),
    ("BATCH", "multiline_max_bytes"): ("MULTILINE_MAX_BYTES", 1),
    ("BATCH", "multiline_invalid_target"): ("MULTILINE_INVALID_TARGET", 2),
    ("CHATHISTORY", "invalid_target"): ("INVALID_TARGET", 2),
    ("CHATHISTORY", "invalid_params"): ("INVALID_PARAMS", 1),
    ("CHATHISTORY", "need_more_params"): ("NEED_MORE_PARAMS", 1),
    ("CHATHISTORY", "unknown_subcommand"): ("UNKNOWN_COMMAND", 1),
    ("CHATHISTORY", "store"): ("MESSAGE_ERROR", 2),
    ("MARKREAD", "invalid_params"): ("INVALID_PARAMS", 1),
    ("MARKREAD", "no_such_room"): ("INVALID_PARAMS", 1),
    ("MARKREAD", "room_invalid"): ("INVALID_PARAMS", 1),
    ("MARKREAD", "need_more_params"): ("NEED_MORE_PARAMS", 0),
    ("MARKREAD", "store"): ("INTERNAL_ERROR", 1),
    ("REDACT", "invalid_target"): ("INVALID_TARGET", 1),
    ("REDACT", "no_such_message"): ("UNKNOWN_MSGID", 2),
    ("REDACT", "not_author"): ("REDACT_FORBIDDEN", 2),
    ("REDACT", "bad_request"): ("REDACT_FORBIDDEN", 2),
}
"""By command and code: the code of the ``FAIL``, and how many targets it names."""

_SHOWN = ("kicked", "room_banned")
"""Codes of what someone is told whom it happens to, and who is shown the event, too."""


def error_lines(error: ErrorReply, reference: Reference, nick: str) -> list[Message]:
    """The line that says why a command was refused.

    :param nick: of the client; for what answers no command.
    """
    command = reference.command
    if command == "NOTICE":
        # It is never answered (RFC 2812, section 3.3.2).
        return []
    if not command and error.code != "banned":
        if error.code in _SHOWN:
            return []
        return [Message("NOTICE", (nick, f"error: {text_of(error)}"))]
    return [_line(error, reference)]


def _line(error: ErrorReply, reference: Reference) -> Message:
    command = reference.command
    known = _OF_COMMANDS.get((command, error.code))
    if known is None and (command, error.code) not in _FAILS:
        known = _ERRORS.get(error.code)
    if known is None:
        code, count = _FAILS.get((command, error.code), (error.code.upper(), 0))
        return fail(command, code, *reference.names[:count], text=text_of(error))
    text = _sentence(text_of(error), reference) if known.explains else None
    return known.numeric(*_named(known.names, reference), text=text)


def fail(command: str, code: str, *names: str, text: str) -> Message:
    """The standard reply that says why a command was refused.

    :param names: what it names, as a client has sent it.
    """
    return Message("FAIL", (command or "*", code, *map(one_word, names), text))


def _named(names: str, reference: Reference) -> tuple[str, ...]:
    """What an error names."""
    match names:
        case "target":
            return reference.names[:1]
        case "last":
            return reference.names[-1:]
        case "all":
            return reference.names
        case "before":
            return reference.names[:-1]
        case "command":
            return (reference.command,)
        case _:
            return ()


def _sentence(text: str, reference: Reference) -> str:
    """A text that begins with a capital letter, unless a name is its first word."""
    if text.startswith(tuple(f"{name} " for name in reference.names)):
        return text
    return text[:1].upper() + text[1:]


def line_too_long() -> Refused:
    """The refusal of a line that is too long, or would be with its source."""
    return Refused("line_too_long", "the line is too long: not sent")


def refused_line(error: MessageError) -> tuple[Refused, Reference] | None:
    """Why a line that is not a message is refused; ``None`` if it is ignored."""
    label = error.tags.get("label", "")
    match error:
        case TooLong():
            refused = line_too_long()
        case InvalidUtf8():
            refused = Refused("invalid_utf8", "the line is not UTF-8: not sent")
        case NoCommand(word=word) if word:
            return Refused(UNKNOWN, "no such command"), Reference(word, label=label)
        case _:
            return None
    return refused, Reference("*", label=label)
