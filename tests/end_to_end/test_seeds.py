"""Clients as those of the tutorials that this server replaces, without a change.

Their pages are served from another origin, with ``--allow-origin``.  Only the address
in them, ``localhost:3000``, is replaced by that of the server under test.
"""

from __future__ import annotations

import re
from pathlib import Path

from tests.end_to_end.harness import ROOT, Server, free_port, require_node
from tests.end_to_end.page.browser import Page, PageTestCase
from tests.end_to_end.requirements import NODE_DIRECTORY
from tests.end_to_end.static_site import StaticSite

SEEDS = Path(__file__).with_name("seeds")


def example_files() -> dict[str, str]:
    """The two files of the example in docs/protocol.md, as one would copy them."""
    text = (ROOT / "docs" / "protocol.md").read_text("utf-8")
    file = re.compile(r"`(index\.html|page\.js)`:\n\n```\w+\n(.*?)```", re.DOTALL)
    return dict(file.findall(text))


class SeedCase(PageTestCase):
    """A server, and a site of another origin whose pages may connect to it."""

    def setUp(self) -> None:
        super().setUp()
        port = free_port()
        self.files = {path.name: path.read_text("utf-8") for path in SEEDS.iterdir()}
        self.files |= example_files()
        for name, content in self.files.items():
            self.files[name] = content.replace("localhost:3000", f"127.0.0.1:{port}")
        # A test may add further files.
        self.site = StaticSite(self.files)
        self.addCleanup(self.site.close)
        self.server = self.start_at(port)

    def start_at(self, port: int) -> Server:
        return self.start(
            *("--port", f"tcp:{port}:interface=127.0.0.1"),
            *("--store", "sqlite:chat.sqlite", "--flood", "off"),
            *("--allow-origin", self.site.origin),
        )

    def load(self, address: str) -> Page:
        page = self.prepare()
        page.call("goto", f"{self.site.origin}/{address}")
        return page

    def items(self, page: Page, selector: str) -> list[str]:
        found: list[str] = page.evaluate(
            f"[...document.querySelectorAll('{selector} li')].map(i => i.textContent)"
        )
        return found

    def wait_item(self, page: Page, text: str, selector: str = "#messages") -> None:
        items = f"[...document.querySelectorAll('{selector} li')]"
        page.wait(f"{items}.some((item) => item.textContent === {text!r})")


class JoinSeedTests(SeedCase):
    """``io.connect``, ``join``, ``messages``, ``add chatter``, ``remove chatter``."""

    def test_pages_talk_to_each_other_and_to_a_line_client(self) -> None:
        """The history comes once, and the list of chatters is right at every moment."""
        carol = self.connect(self.server, "carol")
        carol.say("earlier")
        anna = self.load("join.html?name=anna")
        self.wait_item(anna, "carol: earlier")
        bob = self.load("join.html?name=bob")
        self.wait_item(bob, "bob", "#chatters")
        self.wait_item(anna, "bob", "#chatters")
        for page in (anna, bob):
            names = sorted(self.items(page, "#chatters"))
            self.assertEqual(names, ["anna", "bob", "carol"])
        bob.say("hi from bob")
        self.wait_item(anna, "bob: hi from bob")
        carol.expect("bob: hi from bob\r\n")
        carol.say("hi from carol")
        self.wait_item(bob, "carol: hi from carol")
        carol.join_as("cleo")
        self.wait_item(bob, "cleo", "#chatters")
        self.assertNotIn("carol", self.items(bob, "#chatters"))
        bob.call("close")
        carol.expect("bob: left the chat\r\n")
        page_of_anna = "document.querySelector('#chatters [data-name=bob]')"
        anna.wait(f"{page_of_anna} === null")
        expected = ["carol: earlier", "bob: hi from bob", "carol: hi from carol"]
        self.assertEqual(self.items(anna, "#messages"), expected)

    def test_page_survives_a_restart_of_the_server(self) -> None:
        """It keeps its name, misses nothing and shows nothing twice."""
        anna = self.load("join.html?name=anna")
        self.wait_item(anna, "anna", "#chatters")
        anna.say("before")
        self.wait_item(anna, "anna: before")
        self.server.kill()
        server = self.start_at(self.server.port)
        carol = self.connect(server, "carol")
        carol.say("meanwhile")
        self.wait_item(anna, "carol: meanwhile")
        anna.say("after")
        carol.expect("anna: after\r\n")
        self.wait_item(anna, "anna: after")
        expected = ["anna: before", "carol: meanwhile", "anna: after"]
        self.assertEqual(self.items(anna, "#messages"), expected)


