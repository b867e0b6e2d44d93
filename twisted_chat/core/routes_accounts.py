r"""The routes of accounts: ``\register``, ``\login``, ``\logout`` and the like.

A password that is left out is asked for, where the client types lines.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial

from . import rights
from .account_events import AccountChanged, Change, ReadUpTo
from .accounts.accounts import LAST_OPERATOR, wrong_password
from .accounts.logins import peer_of
from .accounts.operators import is_like_code
from .accounts.record import Account
from .chat import CommandContext, Handler
from .commands import CommandTable
from .history_query import DirectMessages, HistoryQuery
from .join_request import Credentials
from .logins import Login
from .nicknames import Name, fold_or_none, is_guest, room_name
from .outcomes import Answered, Outcome
from .permissions import check
from .read_markers import DIRECT, ReadMarker
from .replies import Notice, Refused, Reply
from .sanitize import sanitize_label

PROMPT = "password: "

MAX_READ = 1_000
"""Rooms of which it is kept how far one account has read."""

routes: CommandTable[Handler] = CommandTable()


# Guards.


def may_send_password(context: CommandContext) -> None:
    """Guard: a password may be sent by this connection."""
    context.chat.accounts.check_secure(secure=context.client.identity.secure)


def logged_in(context: CommandContext) -> None:
    """Guard: the client is logged in."""
    if not context.client.account:
        raise Refused("not_logged_in", "you are not logged in: \\login NAME PASSWORD")


def logged_in_for_operator(context: CommandContext) -> None:
    """Guard: the same, for someone who may be about to be the first operator."""
    if not context.client.account and not context.chat.operators.ids:
        raise Refused(
            "not_logged_in",
            "an operator needs an account: \\register PASSWORD first, or \\login NAME",
        )
    logged_in(context)


def logged_out(context: CommandContext) -> None:
    """Guard: the client is a guest."""
    if account := context.client.account:
        raise Refused("logged_in", f"you are logged in as {account}: \\logout first")


def may_register(context: CommandContext) -> None:
    """Check that guests may add accounts for themselves, see ``Chat.may_register``.

    :raises Refused: ``not_operator``.
    """
    if not context.chat.may_register():
        raise Refused("not_operator", "only operators add accounts: ask one of them")


def may_speak(context: CommandContext) -> None:
    """Guard: whatever this client says is not refused for want of an account."""
    check(context.chat.permissions.may_speak(context.client))


# Routes.


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
    if is_guest(context.client.member.folded):
        raise Refused(
            "nick_reserved", "a guest's name cannot be registered: \\nick NAME first"
        )
    return _with_password(context, context.word, _register)


def _register_other(context: CommandContext) -> Awaitable[Outcome]:
    """Add an account for someone else."""
    if context.client.member not in context.chat.operators:
        account = context.client.account
        text = f"you are logged in as {account}: only operators add other accounts"
        raise Refused("not_operator", text)
    name, _, password = context.word.partition(" ")
    if not name or not password.strip():
        raise Refused("usage", "usage: \\register NAME PASSWORD")
    return _add(context, Name.of(name), password.strip())


async def _add(context: CommandContext, name: Name, password: str) -> Outcome:
    chat, client = context.chat, context.client
    standing = await chat.operators.standing(client.member_id)
    peer = peer_of(client)
    account = await chat.accounts.register(name, password, peer, standing)
    text = f"registered: {account.name}"
    return _changed(context, account, Change.REGISTERED, text, "register")


async def _register(context: CommandContext, password: str) -> Outcome:
    chat, client = context.chat, context.client
    name = Name.of(client.nick)
    account = await chat.accounts.register(name, password, peer_of(client))
    return await _enter(context, account, f"registered: {account.name}")


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
        return await _enter(context, account, f"logged in as {account.name}")

    return _with_password(context, password, with_password)


@routes.route("logout", "", "be a guest again", guards=(logged_in,))
async def log_out(context: CommandContext) -> Outcome:
    chat, client = context.chat, context.client
    await chat.account_logins.end(client.id)
    event = await chat.log_out(client)
    return Answered(event, lambda _: Notice(("logged out",)))


@routes.route(
    "password",
    "[OLD] [NEW]",
    "change your password",
    guards=(may_send_password, logged_in),
)
def password(context: CommandContext) -> Outcome | Awaitable[Outcome]:
    old, new = context.words
    if old:
        return _with_password(context, new, partial(_change_password, old))

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
    guards=(may_send_password, rights.operator),
)
def set_password(context: CommandContext) -> Outcome | Awaitable[Outcome]:
    name, password = context.words

    async def with_password(context: CommandContext, password: str) -> Outcome:
        return await _set_password(context, name, password)

    return _with_password(context, password, with_password)


async def _set_password(context: CommandContext, name: str, new: str) -> Outcome:
    chat, client = context.chat, context.client
    # The client may have answered a prompt.
    rights.operator(context)
    account = await _account_named(context, name)
    if account.id == client.member_id:
        raise Refused("bad_request", "your own: \\password OLD NEW")
    if account.id in chat.operators.ids:
        # Whoever sets it could do everything in the name of the other.
        raise Refused("bad_request", f"{account.name} is an operator")
    standing = await chat.operators.standing(client.member_id)
    await chat.accounts.set_password(account, new, peer_of(client), standing)
    chat.submit_unasked(chat.audited(client, "setpassword", account.name))
    return Notice((f"password of {account.name} changed",))


@routes.route(
    "unregister",
    "[PASSWORD]",
    "remove your account; its name is free then",
    guards=(may_send_password, logged_in),
)
def unregister(context: CommandContext) -> Outcome | Awaitable[Outcome]:
    if context.chat.operators.ids == {context.client.member_id}:
        raise Refused("last_operator", LAST_OPERATOR)
    return _with_password(context, context.word, _unregister)


async def _unregister(context: CommandContext, password: str) -> Outcome:
    chat, client = context.chat, context.client
    account = await _own_account(context)
    await chat.accounts.unregister(account, password, peer_of(client), chat.operators)
    await chat.account_logins.forget(account.id)
    text = f"unregistered: {account.name}"
    return _changed(context, account, Change.UNREGISTERED, text)


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
        return _changed(context, account, Change.OPERATOR, text, "operator")
    if off not in ("", "off"):
        raise Refused("usage", "usage: \\operator NAME [off]")
    found = await _account_named(context, name)
    if not off:
        text = f"{found.name} is an operator now"
        return _changed(context, found, Change.OPERATOR, text, "operator")
    await chat.operators.remove(found.id, found.name, client.member_id)
    text = f"{found.name} is no longer an operator"
    return _changed(context, found, Change.NO_OPERATOR, text, "operator off")


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
        return await _enter(context, account, "", token)
    if client.member_id != account.id:
        logged_out(context)
    login = await chat.account_logins.begin(client, account, token)
    return chat.welcome(client, chat.pool.position, login)


@routes.route("enter_server", internal=True)
def enter(_context: CommandContext) -> Outcome:
    """The password of the server, where it is known or there is none."""
    return None


@routes.route("read_up_to", internal=True, guards=(logged_in,))
async def read(context: CommandContext) -> Outcome:
    """How far the client has read; what is older changes nothing.

    The words are a room, or ``DIRECT`` and a nickname, and a position.
    """
    chat, (name, position) = context.chat, context.words
    if position > chat.pool.position or len(position) > len(chat.pool.position):
        raise Refused("bad_field", '"id" is not that of anything that was said')
    source: str | DirectMessages
    if name.startswith(DIRECT):
        folded = fold_or_none(name.removeprefix(DIRECT))
        if folded is None:
            raise Refused("bad_field", '"nick" is not a nickname')
        name = DIRECT + folded
        source = DirectMessages(context.client.member_id)
    else:
        name = source = room_name(name)
    history = chat.journal.history
    found = await history.page(HistoryQuery(source, 1, start=position, first=True))
    if not found or found[0].position != position:
        # For an event that is not a message, such as an arrival: the message before.
        found = await history.page(HistoryQuery(source, 1, end=position))
    time = found[0].time if found else 0
    return await mark_read(context, name, ReadMarker(time, position))


async def read_markers(context: CommandContext) -> dict[str, ReadMarker]:
    """How far a client has read, by room; see ``ReadUpTo.room``.

    That of a guest is known until it leaves.
    """
    member = context.client.member
    if member.account:
        member.read = await context.chat.account_logins.read(member.id)
    elif member.read is None:
        member.read = {}
    return member.read


async def mark_read(
    context: CommandContext, room: str, marker: ReadMarker
) -> ReadUpTo | None:
    """Note how far a client has read.

    :param room: or ``DIRECT`` and a folded nickname.
    :returns: what is to be stored; ``None`` for a guest, or if it has read as far.
    :raises Refused: ``too_many``.
    """
    client, known = context.client, await read_markers(context)
    if room not in known and len(known) >= MAX_READ:
        raise Refused("too_many", f"there are {MAX_READ} rooms that you have read")
    if not marker.replaces(known.get(room, ReadMarker())):
        return None
    if not client.account:
        known[room] = marker
        return None
    return ReadUpTo(room, client.member_id, marker.position, client.id, marker.time)


def _with_password(
    context: CommandContext,
    password: str,
    use: Callable[[CommandContext, str], Awaitable[Outcome]],
) -> Outcome | Awaitable[Outcome]:
    """Use a password, which is asked for if it was left out."""
    if password:
        return use(context, password)
    context.ask(PROMPT, partial(use, context))
    return None


async def _enter(
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
    :raises Refused: see ``Chat.log_in``.
    """
    chat, client = context.chat, context.client
    absence = await chat.account_logins.absence(account)
    event = await chat.log_in(client, account.name, account.id, nick or account.name)
    try:
        login = await chat.account_logins.begin(client, account, token)
    except BaseException:
        chat.give_back(event, client)
        raise
    chat.kept.bring_ignored(login)

    def answer(position: str) -> Reply:
        if absence is not None:
            chat.missed.tell(client, absence, position)
        return reply(position, login)

    return Answered(event, answer)


async def _account_named(context: CommandContext, name: str) -> Account:
    """The account of a name.

    :raises Refused: ``no_such_account``.
    """
    found = await context.chat.accounts.find(name)
    if found is None:
        text = f"no account is called {sanitize_label(name)}"
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


def _changed(
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
