"""The commands of one's account, and of oneself: AUTHENTICATE, REGISTER, AWAY."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from twisted_chat.core.accounts.logins import peer_of
from twisted_chat.core.accounts.record import Account
from twisted_chat.core.chat import CommandContext
from twisted_chat.core.client import Client
from twisted_chat.core.events import AwaySet
from twisted_chat.core.limits import MAX_AWAY
from twisted_chat.core.moderation.permissions import check
from twisted_chat.core.names.nicknames import Name, fold_or_none, is_guest
from twisted_chat.core.outcomes import Answered, Outcome
from twisted_chat.core.replies import Refused, Reply, Request
from twisted_chat.core.routes.guards import logged_out, may_register, named
from twisted_chat.core.routes.logins import enter_account

from .advice import text_of
from .codec import codec_of
from .commands import IrcTable, lines, request_of
from .errors import fail
from .message import Message
from .numerics import RPL_NOWAWAY, RPL_UNAWAY
from .profile import Profile, profile_of
from .reference import Reference
from .sasl import Answer, Authenticated, Sasl
from .sasl_lines import logged_in_lines, sasl_lines

_CODES = {
    "logged_in": "ALREADY_AUTHENTICATED",
    "nick_registered": "ACCOUNT_EXISTS",
    "nick_reserved": "BAD_ACCOUNT_NAME",
    "nick_invalid": "BAD_ACCOUNT_NAME",
    "not_own_nick": "ACCOUNT_NAME_MUST_BE_NICK",
    "password_invalid": "WEAK_PASSWORD",
    "not_operator": "DISALLOWED",
    "tls_required": "DISALLOWED",
}
"""Those of REGISTER, by the code of the refusal."""

commands = IrcTable()


def own_nick(client: Client) -> str:
    """The nickname that a client keeps when it logs in; empty if it is a guest's."""
    return "" if is_guest(client.member.folded) else client.nick


def _profile(context: CommandContext) -> Profile:
    profile = profile_of(context.client)
    if profile is None:
        raise TypeError("not an IRC client")
    return profile


@commands.handler("AUTHENTICATE", 1, guards=(logged_out,))
async def authenticate(context: CommandContext) -> Outcome:
    """Log in once the registration is over."""
    client, profile = context.client, _profile(context)
    if profile.sasl is None:
        connection: Any = client.connection
        profile.sasl = Sasl(connection.authenticator)
    answer = await profile.sasl.receive(context.word)
    if isinstance(answer, Authenticated):
        return await enter_account(
            context,
            answer.account,
            lambda *_: lines(*_sasl_lines(client, answer)),
            nick=own_nick(client),
        )
    return lines(*_sasl_lines(client, answer))


def _sasl_lines(client: Client, answer: Answer) -> list[Message]:
    return list(sasl_lines(answer, codec_of(client).server.source(client.member)))


async def register_account(context: CommandContext, password: str) -> Account:
    """Make the nickname of the client an account.

    :raises Refused: the nickname or the password cannot be used, or nobody may do so.
    """
    chat, client = context.chat, context.client
    chat.accounts.check_secure(secure=client.identity.secure)
    logged_out(context)
    may_register(context)
    named(context)
    return await chat.accounts.register(Name.of(client.nick), password, peer_of(client))


@commands.handler("REGISTER", 3)
async def register(context: CommandContext) -> Outcome:
    """See https://ircv3.net/specs/extensions/account-registration."""
    name, _email, password, *_ = context.words
    client = context.client
    try:
        if name != "*" and fold_or_none(name) != client.member.folded:
            raise Refused("not_own_nick", "the account has the name of your nickname")
        account = await register_account(context, password)
    except Refused as refused:
        code = _CODES.get(refused.code, "TEMPORARILY_UNAVAILABLE")
        return lines(fail("REGISTER", code, name, text=text_of(refused)))

    def done(*_: object) -> Reply:
        source = codec_of(client).server.source(client.member)
        text = "Account created"
        success = Message("REGISTER", ("SUCCESS", account.name, text))
        return lines(success, *logged_in_lines(account.name, source))

    return await enter_account(context, account, done, nick=client.nick)


def _away(message: Message, reference: Reference) -> Iterable[Request]:
    """An error is about no target: the parameter is a text."""
    yield request_of(reference.about("*"), *message.params)


@commands.handler("AWAY", decode=_away)
def away(context: CommandContext) -> Outcome:
    chat, client = context.chat, context.client
    text = context.words[0] if context.words else ""
    if text:
        check(chat.permissions.may_speak(client))
        check(chat.permissions.may_show(client))
        text = chat.sanitized_label(text, MAX_AWAY)
    elif not client.member.away:
        return lines(RPL_UNAWAY())
    answer = lines(RPL_NOWAWAY() if text else RPL_UNAWAY())
    return Answered(AwaySet(client.nick, text, client.id), lambda _: answer)