class StockClientTests(SeedCase):
    """The same page, with the script of the stock client from its own origin."""

    def talk(self, options: str) -> None:
        require_node("socket.io-client")
        stock = NODE_DIRECTORY / "node_modules/socket.io-client/dist/socket.io.min.js"
        server = f"http://127.0.0.1:{self.server.port}"
        self.files["stock.js"] = stock.read_text("utf-8")
        self.files["stock.html"] = (
            self.files["join.html"]
            .replace(f"{server}/socket.io/socket.io.js", "stock.js")
            .replace(f'io.connect("{server}")', f'io.connect("{server}", {options})')
        )
        carol = self.connect(self.server, "carol")
        carol.say("earlier")
        anna = self.load("stock.html?name=anna")
        self.wait_item(anna, "carol: earlier")
        self.wait_item(anna, "anna", "#chatters")
        anna.say("hi from anna")
        carol.expect("anna: hi from anna\r\n")
        self.wait_item(anna, "anna: hi from anna")
        expected = ["carol: earlier", "anna: hi from anna"]
        self.assertEqual(self.items(anna, "#messages"), expected)

    def test_page_with_the_default_options_talks(self) -> None:
        """Polling, then WebSocket."""
        self.talk("{}")

    def test_page_with_a_subprotocol_of_its_own_talks(self) -> None:
        """Chromium refuses a connection on which it gets none of those it offered."""
        self.talk('{transports: ["websocket"], protocols: ["my-app", "v2"]}')

    def test_page_with_a_chosen_dialect_talks(self) -> None:
        """Chosen when it connects."""
        self.talk('{auth: {dialect: "messages"}}')


class ChatSeedTests(SeedCase):
    """``chat`` in both directions."""

    def test_pages_talk_to_each_other_and_to_a_line_client(self) -> None:
        """A text is echoed as it is; that of others has its author's name."""
        carol = self.connect(self.server, "carol")
        pages = [self.load("chat.html"), self.load("chat.html")]
        for page in pages:
            page.wait("document.title === 'connected'")
        pages[0].say("hi all")
        for page in pages:
            self.wait_item(page, "hi all")
        carol.expect(re.compile(r"guest_\d+: hi all\r\n"))
        carol.say("hello")
        for page in pages:
            self.wait_item(page, "carol: hello")
        # What came before a page's first event came as both kinds; each is shown once.
        self.assertEqual(self.items(pages[0], "#messages"), ["hi all", "carol: hello"])
        self.assertEqual(self.items(pages[1], "#messages"), ["hi all", "carol: hello"])


class RelaySeedTests(SeedCase):
    """A relay over plain WebSocket, with a subprotocol of its own."""

    def test_messages_reach_all_pages_and_a_line_client(self) -> None:
        """The sender too."""
        carol = self.connect(self.server, "carol")
        pages = [self.load("relay.html"), self.load("relay.html")]
        for page in pages:
            page.wait("document.title === 'connected'")
        pages[0].say("\\nick anna")
        carol.expect("is now known as anna\r\n")
        pages[0].say("hi all")
        for page in pages:
            self.wait_item(page, "anna: hi all")
        carol.expect("anna: hi all\r\n")
        carol.say("hello")
        for page in pages:
            self.wait_item(page, "carol: hello")


class LineSeedTests(SeedCase):
    """A plain TCP client."""

    def test_routes_of_the_tutorials_work(self) -> None:
        """``\\nick``, ``\\dm``, ``\\who`` and ``\\help``."""
        anna, bob = self.connect(self.server), self.connect(self.server, "bob")
        anna.join_as("anna")
        anna.say("\\who")
        anna.expect("here (2): anna, bob\r\n")
        anna.say("\\dm bob psst")
        anna.expect("anna (private to bob): psst\r\n")
        bob.expect("anna (private): psst\r\n")
        anna.say("\\help")
        for route in ("\\nick NAME", "\\dm NAME TEXT", "\\who", "\\help"):
            anna.expect(route)
        anna.say("\\nick bob", "\\dm nobody hi", "\\foo")
        anna.expect("error: bob, or a name that looks like it, is in use")
        anna.expect("error: nobody here is called nobody")
        anna.expect("error: no such command: \\foo (try \\help)\r\n")
        anna.close()
        bob.expect("anna: left the chat\r\n")


class ExampleTests(SeedCase):
    """The example of the included client in docs/protocol.md, copied."""

    def test_example_works_as_printed(self) -> None:
        """It joins, and then posts what is typed."""
        carol = self.connect(self.server, "carol")
        carol.say("earlier")
        page = self.load("index.html")
        self.wait_item(page, "carol: earlier", "#list")
        page.wait("!document.querySelector('#text').disabled")
        page.call("fill", "#text", "hi")
        page.call("press", "#text", "Enter")
        self.wait_item(page, "alice: hi", "#list")
        carol.expect("alice: hi\r\n")
        page.call("fill", "#text", " ")
        page.call("press", "#text", "Enter")
        self.wait_item(page, "the message is empty", "#list")
