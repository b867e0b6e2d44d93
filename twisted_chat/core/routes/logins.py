r"""The routes of logins: ``\register``, ``\login`` and ``\logout``.

A password that is left out is asked for, where the client types lines.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial

from twisted_chat.core.account_events import AccountChanged, Change
from twisted_chat.core.accounts.logins import peer_of
from twisted_chat.core.accounts.record import Account
from twisted_chat.core.chat import CommandContext, Handler
from twisted_chat.core.commands import CommandTable
from twisted_chat.core.joining.join_request import Credentials
from twisted_chat.core.logins import Login
from twisted_chat.core.names.nicknames import Name
from twisted_chat.core.outcomes import Answered, Outcome
from twisted_chat.core.replies import Notice, Refused, Reply

from .guards import (
    logged_in,
    logged_out,
    may_register,
    may_send_password,
    named,
)

PROMPT = "password: "

routes: CommandTable[Handler] = CommandTable()


@routes.route(
    "register",
    "[PASSWORD]",
    "make your nickname an account; operators: NAME PASSWORD, for someone else",
    guards=(may_send_password,),
)
def register(context: CommandContext) -> Outcome | Awaitable[Outcome]:
    if context.client.account:
        return _register_other(context)
    may_register(context)
    named(context)
    return use_password(context, context.word, _register)


def _register_other(context: CommandContext) -> Awaitable[Outcome]:
    """Add an account for someone else."""
    if context.client.member not in context.chat.operators:
        account = context.client.account
        text = f"you are logged in as {account}: only operators add other accounts"
        raise Refused("not_operator", text)
    name, _, password = context.word.partition(" ")
    if not name or not password.strip():
        why = "PASSWORD is missing" if name else "NAME is missing"
        raise Refused("usage", why, "(usage: \\register NAME PASSWORD)")
    return _add(context, Name.of(name), password.strip())


async def _add(context: CommandContext, name: Name, password: str) -> Outcome:
    chat, client = context.chat, context.client
    standing = await chat.operators.standing(client.member_id)
    peer = peer_of(client)
    account = await chat.accounts.register(name, password, peer, standing)
    text = f"registered: {account.name}"
    return account_changed(context, account, Change.REGISTERED, text, "register")


async def _register(context: CommandContext, password: str) -> Outcome:
    chat, client = context.chat, context.client
    name = Name.of(client.nick)
    account = await chat.accounts.register(name, password, peer_of(client))
    return await enter_as_named(context, account, f"registered: {account.name}")


@routes.route(
    "login",
    "NAME [PASSWORD]",
    "log in to an account",
    guards=(may_send_password, logged_out),
)
def log_in(context: CommandContext) -> Outcome | Awaitable[Outcome]:
    name, password = context.words

    async def with_password(context: CommandContext, password: str) -> Outcome:
        peer = peer_of(context.client)
        account = await context.chat.accounts.log_in(name, password, peer)
        return await enter_as_named(context, account, f"logged in as {account.name}")

    return use_password(context, password, with_password)


@routes.route("logout", "", "be a guest again", guards=(logged_in,))
async def log_out(context: CommandContext) -> Outcome:
    chat, client = context.chat, context.client
    await chat.account_logins.end(client.id)
    event = await chat.claims.log_out(client)
    return Answered(event, lambda _: Notice(("logged out",)))


# For adapters.


@routes.route("log_in", internal=True, guards=(may_send_password,))
async def log_in_again(context: CommandContext) -> Outcome:
    """Log in with a name and a password, or a token; answered with a welcome."""
    chat, client = context.chat, context.client
    nick, secret, token = context.words
    credentials = Credentials(nick, secret, token)
    account = await chat.account_logins.account_of(
        credentials, client.identity, client.id
    )
    if not client.account:
        return await enter_as_named(context, account, "", token)
    if client.member_id != account.id:
        logged_out(context)
    login = await chat.account_logins.begin(client, account, token)
    return chat.welcome(client, chat.pool.position, login)


@routes.route("enter_server", internal=True)
def enter(_context: CommandContext) -> Outcome:
    """The password of the server, where it is known or there is none."""
    return None


# Means of these and of other routes.


def use_password(
    context: CommandContext,
    password: str,
    use: Callable[[CommandContext, str], Awaitable[Outcome]],
) -> Outcome | Awaitable[Outcome]:
    """Use a password, which is asked for if it was left out."""
    if password:
        return use(context, password)
    context.ask(PROMPT, partial(use, context))
    return None


async def enter_as_named(
    context: CommandContext, account: Account, text: str, token: str = ""
) -> Outcome:
    """As ``enter_account``, with the nickname of the account.

    :param text: what the client is told; without it, a welcome is its answer.
    """

    def reply(position: str, login: Login) -> Reply:
        if text:
            return Notice((text,))
        return context.chat.welcome(context.client, position, login)

    return await enter_account(context, account, reply, token=token)


async def enter_account(
    context: CommandContext,
    account: Account,
    reply: Callable[[str, Login], Reply],
    *,
    nick: str = "",
    token: str = "",
) -> Outcome:
    """The client is logged in to an account from here on.

    :param reply: what it is told, once it is.
    :param nick: the nickname of its member, unless that is present: by default the name
        of the account.
    :param token: that of its device, if it has one.
    :raises Refused: see ``Claims.log_in``.
    """
    chat, client, nick = context.chat, context.client, nick or account.name
    absence = await chat.account_logins.absence(account)
    event = await chat.claims.log_in(client, account.name, account.id, nick)
    try:
        login = await chat.account_logins.begin(client, account, token)
    except BaseException:
        chat.claims.give_back(event, client)
        raise
    chat.kept.bring_ignored(login)

    def answer(position: str) -> Reply:
        if absence is not None:
            chat.missed.tell(client, absence, position)
        return reply(position, login)

    return Answered(event, answer)


def account_changed(
    context: CommandContext,
    account: Account,
    change: Change,
    text: str,
    act: str = "",
) -> Outcome:
    """An account is changed.

    :param text: what the client is told.
    :param act: as it is noted in the audit log, if it is.
    """
    client = context.client
    event = AccountChanged(account.name, account.id, change, client.id)
    audited = context.chat.audited(client, act, account.name) if act else None
    return Answered(event, lambda _: Notice((text,)), audited)
