r"""The routes that change accounts: ``\password``, ``\operator`` and the like.

A password that is left out is asked for, where the client types lines.
"""

from __future__ import annotations

from collections.abc import Awaitable
from functools import partial

from twisted_chat.core.account_events import Change
from twisted_chat.core.accounts.accounts import last_operator, wrong_password
from twisted_chat.core.accounts.logins import peer_of
from twisted_chat.core.accounts.operators import is_like_code, is_operator
from twisted_chat.core.accounts.record import Account
from twisted_chat.core.chat import CommandContext, Handler
from twisted_chat.core.commands import CommandTable
from twisted_chat.core.interfaces import StoreError
from twisted_chat.core.moderation.changes import CHANGES
from twisted_chat.core.moderation_events import Audited
from twisted_chat.core.outcomes import Outcome
from twisted_chat.core.replies import Notice, Refused
from twisted_chat.core.texts.sanitize import echoed

from . import guards
from .guards import (
    logged_in,
    logged_in_for_operator,
    may_send_password,
)
from .logins import PROMPT, account_changed, use_password

routes: CommandTable[Handler] = CommandTable()


@routes.route(
    "password",
    "[OLD] [NEW]",
    "change your password",
    guards=(may_send_password, logged_in),
)
def password(context: CommandContext) -> Outcome | Awaitable[Outcome]:
    old, new = context.words
    if old:
        return use_password(context, new, partial(_change_password, old))

    def ask_for_new(old: str) -> None:
        context.ask("new password: ", partial(_change_password, old, context))

    context.ask(PROMPT, ask_for_new)
    return None


async def _change_password(old: str, context: CommandContext, new: str) -> Outcome:
    chat, client = context.chat, context.client
    account, peer = await _own_account(context), peer_of(client)
    changed = await chat.accounts.change_password(account, old, new, peer)
    await chat.account_logins.go_on(client, changed)
    return Notice(("password changed",))


@routes.route(
    "setpassword",
    "NAME [PASSWORD]",
    "give the account NAME another password, if its own is lost",
    guards=(may_send_password, guards.operator),
)
def set_password(context: CommandContext) -> Outcome | Awaitable[Outcome]:
    name, password = context.words

    async def with_password(context: CommandContext, password: str) -> Outcome:
        return await _set_password(context, name, password)

    return use_password(context, password, with_password)


async def _set_password(context: CommandContext, name: str, new: str) -> Outcome:
    chat, client = context.chat, context.client
    # The client may have answered a prompt.
    guards.operator(context)
    account = await _account_named(context, name)
    if account.id == client.member_id:
        text = "this is your own account"
        raise Refused("bad_request", text, "\\password OLD NEW")
    if account.id in chat.operators.ids:
        # Whoever sets it could do everything in the name of the other.
        raise is_operator(account.name)
    standing = await chat.operators.standing(client.member_id)
    audited = chat.audited(client, "setpassword", account.name)
    line = CHANGES[Audited](audited)
    await chat.accounts.set_password(account, new, peer_of(client), standing, line)
    chat.audit_log.note(line)
    return Notice((f"password of {account.name} changed",))


@routes.route(
    "unregister",
    "[PASSWORD]",
    "remove your account; its name is free then",
    guards=(may_send_password, logged_in),
)
def unregister(context: CommandContext) -> Outcome | Awaitable[Outcome]:
    if context.chat.operators.ids == {context.client.member_id}:
        raise last_operator()
    return use_password(context, context.word, _unregister)


async def _unregister(context: CommandContext, password: str) -> Outcome:
    chat, client = context.chat, context.client
    account = await _own_account(context)
    line = CHANGES[Audited](chat.audited(client, "unregister", account.name))
    try:
        was_operator = await chat.accounts.unregister(
            account, password, peer_of(client), chat.operators, line
        )
        if was_operator:
            chat.audit_log.note(line)
        await chat.account_logins.forget(account.id)
    except StoreError:
        chat.finish_removals()
        raise
    text = f"unregistered: {account.name}"
    return account_changed(context, account, Change.UNREGISTERED, text)


@routes.route(
    "operator",
    "NAME [off]",
    "make NAME an operator, or not any more; yourself with the code of the log",
    guards=(logged_in_for_operator,),
)
async def operator(context: CommandContext) -> Outcome:
    chat, client = context.chat, context.client
    name, off = context.words
    if client.member not in chat.operators:
        # A code may have been typed with blanks.
        await _check_code(context, f"{name} {off}".rstrip())
        account = await _own_account(context)
        text = "you are an operator now"
        return account_changed(context, account, Change.OPERATOR, text, "operator")
    if off not in ("", "off"):
        why = "only off can follow the name"
        raise Refused("usage", why, "(usage: \\operator NAME [off])")
    found = await _account_named(context, name)
    if not off:
        text = f"{found.name} is an operator now"
        return account_changed(context, found, Change.OPERATOR, text, "operator")
    await chat.operators.remove(found.id, found.name, client.member_id)
    text = f"{found.name} is no longer an operator"
    return account_changed(context, found, Change.NO_OPERATOR, text, "operator off")


async def _check_code(context: CommandContext, code: str) -> None:
    """Use up the operator code.

    :raises Refused: ``not_operator``, if this is not the code, or there is none.
    """
    chat, counted = context.chat, ("address", peer_of(context.client).cause)
    chat.accounts.logins.check(counted)
    if not chat.operators.ids and await chat.operators.use_code(code):
        return
    chat.accounts.logins.count(counted)
    if is_like_code(code):
        raise Refused("not_operator", "wrong operator code")
    raise Refused("not_operator", "only operators may use \\operator NAME")


async def _account_named(context: CommandContext, name: str) -> Account:
    """The account of a name.

    :raises Refused: ``no_such_account``.
    """
    found = await context.chat.accounts.find(name)
    if found is None:
        text = f"no account is called {echoed(name)}"
        raise Refused("no_such_account", text)
    return found


async def _own_account(context: CommandContext) -> Account:
    """The account of the client, as it is now.

    :raises Refused: ``wrong_password``, if it was removed.
    """
    account = await context.chat.accounts.find(context.client.account)
    if account is None or account.id != context.client.member_id:
        raise wrong_password()
    return account
