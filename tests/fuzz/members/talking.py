"""The reference of what is said, corrected and asked for, and of rooms."""

from __future__ import annotations

from . import shown
from .accounting import Accounting
from .reference import Entry
from .shown import HIDE_OWN_JOINS, JSON, LINE, LINES, SOCKETIO
from .state import IRC, IRCS, LOBBY, Account, Device, Member, Post, Subject

CORRECTED_FOR = 15 * 60
"""Seconds in which a message can be corrected."""


class Talking(Accounting):
    """Messages and rooms."""

    # Messages.

    def say(self, device: Device, text: str, kind: str = "message") -> None:
        """Somebody says something in the room that it talks in."""
        member = device.member
        name = LOBBY if device.wire == SOCKETIO else device.room
        if name is None or name not in member.rooms:
            self.refuse(device)
            return
        why = self.may_talk(member, device.peer, name)
        if why is not None:
            self.refuse(device, why)
            return
        post = Post(
            self.seq + 1,
            name,
            kind,
            member.nick,
            member.account,
            device.number,
            text,
            self.now(),
        )
        self.posts.append(post)
        self.entries.append(Entry(post.seq, "post", name, (post,), by=post.account))
        unseen = [device] if device.wire == IRC else []
        self.show(shown.message(post), [name], by=post.account, but=unseen)
        if device.wire == JSON and kind == "message":
            device.expected.append({"type": "ok"})
            device.last_seq = self.seq

    def whisper(self, device: Device, nick: str, text: str) -> None:
        """Somebody sends a direct message, perhaps to an account that is away."""
        member, to = device.member, self.named(nick)
        account = self.account(nick)
        if to is None and account is not None:
            to = self.member_of(account)
        if to is None and account is None:
            self.refuse(device)
            return
        found = to.account if to is not None else account
        if not (found and found.is_operator):
            why = self.mute_of(member, device.peer)
            if why is not None:
                self.refuse(device, why)
                return
        # Its member may be here under another nickname.
        name, away = (to.nick, to.away) if to is not None else (nick, "")
        if away and device.wire not in IRCS:
            self.notice(device, f"{name} is away: {away}")
        self.seq += 1
        recipient = to.id if to is not None else _subject(account)
        own = member.account.name if member.account else None
        received = shown.direct(member.nick, own, name, text, sent=False)
        sent = shown.direct(member.nick, own, name, text, sent=True)
        entry = Entry(self.seq, "dm", people=(member.id, recipient), by=member.account)
        entry.shown = received
        self.entries.append(entry)
        receivers = to.devices if to is not None else []
        for each in dict.fromkeys((*receivers, *member.devices)):
            if each in receivers and not self.ignores(each.member, member.account):
                self.give(each, received)
            once = each.wire in (JSON, *IRCS) and (
                each is not device or each.wire == JSON
            )
            twice = each in receivers and once
            unseen = each is device and device.wire == IRC
            if each in member.devices and not twice and not unseen:
                self.give(each, sent)
        if away and device.wire in IRCS:
            device.expected.append(f"{name} is away: {away}")

    def _last_of(
        self,
        name: str,
        member: Member | None,
        nick: str,
        count: int,
        by: Member | None = None,
    ) -> list[Post]:
        """The last messages of a member, and of a nickname, in a room.

        :param by: who deletes them: not those of operators, except its own.
        """
        devices = {each.number for each in member.devices} if member else set()
        account = member.account if member else None
        found = [
            post
            for post in self.kept(name, closed=True)
            if (post.account is account if post.account else post.device in devices)
            or (nick and post.nick == nick)
        ]
        if by is not None:
            found = [
                post
                for post in found
                if not (post.account and post.account.is_operator)
                or post.account is by.account
            ]
        return found[-count:]

    def delete(self, device: Device, nick: str = "", count: int = 1) -> None:
        """Somebody deletes its last message, or a room operator those of a name."""
        member, name = device.member, device.room
        if name is None or (nick and not self.rank(member, name)):
            self.refuse(device)
            return
        whose = self.named(nick) if nick else member
        account = whose.account if whose else self.account(nick) if nick else None
        is_other = account is not None and account is not member.account
        if account is not None and account.is_operator and is_other:
            self.refuse(device)
            return
        posts = self._last_of(name, whose, nick, count, member if nick else None)
        if not posts:
            self.refuse(device)
            return
        self._delete(device, name, posts, posts[-1].nick if nick else "")

    def _delete(
        self, device: Device, name: str, posts: list[Post], author: str
    ) -> None:
        for post in posts:
            post.is_deleted = True
        what = shown.deleted(name, device.member.nick, posts, author)
        self.entries.append(Entry(self.seq + 1, "deleted", name, tuple(posts), what))
        self.show(what, [name])

    def redact(self, device: Device, post: Post) -> None:
        """Somebody deletes a message by its id: one's own, or as a room operator."""
        member, name = device.member, device.room
        if name is None or post.is_deleted:
            self.refuse(device)
            return
        by_device = post.device in {each.number for each in member.devices}
        is_own = post.account is member.account if post.account else by_device
        of_operator = post.account is not None and post.account.is_operator
        if is_own or (self.rank(member, name) and not of_operator):
            self._delete(device, name, [post], "" if is_own else post.nick)
        else:
            self.refuse(device)

    def edit(self, device: Device, text: str) -> None:
        """Somebody corrects its last message."""
        member, name = device.member, device.room
        why = None if name is None else self.may_talk(member, device.peer, name)
        if name is None or why is not None:
            self.refuse(device, why)
            return
        posts = self._last_of(name, member, "", 1)
        if not posts or self.now() - posts[0].time > CORRECTED_FOR:
            self.refuse(device)
            return
        post = posts[0]
        post.text, post.corrections = text, post.corrections + 1
        self.entries.append(
            Entry(
                self.seq + 1,
                "edited",
                name,
                (post,),
                by=member.account,
                nick=member.nick,
            )
        )
        what = shown.edited(post, member.nick, member.account)
        self.show(what, [name], by=member.account)

    def set_topic(self, device: Device, text: str) -> None:
        """Somebody sets the topic."""
        member, name = device.member, device.room
        if name is None:
            self.refuse(device)
            return
        room = self.room(name)
        if room.settings.get("topic") and not self.rank(member, name):
            self.refuse(device)
            return
        why = self.may_talk(member, device.peer, name)
        if why is not None:
            self.refuse(device, why)
            return
        if device.wire in IRCS and room.topic == text:
            return
        room.topic = text
        what = shown.topic_set(name, member.nick, text)
        self.entries.append(Entry(self.seq + 1, "topic", name, shown=what))
        self.show(what, [name])

    # Rooms.

    def join(self, device: Device, name: str, key: str = "") -> None:
        """Somebody joins a room, or talks again in one that it is in."""
        member = device.member
        if name in member.rooms and device.wire in IRCS:
            return
        if name in member.rooms:
            member.rooms.remove(name)
            member.rooms.append(name)
            if member.account is None:
                self.notice(device, f"now talking in #{name}")
            else:
                for each in member.devices:
                    self.talks_in(each)
            return
        why = self.may_enter(member, device.peer, name, key)
        if why is not None:
            self.refuse(device, why)
            return
        room = self.room(name)
        if self.is_vacant(room):
            self.open(room, member)
        member.rooms.append(name)
        for each in member.devices:
            history = self.history(member, name)
            self.snapshot(each, name, history, more=bool(history))
        hidden = [each for each in member.devices if each.wire in HIDE_OWN_JOINS]
        who = shown.joined(name, member.nick, member.account_name, member.away)
        self.show(who, [name], but=hidden)
        for each in member.devices:
            self.talks_in(each)
        self.close_rooms()

    def leave(self, device: Device) -> None:
        """Somebody leaves the room that it talks in."""
        member, name = device.member, device.room
        if name is None:
            self.refuse(device)
            return
        what, former = shown.left(name, member.nick), member.room
        self.seq += 1
        for each in member.devices:
            self.give_prefixed(each, what, f"[#{name}] ")
        member.rooms.remove(name)
        if member.room != former:
            for each in member.devices:
                self.talks_in(each)
        self.show(what, [name])
        self.close_rooms()

    # Questions.

    def who(self, device: Device, name: str) -> None:
        """Somebody asks who is in a room."""
        is_readable = self.may_read(device.member, device.peer, name)
        if device.wire in IRCS:
            if is_readable and self.is_listed(device.member, name):
                self.list_names(device, name)
            else:
                device.expected.append(f"names #{name}:")
            return
        if not is_readable:
            self.refuse(device)
            return
        members = self.who_is_in(name)
        if device.wire == JSON:
            device.expected.append({"type": "who", "room": name, **members})
            return
        away = members["away"]
        named = sorted(
            f"{nick} (away)" if nick in away else nick for nick in members["members"]
        )
        device.expected.append(f"here ({len(named)}): {', '.join(named)}".rstrip())

    def ask_history(self, device: Device, name: str, count: int) -> None:
        """Somebody asks what was said in a room."""
        member = device.member
        if not self.may_read(member, device.peer, name):
            self.refuse(device)
            return
        kept = self.kept(name, closed=member.is_operator)
        last: list[Post] = []
        more = True
        while more and not last:
            # A whole page of people whom the member ignores is passed over.
            more, page = len(kept) > count, kept[-count:]
            last = [each for each in page if not self.ignores(member, each.account)]
            kept = kept[:-count]
        if device.wire in LINES:
            lines = [each for post in last for each in shown.message(post).on(LINE)]
            device.expected += lines or ["no earlier messages"]
            return
        device.expected.append(
            {
                "type": "history",
                "room": name,
                "messages": [shown.message(post).frame for post in last],
                "more": more,
            }
        )

    def list_rooms(self, device: Device) -> None:
        """Somebody asks which rooms there are."""
        member = device.member
        counts = {
            name: len(self.inside(name))
            for name in self.rooms
            if self.is_listed(member, name)
        }
        found = [(name, count) for name, count in counts.items() if count]
        found.sort(key=lambda each: (-each[1], each[0]))
        if device.wire == JSON:
            rooms = [{"name": name, "count": count} for name, count in found]
            device.expected.append(
                {"type": "rooms", "rooms": rooms, "count": len(rooms)}
            )
            return
        if device.wire in IRCS:
            listed: list[str] = []
            for name, count in sorted(found):
                may_read = self.may_read(member, device.peer, name)
                topic = self.room(name).topic if may_read else ""
                listed.append(f"#{name} ({count}) {topic}".rstrip())
            device.expected.append(f"rooms: {', '.join(listed)}")
            return
        named = ", ".join(f"{name} ({count})" for name, count in found)
        device.expected.append(f"rooms ({len(found)}): {named}".rstrip())


def _subject(account: Account | None) -> Subject:
    """By what an account is known, which there is."""
    assert account is not None
    return account.subject
