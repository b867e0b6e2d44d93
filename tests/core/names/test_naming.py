"""Which nickname a client that joins gets."""

from __future__ import annotations

from collections.abc import Sequence

from twisted.internet.defer import Deferred
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from tests.support.chats import runtime_of
from twisted_chat.core.client import Client
from twisted_chat.core.events import Joined
from twisted_chat.core.names.naming import Naming
from twisted_chat.core.names.nicknames import Name
from twisted_chat.core.names.registry import LocalNameRegistry, claim
from twisted_chat.core.pool import ClientPool
from twisted_chat.core.replies import Refused
from twisted_chat.testing import FakeConnection, line_wire


class NamingTests(SynchronousTestCase):
    """The nickname asked for, a former one, or a guest's."""

    def setUp(self) -> None:
        clock = Clock()
        self.pool = ClientPool()
        self.names = LocalNameRegistry()
        self.naming = Naming(
            pool=self.pool,
            names=self.names,
            runtime=runtime_of(self, clock),
            holder=self.holder,
            joining=("one",),
        )

    async def holder(self, keys: Sequence[str]) -> str | None:
        """Each name that begins with an x is reserved."""
        return "Xavier" if keys[0].startswith("=x") else None

    def claim(
        self, wanted: str | None = None, *, last: str | None = None
    ) -> tuple[Name, Refused | None]:
        present = self.pool.member("A")
        claiming = self.naming.claim("A", wanted, present=present, last=last)
        return self.successResultOf(Deferred.fromCoroutine(claiming))

    def take(self, nick: str) -> None:
        """Somebody else takes a nickname."""
        name = claim(self.names, nick, "B")
        self.successResultOf(Deferred.fromCoroutine(name))

    def assert_guest(self, name: Name) -> None:
        self.assertRegex(name.text, r"\Aguest_\d+\Z")

    def test_client_gets_the_nickname_that_it_asks_for(self) -> None:
        """Also if it had another one."""
        for last in (None, "Alice"):
            self.assertEqual(self.claim("Bob", last=last), (Name("Bob", "bob"), None))

    def test_client_whose_nickname_is_refused_is_a_guest(self) -> None:
        """And is told why."""
        self.take("bob")
        for wanted, code in (("B0B", "nick_taken"), ("a b", "nick_invalid")):
            name, refused = self.claim(wanted)
            self.assert_guest(name)
            assert refused is not None
            self.assertEqual(refused.code, code)

    def test_client_that_resumes_gets_its_last_nickname(self) -> None:
        """One that it chose, or a guest's."""
        for nick in ("Alice", "guest_1234"):
            name, refused = self.claim(last=nick)
            self.assertEqual((name.text, refused), (nick, None))

    def test_client_without_a_nickname_is_a_guest(self) -> None:
        """If it asks for none and had none."""
        self.assert_guest(self.claim()[0])

    def test_client_whose_last_nickname_is_taken_is_a_guest(self) -> None:
        """It is told so if it chose that one."""
        self.take("alice")
        name, refused = self.claim(last="alice")
        self.assert_guest(name)
        assert refused is not None
        self.assertEqual(refused.code, "nick_taken")

    def test_client_that_is_on_another_server_keeps_its_nickname(self) -> None:
        """It may be a guest's, which nobody can ask for."""
        self.pool.apply(Joined("lobby", "guest_7", "A"))
        for wanted in (None, "", "guest_7"):
            name, refused = self.claim(wanted)
            self.assertEqual((name.text, refused), ("guest_7", None))
        self.assertEqual(self.claim("bob")[0].text, "bob")

    def test_name_that_is_reserved_for_an_account_makes_a_guest(self) -> None:
        """Whether it is asked for or was the last one; not for the account."""
        for wanted, last in (("xavier", None), (None, "xavier")):
            name, refused = self.claim(wanted, last=last)
            self.assert_guest(name)
            assert refused is not None
            self.assertEqual(refused.code, "nick_registered")
        own = self.naming.claim(
            "@1", "xavier", present=None, last=None, account="Xavier"
        )
        name, refused = self.successResultOf(Deferred.fromCoroutine(own))
        self.assertEqual((name.text, refused), ("xavier", None))

    def test_client_that_gives_up_its_nickname_gets_its_own(self) -> None:
        """The name of its account, or a guest's where that is in use."""
        client = Client("A", FakeConnection(), line_wire().codec)
        client.member.account = "Xavier"
        for _ in range(2):
            claiming = self.naming.claim_own(client)
            name = self.successResultOf(Deferred.fromCoroutine(claiming))
            self.assertEqual(name.text, "Xavier")
            self.naming.release("A", name.text)
        self.take("xavier")
        claiming = self.naming.claim_own(client)
        self.assert_guest(self.successResultOf(Deferred.fromCoroutine(claiming)))
