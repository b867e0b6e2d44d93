"""Steps that only IRC has: registering, and deleting a message by its id."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from twisted_chat.clients.irc.registration import MAX_RETRIES, RETRY_DELAY

from .irc_players import IrcMember
from .machine import MAX_DEVICES
from .samples import ADDRESSES, SPARE, WRONG, names
from .state import IRCS, Device
from .steps_talking import TalkingSteps


class IrcSteps(TalkingSteps):
    """People with IRC clients."""

    @rule(wire=st.sampled_from(IRCS), peer=st.sampled_from(ADDRESSES), nick=names())
    @precondition(lambda self: len(self.players) < MAX_DEVICES)
    def connect_by_irc(self, wire: str, peer: str, nick: str) -> None:
        """Somebody registers, under another nickname if that is taken."""
        device, known = self.new_device(wire, peer), set(self.world.chat.pool.clients)
        player = IrcMember(self.world, peer, wire)
        player.registers(nick)
        self.attach(device, player, known, nick=self._given_nick(device, player, nick))

    @rule(
        data=st.data(),
        peer=st.sampled_from(ADDRESSES),
        wire=st.sampled_from(IRCS),
        wrong=st.booleans(),
    )
    @precondition(
        lambda self: self.reference.accounts and len(self.players) < MAX_DEVICES
    )
    def connect_logged_in_by_irc(
        self, data: st.DataObject, peer: str, wire: str, wrong: bool
    ) -> None:
        """Somebody logs in before it registers; with a wrong password it is a guest."""
        account, reference = self.account(data), self.reference
        password = WRONG if wrong else account.password
        device, known = self.new_device(wire, peer), set(self.world.chat.pool.clients)
        player, nick = IrcMember(self.world, peer, wire), account.name
        player.registers(nick, (nick, password))
        why = reference.try_password(peer, nick, password)
        if why is not None:
            reference.refuse(device)
            nick = self._given_nick(device, player, nick)
            self.attach(device, player, known, nick=nick)
            return
        device.expected.append(f"logged in as {nick}")
        since = reference.absence(account)
        self.attach(device, player, known, account)
        if device.number in self.devices:
            reference.tell_missed(device, since)

    def _given_nick(self, device: Device, player: IrcMember, nick: str) -> str:
        """The nickname with which a client registers that asks for one."""
        reference, owner = self.reference, self.reference.named(nick)
        is_guest = owner is not None and owner.account is None
        if not is_guest and reference.turned_away(device, nick) is not None:
            # Whether it may have the name of an account would be said once it joins.
            return nick
        if reference.why_not_nick(nick, None) or reference.has_nick(nick, None):
            # It may be in use by somebody who is about to leave.
            self.world.clock.pump([RETRY_DELAY] * (MAX_RETRIES + 1))
            reference.end_wait()
            reference.refuse(device)
            nick = f"{SPARE}{device.number}"
            player.renames(nick)
        return nick

    @rule(data=st.data())
    @precondition(lambda self: self.has(*IRCS) and self.reference.posts)
    def redact(self, data: st.DataObject) -> None:
        """Somebody deletes one of the last messages by its id."""
        device = self.device(data, *IRCS)
        posts = [one for one in self.reference.posts if one.room == device.named]
        if posts:
            post = posts[data.draw(st.integers(-min(len(posts), 5), -1))]
            self.players[device.number].redacts(post.position)
            self.reference.redact(device, post)
