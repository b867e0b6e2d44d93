"""Guards for accounts, for the command table."""

from __future__ import annotations

from .chat import CommandContext
from .claims import logged_in_already
from .replies import Refused


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
        raise logged_in_already(account)


def may_register(context: CommandContext) -> None:
    """Check that guests may add accounts for themselves, see ``Permissions``.

    :raises Refused: ``not_operator``.
    """
    if not context.chat.permissions.may_register():
        raise Refused("not_operator", "only operators add accounts: ask one of them")
