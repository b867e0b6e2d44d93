"""The parts of a chat, and how they are connected."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .accounts.accounts import Accounts
from .accounts.logins import AccountLogins
from .accounts.operators import Operators
from .accounts.policy import Policy
from .announcers.announcer import Announcer
from .commands import CommandTable
from .committer import Committer
from .interfaces import Journal, NameRegistry
from .joining.join_steps import JoinSteps
from .joining.joining import Joiner
from .joining.kept_state import KeptState
from .joining.missed import MissedMessages
from .joining.pending_joins import PendingJoins
from .joining.room_entry import RoomEntry
from .joining.welcome import Welcomer
from .moderation.audit import AuditLog
from .moderation.ban_checks import BanChecks
from .moderation.moderation import KnownAccount, Moderation
from .moderation.permissions import Permissions
from .moderation.rechecks import Rechecks
from .moderation.upkeep import Upkeep
from .names.claims import Claims
from .names.naming import Naming
from .pool import ClientPool
from .runtime import Runtime
from .texts.shown_texts import ShownTexts


class Parts:
    """All parts of one chat; ``Chat`` describes those that others use."""

    def __init__(
        self,
        *,
        pool: ClientPool,
        journal: Journal,
        names: NameRegistry,
        committer: Committer,
        table: CommandTable[Any],
        runtime: Runtime,
        motd: Sequence[str],
        policy: Policy | None,
    ) -> None:
        self.pool = pool
        self.journal = journal
        self.committer = committer
        self.runtime = runtime
        values = journal.values
        self.accounts = Accounts(values, runtime, policy, journal.attempts)
        self.operators = Operators(values)
        self.account_logins = AccountLogins(self.accounts, values, pool, runtime)
        self.missed = MissedMessages(journal, self.account_logins.absences, runtime)
        self.texts = ShownTexts(self.operators)
        self.audit_log = AuditLog(values, runtime)
        self.moderation = Moderation(pool, lambda: round(runtime.now() * 1000))
        self.moderation.is_operator = self.operators.__contains__
        self.moderation.find_account = self._known_account
        self.permissions = Permissions(
            pool, self.moderation, self.accounts, self.operators
        )
        self.bans = BanChecks(pool, self.moderation, self.permissions, runtime)
        self.entry = RoomEntry(
            pool=pool,
            journal=journal,
            committer=committer,
            moderation=self.moderation,
            permissions=self.permissions,
        )
        joining = PendingJoins()
        self.naming = Naming(
            pool=pool,
            names=names,
            runtime=runtime,
            holder=self.accounts.holder,
            joining=joining,
        )
        self.claims = self._claims(names)
        self.kept = KeptState()
        self.welcomer = self._welcomer(table, motd)
        self.joiner = self._joiner(joining)
        self.announcer = self._announcer()
        self.upkeep = self._upkeep()
        self.announcer.values_missed = self.upkeep.read_values_again
        self.rechecks = Rechecks(
            pool,
            self.moderation,
            self.permissions,
            self.bans,
            self.operators,
            self.entry,
        )
        committer.order = self.rechecks

    def _claims(self, names: NameRegistry) -> Claims:
        return Claims(
            pool=self.pool,
            names=names,
            naming=self.naming,
            bans=self.bans,
            entry=self.entry,
            runtime=self.runtime,
        )

    def _welcomer(self, table: CommandTable[Any], motd: Sequence[str]) -> Welcomer:
        return Welcomer(
            pool=self.pool,
            journal=self.journal,
            moderation=self.moderation,
            runtime=self.runtime,
            routes=table.listing,
            motd=motd,
            may_register=self.permissions.may_register,
            shortest_password=lambda: self.accounts.policy.shortest,
        )

    def _joiner(self, joining: PendingJoins) -> Joiner:
        steps = JoinSteps(
            pool=self.pool,
            journal=self.journal,
            joining=joining,
            naming=self.naming,
            logins=self.account_logins,
            kept=self.kept,
            welcomer=self.welcomer,
            moderation=self.moderation,
            permissions=self.permissions,
            entry=self.entry,
        )
        return Joiner(
            pool=self.pool,
            committer=self.committer,
            steps=steps,
            missed=self.missed,
            moderation=self.moderation,
            permissions=self.permissions,
            entry=self.entry,
            runtime=self.runtime,
        )

    def _announcer(self) -> Announcer:
        return Announcer(
            pool=self.pool,
            committer=self.committer,
            joiner=self.joiner,
            moderation=self.moderation,
            permissions=self.permissions,
            entry=self.entry,
            audit_log=self.audit_log,
            operators=self.operators,
            runtime=self.runtime,
        )

    def _upkeep(self) -> Upkeep:
        return Upkeep(
            journal=self.journal,
            moderation=self.moderation,
            operators=self.operators,
            committer=self.committer,
            close_rooms=self.announcer.moderation.close_rooms,
            removed=self.account_logins.removed,
            runtime=self.runtime,
        )

    async def _known_account(self, name: str) -> KnownAccount | None:
        """An account, as moderation knows it."""
        account = await self.accounts.find(name)
        if account is None:
            return None
        is_operator = account.id in self.operators.ids
        return KnownAccount(account.id, account.name, is_operator)
