"""The commands about the server."""

from __future__ import annotations

from tests.support.irc_clients import IrcCase
from twisted_chat.clients.irc.server import VERSION


class ServerTests(IrcCase):
    """What everyone may ask."""

    motd = ("Be kind.", "That is all.")

    def setUp(self) -> None:
        super().setUp()
        self.alice = self.irc("alice")

    def numerics(self, command: str) -> list[str]:
        return [line[:3] for line in self.alice.asks(command)]

    def test_motd_is_shown_again(self) -> None:
        """As in the welcome."""
        self.assertEqual(
            self.alice.asks("MOTD"),
            [
                "375 alice :- chat.server Message of the day - ",
                "372 alice :- Be kind.",
                "372 alice :- That is all.",
                "376 alice :End of /MOTD command",
            ],
        )

    def test_version_is_told_with_the_features(self) -> None:
        """The same as in the welcome."""
        version, *features = self.alice.asks("VERSION")
        self.assertTrue(version.startswith(f"351 alice {VERSION} chat.server :"))
        self.assertTrue(features)
        self.assertEqual({line[:3] for line in features}, {"005"})
        self.assertIn("MONITOR=100", " ".join(features))
        self.assertIn(" WHOX ", " ".join(features))

    def test_time_is_told(self) -> None:
        """That of the server, in UTC."""
        (line,) = self.alice.asks("TIME")
        self.assertRegex(
            line, r"\A391 alice chat\.server :\w+ \d{4}-\d\d-\d\d .* UTC\Z"
        )

    def test_info_and_admin_are_told(self) -> None:
        """Some lines each."""
        self.assertEqual(self.numerics("INFO"), ["371", "371", "374"])
        self.assertEqual(self.numerics("ADMIN"), ["256", "257", "258", "259"])

    def test_other_servers_are_unknown(self) -> None:
        """The own one may be named, by a mask or by someone on it, too."""
        for command in ("MOTD", "VERSION", "TIME", "INFO", "ADMIN"):
            for name in ("chat.server", "CHAT.*", "alice"):
                self.assertNotIn("402", self.numerics(f"{command} {name}"))
            self.assertEqual(
                self.alice.asks(f"{command} other.server"),
                ["402 alice other.server :No such server"],
            )

    def test_users_are_counted(self) -> None:
        """Those that are present, that register, and the most that there were."""
        self.room.people("bob")[0].leaves()
        self.peer().sends("NICK carol")
        self.assertEqual(
            self.alice.asks("LUSERS"),
            [
                "251 alice :There are 0 users and 2 invisible on 1 servers",
                "252 alice 0 :operators online",
                "253 alice 1 :unregistered connections",
                "254 alice 1 :channels formed",
                "255 alice :I have 2 clients and 0 servers",
                "265 alice 2 3 :Current local users 2, max 3",
                "266 alice 2 3 :Current global users 2, max 3",
            ],
        )

    def test_members_elsewhere_are_not_counted_here(self) -> None:
        """What was on all servers is not what was on this one."""
        self.shared.server.most = 9
        here, everywhere = self.alice.asks("LUSERS")[-2:]
        self.assertEqual(here, "265 alice 2 2 :Current local users 2, max 2")
        self.assertEqual(everywhere, "266 alice 2 9 :Current global users 2, max 9")

    def test_connections_that_register_are_counted_once(self) -> None:
        """Until they are registered or gone."""
        registering = self.shared.server.registering
        peer = self.peer()
        self.assertEqual(len(registering), 1)
        peer.sends("NICK eve", "USER e 0 * :E")
        self.assertEqual(len(registering), 1)
        peer.sends("NICK bob")
        self.assertEqual(len(registering), 0)
        peer.goes()
        other = self.peer()
        other.goes()
        self.assertEqual(len(registering), 0)

    def test_links_are_for_operators(self) -> None:
        """Others see the end of the list."""
        end = "365 alice * :End of /LINKS list"
        self.assertEqual(self.alice.asks("LINKS"), [end])
        self.account("root", operator=True)
        self.alice.sends("OPER root :correct horse")
        link, last = self.alice.asks("LINKS")
        self.assertTrue(link.startswith("364 alice chat.server chat.server :0 "))
        self.assertEqual(last, end)

    def test_stats_tell_the_uptime(self) -> None:
        """And nothing else."""
        self.room.advance(86_400 + 3_661)
        self.assertEqual(
            self.alice.asks("STATS u"),
            [
                "242 alice :Server Up 1 days 1:01:01",
                "219 alice u :End of /STATS report",
            ],
        )
        for letter in ("", " x", " :"):
            self.assertEqual(self.numerics(f"STATS{letter}"), ["219"])

    def test_help_lists_and_explains(self) -> None:
        """By either name."""
        for command in ("HELP", "HELPOP"):
            start, *texts, end = self.alice.asks(command)
            self.assertTrue(start.startswith("704 alice * :"))
            self.assertIn("PRIVMSG", " ".join(texts))
            self.assertEqual(end, "706 alice * :End of /HELP")
            self.assertEqual(
                self.alice.asks(f"{command} privmsg"),
                [
                    "704 alice PRIVMSG :PRIVMSG TARGET TEXT",
                    "705 alice PRIVMSG :sends a message to a room or to someone",
                    "706 alice PRIVMSG :End of /HELP",
                ],
            )
            self.assertEqual(
                self.alice.asks(f"{command} foo"),
                ["524 alice foo :No help available on this topic"],
            )
