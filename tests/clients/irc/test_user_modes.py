"""MODE with a nickname."""

from __future__ import annotations

import re

from tests.support.irc_clients import IrcCase


class UserModeTests(IrcCase):
    """What a client is, and what it says of itself."""

    def setUp(self) -> None:
        super().setUp()
        self.alice = self.irc("alice")

    def test_own_modes_are_shown(self) -> None:
        """Operators have one more."""
        self.assertEqual(self.alice.asks("MODE alice"), ["221 alice +i"])
        self.room.chat.moderation.is_operator = lambda member: member.nick == "alice"
        self.assertEqual(self.alice.asks("MODE ALICE"), ["221 alice +io"])

    def test_modes_that_one_may_set_are_set_and_removed(self) -> None:
        """What has changed is shown; what is as before is not."""
        source = self.source(self.alice)
        for changes, shown, modes in (
            ("+B", ["+B"], "+iB"),
            ("+B", [], "+iB"),
            ("w-i", ["+w"], "+iBw"),
            ("-B+B", [], "+iBw"),
            ("-Bw", ["-Bw"], "+i"),
            ("+w-w+B", ["+B"], "+iB"),
            ("-B+w", ["+w-B"], "+iw"),
        ):
            lines = [f"{source} MODE alice {each}" for each in shown]
            self.assertEqual(self.alice.asks(f"MODE alice {changes}"), lines)
            self.assertEqual(self.alice.asks("MODE alice"), [f"221 alice {modes}"])

    def test_bot_is_marked(self) -> None:
        """In WHOIS and WHO, until it says that it is none."""
        eve = self.irc("bob", "tea")
        self.alice.sends("JOIN #tea", "MODE alice +B")
        bot = "335 bob alice :is a bot"
        self.assertIn(bot, eve.asks("WHOIS alice"))
        self.assertRegex(eve.asks("WHO alice")[0], " alice HB :")
        self.alice.sends("MODE alice -B")
        eve.sees()
        self.assertNotIn(bot, eve.asks("WHOIS alice"))
        self.assertRegex(eve.asks("WHO alice")[0], " alice H :")

    def test_what_a_bot_does_has_a_tag(self) -> None:
        """Messages to rooms and members, actions, tags, several lines, and the rest."""
        reader = self.irc("bob", "tea", capabilities="message-tags batch")
        bot = self.irc("robot", capabilities="message-tags batch draft/multiline")
        bot.sends("MODE robot +B", "JOIN #tea")
        source = self.source(bot)
        (joined,) = reader.sees()
        self.assertRegex(joined, rf"\A@msgid=\S+;bot {re.escape(source)} JOIN #tea\Z")
        for line in (
            "PRIVMSG #tea :hello",
            "NOTICE #tea :hello",
            "PRIVMSG bob :hello",
            "PRIVMSG #tea :\x01ACTION waves\x01",
            "@+typing=active TAGMSG #tea",
            "TOPIC #tea :news",
        ):
            bot.sends(line)
            (shown,) = reader.sees()
            self.assertIn("bot", shown.split(" ")[0].lstrip("@").split(";"), shown)
        bot.sends(
            "BATCH +1 draft/multiline #tea",
            "@batch=1 PRIVMSG #tea :one",
            "@batch=1 PRIVMSG #tea :two",
            "BATCH -1",
        )
        self.assertIn("bot", reader.sees()[0].split(" ")[0].lstrip("@").split(";"))
        self.assertEqual(bot.asks("TAGMSG #tea"), [])
        self.assertEqual(reader.sees(), [])
        bot.sends("MODE robot -B", "@bot PRIVMSG #tea :hello")
        self.assertNotIn("bot", reader.sees()[0].split(" ")[0])

    def test_what_a_bot_said_is_marked_when_it_is_gone(self) -> None:
        """And nobody can send the tag without being one."""
        wanted = "message-tags batch draft/chathistory"
        reader = self.irc("bob", "tea", capabilities=wanted)
        bot = self.irc("robot", "tea", capabilities="message-tags")
        for line in ("@bot PRIVMSG #tea :one", "MODE robot +B", "PRIVMSG #tea :two"):
            bot.sends(line)
        bot.goes()
        _, one, two, _ = reader.asks("CHATHISTORY LATEST #tea * 10")
        self.assertNotIn(";bot", one.split(" ")[0])
        self.assertIn(";bot", two.split(" ")[0])

    def test_other_modes_cannot_be_changed(self) -> None:
        """Those that there are without an error, as clients set them at once."""
        self.assertEqual(self.alice.asks("MODE alice +i", "MODE alice -o"), [])
        unknown = "501 alice :Unknown mode flag"
        self.assertEqual(self.alice.asks("MODE alice +ix"), [unknown])

    def test_modes_of_others_are_not_shown(self) -> None:
        """Present or not."""
        self.assertEqual(
            self.alice.asks("MODE eve", "MODE nobody +i"),
            [
                "502 alice :Cannot view or change the modes of others",
                "401 alice nobody :No such nick",
            ],
        )
