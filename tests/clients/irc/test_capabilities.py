"""Capabilities of an IRC client."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial import unittest

from twisted_chat.clients.irc.capabilities import (
    MAX_LIST,
    Capabilities,
    InvalidSubcommand,
    Negotiation,
    offer,
)

OFFER = {"batch": "", "cap-notify": "", "sasl": "PLAIN", "setname": ""}
MANY = {f"capability-{number:02}": "" for number in range(60)}


class Client(Capabilities):
    """Capabilities, and the command as it is typed."""

    def cap(self, *params: str) -> list[tuple[str, ...]]:
        """What the command is answered."""
        return self.receive(params)


class ListTests(unittest.SynchronousTestCase):
    """``CAP LS`` and ``CAP LIST``."""

    def test_old_clients_receive_no_values(self) -> None:
        """They would take the value for a part of the name."""
        self.assertEqual(
            Client(OFFER).cap("LS"), [("LS", "batch cap-notify sasl setname")]
        )
        self.assertEqual(Client(OFFER).cap("LS", "301"), Client(OFFER).cap("ls"))

    def test_clients_of_version_302_and_later_receive_values(self) -> None:
        """Such as the mechanisms of SASL."""
        for version in ("302", "307"):
            (reply,) = Client(OFFER).cap("LS", version)
            self.assertEqual(reply, ("LS", "batch cap-notify sasl=PLAIN setname"))

    def test_what_is_not_a_version_is_ignored(self) -> None:
        """As if it had been left out."""
        for version in ("x", "", "²", "9" * 5000):
            (reply,) = Client(OFFER).cap("LS", version)
            self.assertNotIn("=", reply[1])

    def test_a_long_list_has_several_lines(self) -> None:
        """All but the last have an asterisk."""
        *lines, last = Client(MANY).cap("LS", "302")
        self.assertGreater(len(lines), 1)
        for line in lines:
            self.assertEqual(line[:2], ("LS", "*"))
            self.assertLessEqual(len(line[2]), MAX_LIST)
        self.assertEqual(last[0], "LS")
        words = " ".join([*(line[2] for line in lines), last[1]])
        self.assertEqual(words.split(), list(MANY))

    def test_old_clients_receive_the_first_line(self) -> None:
        """They do not know lists of several lines."""
        (reply,) = Client(MANY).cap("LS")
        self.assertLessEqual(len(reply[1]), MAX_LIST)
        self.assertIn("capability-00", reply[1])

    def test_list_has_what_is_enabled(self) -> None:
        """An empty parameter if nothing is."""
        client = Client(OFFER)
        self.assertEqual(client.cap("LIST"), [("LIST", "")])
        client.cap("REQ", "setname batch")
        self.assertEqual(client.cap("LIST"), [("LIST", "batch setname")])

    def test_list_does_not_begin_the_negotiation(self) -> None:
        """Nothing is negotiated by it."""
        client = Client(OFFER)
        client.cap("LIST")
        self.assertEqual(client.negotiation, Negotiation.NONE)


class RequestTests(unittest.SynchronousTestCase):
    """``CAP REQ``."""

    def test_request_enables(self) -> None:
        """And is acknowledged in its own words."""
        client = Client(OFFER)
        self.assertEqual(client.cap("REQ", "sasl batch "), [("ACK", "sasl batch")])
        self.assertEqual(client.enabled, {"batch", "sasl"})

    def test_minus_disables(self) -> None:
        """In the order of the words."""
        client = Client(OFFER)
        client.cap("REQ", "sasl batch")
        self.assertEqual(client.cap("REQ", "-sasl"), [("ACK", "-sasl")])
        self.assertEqual(client.enabled, {"batch"})
        client.cap("REQ", "-batch batch sasl -sasl")
        self.assertEqual(client.enabled, {"batch"})

    def test_one_unknown_capability_refuses_all(self) -> None:
        """A request is accepted as a whole, or nothing changes."""
        client = Client(OFFER)
        client.cap("REQ", "setname")
        for words in ("batch foo", "-setname foo", "-foo", "sasl=PLAIN", "BATCH", "-"):
            self.assertEqual(client.cap("REQ", words), [("NAK", words)])
        self.assertEqual(client.enabled, {"setname"})

    def test_empty_request_is_acknowledged(self) -> None:
        """It asks for nothing."""
        self.assertEqual(Client(OFFER).cap("REQ", ""), [("ACK", "")])
        self.assertEqual(Client(OFFER).cap("REQ"), [("ACK", "")])

    def test_a_long_request_is_acknowledged_in_lines(self) -> None:
        """With the nickname, one line would not hold all of it."""
        words = " ".join(MANY)
        replies = Client(MANY).cap("REQ", words)
        self.assertGreater(len(replies), 1)
        self.assertEqual({reply[0] for reply in replies}, {"ACK"})
        self.assertEqual(" ".join(reply[1] for reply in replies), words)

    def test_a_long_request_is_refused_by_its_beginning(self) -> None:
        """At least 100 characters are required."""
        words = " ".join([*MANY, "foo"])
        ((answer, text),) = Client(MANY).cap("REQ", words)
        self.assertEqual(answer, "NAK")
        self.assertTrue(words.startswith(text))
        self.assertTrue(100 < len(text) <= MAX_LIST)

    def test_clients_of_version_302_have_cap_notify(self) -> None:
        """They cannot disable it."""
        client = Client(OFFER)
        client.cap("LS", "302")
        self.assertEqual(client.enabled, {"cap-notify"})
        self.assertEqual(client.cap("REQ", "-cap-notify"), [("NAK", "-cap-notify")])
        self.assertEqual(client.cap("REQ", "cap-notify"), [("ACK", "cap-notify")])

    def test_old_clients_may_disable_cap_notify(self) -> None:
        """They have it only if they ask for it."""
        client = Client(OFFER)
        client.cap("LS")
        self.assertEqual(client.enabled, frozenset())
        client.cap("REQ", "cap-notify")
        client.cap("REQ", "-cap-notify")
        self.assertEqual(client.enabled, frozenset())

    @given(st.lists(st.sampled_from(["batch", "-batch", "sasl", "-sasl", "foo", "-"])))
    def test_only_what_is_offered_is_enabled(self, words: list[str]) -> None:
        """Whatever is requested, in one command or in several."""
        client = Client(OFFER)
        client.cap("REQ", " ".join(words))
        for word in words:
            client.cap("REQ", word)
        self.assertLessEqual(client.enabled, set(OFFER))


class NegotiationTests(unittest.SynchronousTestCase):
    """When the registration waits."""

    def test_listing_and_requesting_begin_the_negotiation(self) -> None:
        """It ends with ``CAP END``."""
        for params in (("LS",), ("LS", "302"), ("REQ", "batch"), ("REQ", "foo")):
            client = Client(OFFER)
            self.assertEqual(client.negotiation, Negotiation.NONE)
            client.cap(*params)
            self.assertEqual(client.negotiation, Negotiation.OPEN)
            self.assertEqual(client.cap("END"), [])
            self.assertEqual(client.negotiation, Negotiation.CLOSED)

    def test_it_does_not_begin_again(self) -> None:
        """A client that is registered may ask for more."""
        client = Client(OFFER)
        client.cap("END")
        client.cap("LS", "302")
        client.cap("REQ", "batch")
        self.assertEqual(client.negotiation, Negotiation.CLOSED)

    def test_unknown_subcommand_is_an_error(self) -> None:
        """The client is told which."""
        for word in ("", "FOO", "ACK", "NAK", "NEW", "DEL"):
            error = self.assertRaises(InvalidSubcommand, Client(OFFER).cap, word)
            self.assertEqual(str(error), word)


class OfferTests(unittest.SynchronousTestCase):
    """What the server offers."""

    def test_sasl_is_offered_with_its_mechanisms(self) -> None:
        """Or not at all."""
        offered = offer(["PLAIN", "SCRAM-SHA-256"], registration=True)
        self.assertEqual(offered["sasl"], "PLAIN,SCRAM-SHA-256")
        self.assertNotIn("sasl", offer([], registration=True))

    def test_registration_is_offered_if_it_is_permitted(self) -> None:
        """Not where only operators add accounts."""
        name = "draft/account-registration"
        self.assertIn(name, offer([], registration=True))
        self.assertNotIn(name, offer([], registration=False))

    def test_multiline_has_the_limits_of_messages(self) -> None:
        """Those of every client."""
        value = offer([], registration=True)["draft/multiline"]
        self.assertEqual(value, "max-bytes=16384,max-lines=100")

    def test_old_clients_are_offered_all_but_drafts(self) -> None:
        """All of these fit into one line."""
        offered = offer(["PLAIN"], registration=True)
        ((_, text),) = Client(offered).cap("LS")
        published = {name for name in offered if not name.startswith("draft/")}
        self.assertLessEqual(published, set(text.split()))

    def test_some_capabilities_change_the_encoding(self) -> None:
        """Clients with others share one encoding."""
        client = Client(offer(["PLAIN"], registration=True))
        client.cap("LS", "302")
        client.cap("REQ", "sasl batch labeled-response server-time")
        enabled = {"batch", "labeled-response", "server-time"}
        self.assertEqual(client.of_codec, enabled)
