"""The page in a real browser, with a real server and people on telnet.

Chromium is driven through ``page/driver.mjs``; everything that is seen and done here
is what a person would see and do.
"""

from __future__ import annotations

import contextlib
import json
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from typing import Any

from tests.end_to_end.harness import (
    PATIENCE,
    Server,
    ServerTestCase,
    require_node,
    require_program,
)
from tests.end_to_end.requirements import NODE_DIRECTORY
from tests.end_to_end.shared import shared

Options = Mapping[str, Any]

DESKTOP: Options = {"viewport": {"width": 1280, "height": 800}}
PHONE: Options = {
    "viewport": {"width": 390, "height": 844},
    "deviceScaleFactor": 2,
    "isMobile": True,
    "hasTouch": True,
}
MAX_WEIGHT = 60_000
"""Bytes that the whole page may take on its way, compressed."""

# What the browser itself says when nobody answers; the page can do nothing about it.
NO_SERVER = (
    "ERR_CONNECTION_REFUSED",
    "ERR_CONNECTION_RESET",
    "WebSocket connection to",
    # A browser that is kept from running for a quarter of a second, between opening a
    # connection and using it, meets the line chat there, or its end before it has said
    # a word; the page loads itself again.
    "ERR_INVALID_HTTP_RESPONSE",
    "ERR_EMPTY_RESPONSE",
)


class Browser:
    """Chromium, driven from here."""

    def __init__(self) -> None:
        node = require_node("playwright-core", "axe-core")
        chromium = require_program("chromium")
        self._process = subprocess.Popen(
            (node, str(NODE_DIRECTORY / "page" / "driver.mjs"), chromium),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def order(self, **order: Any) -> Any:
        """Have something done, and return what came of it."""
        process = self._process
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps(order) + "\n")
        process.stdin.flush()
        line = process.stdout.readline()
        if not line:
            raise AssertionError("the browser ended")
        answer = json.loads(line)
        if "error" in answer:
            raise AssertionError(f"{order}: {answer['error']}")
        return answer["result"]

    def is_running(self) -> bool:
        return self._process.poll() is None

    def end(self) -> None:
        """End it."""
        process = self._process
        assert process.stdin is not None
        assert process.stdout is not None
        with contextlib.suppress(BrokenPipeError):
            process.stdin.close()
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()


class Page:
    """The chat's page, on a device of its own."""

    def __init__(self, browser: Browser, name: str) -> None:
        self._browser = browser
        self._name = name

    def call(self, method: str, *args: Any) -> Any:
        return self._browser.order(do="call", page=self._name, method=method, args=args)

    def evaluate(self, script: str) -> Any:
        return self.call("evaluate", script)

    def wait(self, script: str) -> None:
        """Wait until something is true in the page."""
        page = self._name
        if not self._browser.order(
            do="wait", page=page, script=script, seconds=PATIENCE
        ):
            seen = self.evaluate("document.body.innerText")
            raise AssertionError(f"not seen: {script}\nbut:\n{seen}")

    def wait_status(self, text: str) -> None:
        self.wait(f"document.querySelector('#status').textContent.includes({text!r})")

    @property
    def texts(self) -> list[str]:
        """The messages that are shown, in order."""
        rows = "[...document.querySelectorAll('#messages .row .text')]"
        found: list[str] = self.evaluate(f"{rows}.map((row) => row.textContent)")
        return found

    def wait_text(self, text: str) -> None:
        """Wait until a message is shown."""
        rows = "[...document.querySelectorAll('#messages .row .text')]"
        self.wait(f"{rows}.some((row) => row.textContent === {json.dumps(text)})")

    def say(self, text: str) -> None:
        self.call("fill", "#chat_input", text)
        self.call("press", "#chat_input", "Enter")

    def text(self, selector: str) -> str:
        return str(self.call("textContent", selector))

    def visible(self, selector: str) -> bool:
        return bool(self.call("isVisible", selector))

    @property
    def focus(self) -> str:
        """The id of what has the keyboard."""
        return str(self.evaluate("document.activeElement.id"))

    def take_name(self, nick: str) -> None:
        """Choose a name in the bar that greets a guest."""
        self.call("fill", "#naming_input", nick)
        self.call("press", "#naming_input", "Enter")
        self.wait(f"document.querySelector('#profile_nick').textContent === {nick!r}")

    @property
    def problems(self) -> list[str]:
        """What went wrong in the page, but for a server that was not there."""
        found: list[str] = self._browser.order(do="problems", page=self._name)
        return [one for one in found if not any(sign in one for sign in NO_SERVER)]

    def violations(self) -> list[Any]:
        """What axe-core finds wrong with the page."""
        found: list[Any] = self._browser.order(do="axe", page=self._name)
        return found


class PageTests(ServerTestCase):
    """What people do on the page."""

    def setUp(self) -> None:
        super().setUp()
        self.browser = shared("browser", Browser)
        self.addCleanup(self.browser.order, do="forget")
        self.pages: list[Page] = []
        self.addCleanup(self.check_consoles)

    def check_consoles(self) -> None:
        """Nothing went wrong, and nothing was against the page's policy."""
        for page in self.pages:
            self.assertEqual(page.problems, [], "errors in the page's console")

    def open(
        self,
        server: Server,
        options: Options = DESKTOP,
        nick: str | None = None,
        scripts: Sequence[str] = (),
        lose: Sequence[str] = (),
        beside: Page | None = None,
    ) -> Page:
        """Open the page, and wait until it is connected."""
        page = Page(self.browser, f"page {len(self.pages)}")
        self.pages.append(page)
        self.browser.order(
            do="open",
            page=page._name,
            options=dict(options),
            scripts=list(scripts),
            beside=beside and beside._name,
        )
        for part in lose:
            self.browser.order(do="lose", page=page._name, part=part)
        page.call("goto", f"http://127.0.0.1:{server.port}/")
        if not scripts:
            page.wait_status("Connected")
        if nick is not None:
            page.take_name(nick)
        return page

    def restart(self, server: Server, *options: str) -> Server:
        """Start a server where another one was."""
        port = f"tcp:{server.port}:interface=127.0.0.1"
        return self.start("--port", port, *options)

    def test_talks_with_a_telnet_user_and_back(self) -> None:
        """Who opens the page just writes; telnet hears it, and is heard."""
        server = self.start("--store", "memory:")
        alice = self.connect(server, "alice")
        page = self.open(server)
        alice.expect(": joined the chat\r\n")
        page.wait("document.querySelector('#chatters li[data-name=alice]') !== null")
        page.say("hello from the page")
        said = alice.expect("hello from the page\r\n")
        self.assertRegex(said, r"guest_\d+: hello from the page")
        alice.say("hello from telnet")
        page.wait_text("hello from telnet")
        page.say("/me waves")
        alice.expect(" waves\r\n")
        alice.say("\\me bows")
        page.wait_text("bows")
        self.assertEqual(
            page.texts, ["hello from the page", "hello from telnet", "waves", "bows"]
        )
        alice.close()
        page.wait("document.querySelector('#chatters li[data-name=alice]') === null")
        page.wait(
            "document.querySelector('#messages').innerText.includes('alice left')"
        )

    def test_people_come_and_change_their_names(self) -> None:
        """The list of people is always that of the room."""
        server = self.start("--store", "memory:")
        page = self.open(server, nick="erin")
        names = (
            "[...document.querySelectorAll('#chatters li')].map(e => e.dataset.name)"
        )
        alice = self.connect(server, "alice")
        page.wait(f"{names}.join() === 'alice,erin'")
        alice.say("\\nick Alina")
        page.wait(f"{names}.join() === 'Alina,erin'")
        alice.say("\\away at lunch")
        page.wait("document.querySelector('#chatters').innerText.includes('at lunch')")

    def test_keeps_the_name(self) -> None:
        """A name is kept for the next visit, and its absence is explained."""
        server = self.start("--store", "memory:")
        page = self.open(server, nick="erin")
        self.assertFalse(page.visible("#naming"))
        page.call("goto", "about:blank")
        page.call("goto", f"http://127.0.0.1:{server.port}/")
        page.wait("document.querySelector('#profile_nick').textContent === 'erin'")
        page.say("\\nick bad name!")
        page.wait("document.querySelector('#naming_problem').textContent !== ''")
        self.assertIn("and no space", page.text("#naming_problem"))
        self.assertNotIn("guest", page.text("#naming_label"))
        other = self.connect(server)
        page.call("goto", "about:blank")
        other.expect("erin: left the chat\r\n")
        other.join_as("erin")
        page.call("goto", f"http://127.0.0.1:{server.port}/")
        page.wait("document.querySelector('#naming_problem').textContent !== ''")
        page.wait(
            "document.querySelector('#profile_nick').textContent.startsWith('guest_')"
        )
        other.close()
        page.wait("document.querySelector('#chatters li[data-name=erin]') === null")
        page.call("reload")
        page.wait("document.querySelector('#profile_nick').textContent === 'erin'")

    def test_private_messages(self) -> None:
        """A private message has a place of its own, and only two people see it."""
        server = self.start("--store", "memory:")
        alice = self.connect(server, "alice")
        bob = self.connect(server, "bob")
        page = self.open(server, nick="erin")
        alice.expect("is now known as erin\r\n")
        alice.say("\\dm erin psst")
        page.wait(
            "document.querySelector('#directs .badge.urgent')?.textContent === '1'"
        )
        page.wait("document.title.startsWith('(1)')")
        self.assertNotIn("psst", page.texts)
        page.call("click", "#directs .conversation")
        page.wait_text("psst")
        page.wait("!document.title.startsWith('(')")
        page.say("what is it?")
        alice.expect("erin (private): what is it?\r\n")
        page.call("click", "#chatters li[data-name=bob] button")
        page.say("and you?")
        bob.expect("erin (private): and you?\r\n")
        self.assertNotIn("what is it?", bob.waiting)

    def test_reload_keeps_everything(self) -> None:
        """After a reload one is who one was, with the same words before one's eyes."""
        server = self.start("--store", "memory:")
        alice = self.connect(server, "alice")
        page = self.open(server, nick="erin")
        for number in range(15):
            alice.say(f"line {number}")
        page.wait_text("line 14")
        alice.say("\\dm erin psst")
        page.wait("document.querySelector('#directs .badge') !== null")
        page.call("fill", "#chat_input", "half a thou")
        before = page.texts
        page.call("reload")
        page.wait_status("Connected")
        page.wait_text("line 14")
        page.wait_text("line 0")
        self.assertEqual(page.texts, before)
        self.assertEqual(page.text("#profile_nick"), "erin")
        self.assertEqual(page.call("inputValue", "#chat_input"), "half a thou")
        page.call("click", "#directs .conversation")
        page.wait_text("psst")

    def test_a_server_that_dies_and_comes_back(self) -> None:
        """Nothing that was said is lost or doubled, and nothing is claimed untruly."""
        server = self.start("--store", "sqlite:chat.sqlite")
        alice = self.connect(server, "alice")
        page = self.open(server, nick="erin")
        for number in range(5):
            page.say(f"page {number}")
            alice.say(f"telnet {number}")
        page.wait_text("telnet 4")
        page.wait("!document.querySelector('.row.sending')")
        alice.expect("page 4\r\n")
        server.kill()
        page.wait(
            "!document.querySelector('#status').textContent.includes('Connected')"
        )
        page.say("said into the void")
        page.wait("document.querySelector('.row.queued') !== null")
        server = self.restart(server, "--store", "sqlite:chat.sqlite")
        alice = self.connect(server, "alice")
        alice.say("are you there?")
        page.wait_status("Connected")
        page.wait_text("are you there?")
        page.wait(
            "!document.querySelector('.row.queued, .row.unconfirmed, .row.sending')"
        )
        alice.expect("erin: said into the void\r\n")
        shown = page.texts
        expected = {f"{who} {n}" for who in ("page", "telnet") for n in range(5)}
        expected |= {"said into the void", "are you there?"}
        self.assertEqual(set(shown), expected)
        self.assertEqual(len(shown), len(expected), "something is doubled")
        self.assertEqual(page.text("#profile_nick"), "erin")
        self.assertEqual(page.evaluate("document.querySelectorAll('.gap').length"), 0)

    def test_writing_while_the_server_dies(self) -> None:
        """A guest who writes on while the server is killed says everything once."""
        server = self.start("--store", "sqlite:chat.sqlite", "--flood", "off")
        page = self.open(server)
        page.evaluate("""
            window.written = 0;
            window.writing = setInterval(() => {
                window.written += 1;
                document.querySelector("#chat_input").value = `m${window.written}`;
                document.querySelector("#chat_form").requestSubmit();
            }, 20);
        """)
        for _ in range(2):
            page.wait_status("Connected")
            written = page.evaluate("window.written")
            page.wait(f"window.written > {written + 30}")
            server.kill()
            options = ("--store", "sqlite:chat.sqlite", "--flood", "off")
            server = self.restart(server, *options)
        page.wait_status("Connected")
        count = page.evaluate("(clearInterval(window.writing), window.written)")
        page.wait("!document.querySelector('.row:is(.sending, .queued, .unconfirmed)')")
        page.wait_text(f"m{count}")
        expected = [f"m{number}" for number in range(1, count + 1)]
        self.assertEqual(page.texts, expected[-len(page.texts) :])
        reader = self.connect(server)
        reader.say("\\history 500", "\\dm nobody the end")
        stored = reader.expect("nobody here is called").split("\r\n")
        lines = [line.partition(": ")[2] for line in stored if ": m" in line]
        self.assertEqual(lines[-count:], expected[-500:])

    def test_says_so_if_something_may_be_missing(self) -> None:
        """A server that has forgotten everything cannot promise anything."""
        server = self.start("--store", "memory:")
        page = self.open(server, nick="erin")
        page.say("before")
        page.wait("!document.querySelector('.row.sending')")
        page.wait_text("before")
        server.kill()
        page.wait(
            "!document.querySelector('#status').textContent.includes('Connected')"
        )
        self.restart(server, "--store", "memory:")
        page.wait_status("Connected")
        page.wait("document.querySelector('.gap')?.innerText.includes('missing')")
        page.say("after")
        page.wait_text("after")
        page.wait("!document.querySelector('.row.sending, .row.queued')")
        self.assertEqual(page.texts, ["before", "after"])

    def test_the_state_of_the_connection_is_true(self) -> None:
        """A server that stopped answering is noticed, though the socket is open."""
        server = self.start("--store", "memory:")
        page = self.open(server)
        page.evaluate("dispatchEvent(new Event('offline'))")
        page.wait_status("Connected")
        server.signal(signal.SIGSTOP)
        page.evaluate("dispatchEvent(new Event('offline'))")
        page.wait(
            "!document.querySelector('#status').textContent.includes('Connected')"
        )
        page.wait_status("Reconnecting")
        server.signal(signal.SIGCONT)
        page.wait_status("Connected")

    def test_a_part_that_does_not_arrive(self) -> None:
        """A page that is not whole loads itself again until it is."""
        server = self.start("--store", "memory:")
        for part in ("**/style.css", "**/chat.js", "**/client.js"):
            with self.subTest(part=part):
                page = self.open(server, lose=[part])
                page.wait("getComputedStyle(document.body).margin === '0px'")
                page.wait("sessionStorage.getItem('chat.loads') === '0'")
                lost = page.problems
                self.assertIn("ERR_FAILED", lost[0])
                self.assertEqual(len(lost), 1)
                self.pages.remove(page)

    def test_what_cannot_be_delivered_is_kept(self) -> None:
        """A refused message stands there with its text, to be tried again."""
        server = self.start("--store", "memory:")
        page = self.open(server, nick="erin")
        page.say("\\dm nobody are you there?")
        page.wait("document.querySelector('.row.failed') !== null")
        self.assertIn("nobody", page.text(".row.failed .delivery"))
        page.call("reload")
        page.wait("document.querySelector('.row.failed .text') !== null")
        nobody = self.connect(server, "nobody")
        page.call("click", ".row.failed .delivery button")
        nobody.expect("erin (private): are you there?\r\n")
        page.wait("document.querySelector('.row.failed') === null")
        self.assertEqual(page.texts, ["are you there?"])
        page.say("x" * 5000)
        self.assertIn("4,096", page.text("#composer_note"))
        self.assertEqual(len(page.call("inputValue", "#chat_input")), 5000)

    def test_leaving_while_much_is_on_its_way(self) -> None:
        """Who quits is told when it will be known, and on coming back it is."""
        server = self.start("--store", "memory:", "--flood", "1:1")
        page = self.open(server, nick="erin")
        page.say("one\ntwo\nthree\n\\quit")
        page.wait_status("You left")
        page.wait("document.querySelector('.row.unconfirmed') !== null")
        self.assertIn("Rejoin", page.text(".row.unconfirmed .delivery"))
        page.call("click", "#retry_now")
        page.wait_status("Connected")
        page.wait("!document.querySelector('.row:is(.sending, .queued, .unconfirmed)')")
        self.assertEqual(page.texts, ["one", "two", "three"])

    def test_hostile_text_stays_text(self) -> None:
        """Nothing that anyone writes becomes markup, runs, or deceives."""
        server = self.start("--store", "memory:", "--flood", "off")
        page = self.open(server, nick="erin")
        mallory = self.connect(server, "mallory")
        texts = [
            "<img src=x onerror=\"document.title='owned'\">",
            "<script>document.title='owned'</script>",
            "javascript:document.title='owned'",
            "[x](javascript:alert(1)) data:text/html,<b>x</b>",
            "https://a.example/\"onmouseover=\"document.title='owned'",
            "https://bank.example@evil.example/",
            "{{constructor.constructor('document.title=1')()}}",
            "</div></main></body><h1>x</h1>",
        ]
        for text in texts:
            mallory.say(text)
        lookalike = "https://\u0430\u0440\u0440\u04cf\u0435.example/"
        mallory.say(lookalike)
        mallory.say("\u202egnp.exe \u2066x\u2069 bidi")
        mallory.say("\\topic <img src=x onerror=document.title='owned'>")
        for nick in ("<b>bold</b>", "a\u202eb", "\"onclick='x'", "#x"):
            mallory.say(f"\\nick {nick}")
        mallory.say("last")
        page.wait_text("last")
        shown = page.texts
        for text in texts:
            self.assertIn(text, shown)
        self.assertIn("gnp.exe x bidi", shown)
        self.assertIn(f"{lookalike} (xn--80ak6aa92e.example)", shown)
        page.wait("document.querySelector('#topic').textContent.startsWith('<img')")
        inside = "#messages :is(img, script, b, h1, iframe, [onerror], [onclick])"
        self.assertEqual(
            page.evaluate(f"document.querySelectorAll({inside!r}).length"), 0
        )
        self.assertNotIn("owned", page.call("title"))
        links = page.evaluate(
            "[...document.querySelectorAll('#messages a')]"
            ".map(a => [a.href, a.rel, a.target])"
        )
        safe = ["noopener noreferrer nofollow", "_blank"]
        honest = "https://xn--80ak6aa92e.example/"
        self.assertEqual(links, [["https://a.example/", *safe], [honest, *safe]])
        page.say("<i>me too</i>")
        page.wait_text("<i>me too</i>")
        self.assertEqual(page.evaluate("document.querySelectorAll('#app i').length"), 0)

    def test_scrolls_back_through_the_history(self) -> None:
        """Whoever scrolls up reads on, to the beginning, and stays where they are."""
        server = self.start("--store", "memory:", "--flood", "off")
        alice = self.connect(server, "alice")
        for number in range(300):
            alice.say(f"line {number}")
        alice.expect("line 299\r\n")
        page = self.open(server)
        page.wait_text("line 299")
        top = "document.querySelector('#messages').scrollTop"
        deadline = time.monotonic() + PATIENCE
        while "line 0" not in page.texts and time.monotonic() < deadline:
            page.evaluate(f"{top} = 0")
            time.sleep(0.05)
        self.assertEqual(page.texts, [f"line {number}" for number in range(300)])
        page.wait("document.querySelector('#messages .start') !== null")
        page.evaluate(f"{top} = 1000")
        # What comes now does not move what is being read.
        page.wait("!document.querySelector('#latest').hidden")
        before = page.evaluate(top)
        alice.say("one more")
        page.wait_text("one more")
        self.assertEqual(page.evaluate(top), before)
        page.call("click", "#latest")
        page.wait("document.querySelector('#latest').hidden")

    def test_searches(self) -> None:
        """What was said is found, and shown where it stands."""
        server = self.start("--store", "sqlite:chat.sqlite", "--flood", "off")
        alice = self.connect(server, "alice")
        alice.say("the needle is here")
        for number in range(150):
            alice.say(f"hay {number}")
        alice.expect("hay 149\r\n")
        page = self.open(server)
        page.wait_text("hay 149")
        page.say("\\search needle")
        page.wait("document.querySelectorAll('#search_results li').length === 1")
        self.assertIn("the needle is here", page.text("#search_results li"))
        page.call("click", "#search_results li button")
        page.wait(
            "document.querySelector('.row.highlight')?.innerText.includes('needle')"
        )
        page.call("fill", "#search_input", "hay")
        page.call("press", "#search_input", "Enter")
        page.wait("document.querySelectorAll('#search_results li').length === 100")
        self.assertEqual(
            page.text("#search_note"), "The newest 100 results; there are more."
        )
        page.call("fill", "#search_input", "nowhere")
        page.call("press", "#search_input", "Enter")
        page.wait(
            "document.querySelector('#search_note').innerText.includes('No messages')"
        )

    def test_typing_at_once_in_another_conversation(self) -> None:
        """What is typed before the page was drawn is for where one went."""
        page = self.open(self.start("--store", "memory:"))
        page.say("/join tea")
        page.wait("document.querySelector('#title').textContent === '#tea'")
        page.evaluate("""
            document.querySelector("#rooms .conversation").click();
            document.querySelector("#chat_input").value = "for the lobby";
            document.querySelector("#chat_input").dispatchEvent(new Event("input"));
        """)
        page.wait("document.querySelector('#title').textContent === '#lobby'")
        self.assertEqual(page.call("inputValue", "#chat_input"), "for the lobby")
        page.call("click", "#rooms .conversation >> nth=1")
        self.assertEqual(page.call("inputValue", "#chat_input"), "")

    def test_rooms_and_unread_messages(self) -> None:
        """Rooms are found, made and left; what is said elsewhere is counted."""
        server = self.start("--store", "memory:")
        alice = self.connect(server, "alice")
        page = self.open(server, nick="erin")
        page.call("click", "#rooms_open")
        page.wait("document.querySelector('#room_list').innerText.includes('#lobby')")
        help_text = "document.querySelector('#rooms_help').textContent"
        page.call("fill", "#room_input", "a b")
        self.assertNotIn("Joining creates it", page.evaluate(help_text))
        page.call("press", "#room_input", "Enter")
        page.wait("document.querySelector('#room_problem').textContent !== ''")
        self.assertTrue(page.visible("#rooms_dialog"))
        page.call("fill", "#room_input", "Garden")
        self.assertEqual(page.text("#room_problem"), "")
        self.assertIn("Joining creates it", page.evaluate(help_text))
        page.call("press", "#room_input", "Enter")
        page.wait("document.querySelector('#title').textContent === '#garden'")
        alice.say("anyone?")
        alice.say("erin?")
        page.wait("document.querySelector('#rooms .badge.urgent')?.textContent === '2'")
        page.wait("document.title.startsWith('(2)')")
        alice.say("\\join garden")
        page.wait("document.querySelector('#chatters li[data-name=alice]') !== null")
        alice.say("here I am")
        page.wait_text("here I am")
        page.say("/topic flowers")
        page.wait("document.querySelector('#topic').textContent === 'flowers'")
        page.call("click", "#rooms .conversation >> nth=0")
        page.wait_text("erin?")
        page.wait("document.querySelector('#messages .divider.new') !== null")
        page.wait("document.querySelector('#messages .row.mention') !== null")
        page.wait("!document.title.startsWith('(')")
        page.call("click", "#rooms .conversation >> nth=1")
        page.call("dblclick", "#leave")
        page.wait("document.querySelectorAll('#rooms li').length === 1")
        self.assertEqual(page.text("#left_text"), "You left #garden.")
        page.call("click", "#left_return")
        page.wait("document.querySelector('#title').textContent === '#garden'")
        self.assertFalse(page.visible("#left"))
        page.say("\\leave garden")
        page.wait("document.querySelectorAll('#rooms li').length === 1")
        page.call("reload")
        page.wait_status("Connected")
        page.wait("document.querySelectorAll('#rooms li').length === 1")

    def test_writing_with_the_keyboard_alone(self) -> None:
        """Routes and names are completed; what was written comes back."""
        server = self.start("--store", "memory:")
        alice = self.connect(server, "alice")
        page = self.open(server, nick="erin")
        page.call("focus", "#chat_input")
        page.call("type", "#chat_input", "al")
        page.call("press", "#chat_input", "Tab")
        self.assertEqual(page.call("inputValue", "#chat_input"), "alice: ")
        page.call("type", "#chat_input", "hi")
        page.call("press", "#chat_input", "Enter")
        alice.expect("erin: alice: hi\r\n")
        page.call("press", "#chat_input", "ArrowUp")
        self.assertEqual(page.call("inputValue", "#chat_input"), "alice: hi")
        page.call("fill", "#chat_input", "")
        page.call("type", "#chat_input", "\\d")
        page.wait("!document.querySelector('#completions').hidden")
        page.call("press", "#chat_input", "Tab")
        page.call("press", "#chat_input", "Enter")
        self.assertEqual(page.call("inputValue", "#chat_input"), "\\dm alice ")
        page.call("type", "#chat_input", "psst")
        page.call("press", "#chat_input", "Enter")
        alice.expect("erin (private): psst\r\n")
        page.call("fill", "#chat_input", "one\ntwo\n\nthree")
        page.call("press", "#chat_input", "Enter")
        for line in ("one", "two", "three"):
            alice.expect(f"erin (private): {line}\r\n")

    def test_what_is_typed_goes_where_one_means_it(self) -> None:
        """The keyboard is where one writes, or in what one has just opened."""
        server = self.start("--store", "memory:")
        page = self.open(server)
        self.assertEqual(page.focus, "chat_input")
        page.call("press", "#naming_input", "Enter")
        self.assertIn("name first", page.text("#naming_problem"))
        page.take_name("erin")
        page.wait("document.activeElement.id === 'chat_input'")
        page.call("press", "#search_open", "Enter")
        self.assertEqual(page.focus, "search_input")
        page.call("press", "#search_input", "Escape")
        self.assertFalse(page.visible("#search"))
        self.assertEqual(page.focus, "search_open")
        page.say("\\leave")
        page.wait("document.querySelectorAll('#rooms li').length === 0")
        page.say("is anybody there?")
        self.assertIn("not in a room", page.text("#composer_note"))
        self.assertEqual(page.text("#announcer"), page.text("#composer_note"))
        self.assertEqual(page.call("inputValue", "#chat_input"), "is anybody there?")
        page.call("setViewportSize", {"width": 700, "height": 800})
        for opener, inside in (
            ("#sidebar_open", "sidebar_close"),
            ("#members_open", "members_close"),
        ):
            page.call("press", opener, "Enter")
            self.assertEqual(page.focus, inside)
            page.call("press", f"#{inside}", "Escape")
            self.assertEqual(f"#{page.focus}", opener)

    def test_on_a_phone(self) -> None:
        """Everything is there and reachable, and nothing is wider than the screen."""
        server = self.start("--store", "memory:")
        alice = self.connect(server, "alice")
        page = self.open(server, PHONE)
        self.assertEqual(page.focus, "", "no keyboard comes up by itself")
        alice.say("w" * 500)
        page.wait_text("w" * 500)
        self.assertFalse(page.visible("#rooms .conversation"))
        self.assertFalse(page.visible("#chatters li"))
        self.assertTrue(page.visible("#chat_input"))
        page.call("tap", "#members_open")
        page.wait("document.querySelector('#members').classList.contains('open')")
        page.call("tap", "#chatters li[data-name=alice] button")
        page.wait("document.querySelector('#title').textContent === 'alice'")
        page.say("hello")
        alice.expect(" (private): hello\r\n")
        page.call("tap", "#sidebar_open")
        page.call("tap", "#rooms .conversation")
        page.wait("document.querySelector('#title').textContent === '#lobby'")
        page.call("tap", "#sidebar_open")
        page.call("press", "body", "Escape")
        page.wait("!document.querySelector('#sidebar').classList.contains('open')")
        self.assertEqual(page.focus, "sidebar_open")
        self.assertLessEqual(page.evaluate("document.body.scrollWidth"), 390)
        self.assertLessEqual(
            page.evaluate("document.querySelector('#messages').scrollWidth"), 390
        )
        # The state of the connection does not take the room for where one is.
        width = page.evaluate("document.querySelector('#title').clientWidth")
        server.kill()
        page.wait_status("Reconnecting")
        now = page.evaluate("document.querySelector('#title').clientWidth")
        self.assertGreaterEqual(now, width)

    def test_back_closes_what_is_open(self) -> None:
        """Back leads out of what one opened, and out of the chat only then."""
        server = self.start("--store", "memory:")
        self.connect(server, "alice")
        page = self.open(server, PHONE)
        drawer = "document.querySelector('#app .open')"
        dialog = "document.querySelector('dialog[open]')"
        page.call("tap", "#sidebar_open")
        page.call("tap", "#profile")
        page.wait(dialog)
        page.call("goBack")
        page.wait(f"!{dialog} && {drawer}")
        page.call("goBack")
        page.wait(f"!{drawer}")
        page.call("tap", "#members_open")
        page.call("tap", "#chatters li[data-name=alice] button")
        page.wait("document.querySelector('#title').textContent === 'alice'")
        page.call("tap", "#sidebar_open")
        page.call("reload")
        page.wait_status("Connected")
        page.wait("history.state?.layers === 1")
        self.assertEqual(page.text("#title"), "alice")
        page.call("goBack")
        page.wait("document.querySelector('#title').textContent === '#lobby'")
        page.call("tap", "#sidebar_open")
        page.call("tap", "#sidebar_close")
        page.wait("history.state === null")
        page.call("goBack")
        self.assertEqual(page.call("url"), "about:blank")

    def test_accessibility(self) -> None:
        """axe-core finds nothing wrong, in either scheme, on either screen."""
        server = self.start("--store", "memory:")
        alice = self.connect(server, "alice")
        alice.say("see https://example.org/ and http://0x7f.1/, and be well")
        alice.say("\\me waves")
        alice.say("\\topic all about https://example.org/")
        for scheme in ("light", "dark"):
            for name, device in (("desktop", DESKTOP), ("phone", PHONE)):
                nick = f"{scheme}-{name}"
                options = {**device, "colorScheme": scheme, "reducedMotion": "reduce"}
                page = self.open(server, options)
                page.wait_text("waves")
                self.assertEqual(page.violations(), [], nick)
                page.take_name(nick)
                alice.say(f"hello {nick}, away with you")
                alice.say(f"\\dm {nick} psst")
                page.wait("document.querySelector('#directs .badge') !== null")
                page.say("\\dm nobody lost")
                page.wait("document.querySelector('.row.failed') !== null")
                self.assertEqual(page.violations(), [], nick)
                page.evaluate("document.querySelector('#rooms .conversation').click()")
                page.call("fill", "#chat_input", "\\")
                page.wait("!document.querySelector('#completions').hidden")
                self.assertEqual(page.violations(), [], nick)
                page.call("fill", "#chat_input", "")
                for opener, closer in (
                    ("#members_open", "#members_close"),
                    ("#search_open", "#search_close"),
                ):
                    page.call("click", opener)
                    self.assertEqual(page.violations(), [], f"{nick} {opener}")
                    if page.visible(closer):
                        page.call("click", closer)
                for opener in ("#profile", "#rooms_open"):
                    page.evaluate(f"document.querySelector('{opener}').click()")
                    page.wait("document.querySelector('dialog[open]') !== null")
                    self.assertEqual(page.violations(), [], f"{nick} {opener}")
                    page.call("press", "body", "Escape")
                page.evaluate("document.querySelector('#leave').click()")
                page.wait("!document.querySelector('#left').hidden")
                self.assertEqual(page.violations(), [], f"{nick} left")

    def test_is_light_and_shows_itself_at_once(self) -> None:
        """The page comes in few bytes, and is there before the connection is."""
        server = self.start("--store", "memory:")
        never = "window.WebSocket = class extends EventTarget { close() {} };"
        page = self.open(server, scripts=[never])
        page.wait("performance.getEntriesByName('first-contentful-paint').length > 0")
        self.assertTrue(page.visible("#chat_input"))
        self.assertIn("Connecting", page.text("#status"))
        page.say("not lost")
        page.wait_text("not lost")
        weight = page.evaluate(
            "[...performance.getEntriesByType('navigation'),"
            " ...performance.getEntriesByType('resource')]"
            ".reduce((sum, one) => sum + one.encodedBodySize, 0)"
        )
        self.assertGreater(weight, 10_000)
        self.assertLess(weight, MAX_WEIGHT)
        hosts = page.evaluate(
            "[...new Set(performance.getEntriesByType('resource')"
            ".map((one) => new URL(one.name).host))].join()"
        )
        self.assertEqual(hosts, f"127.0.0.1:{server.port}")

    def test_two_tabs_are_two_people(self) -> None:
        """A second tab does not take the first one's place."""
        server = self.start("--store", "memory:")
        first = self.open(server, nick="erin")
        second = self.open(server, beside=first)
        self.assertNotEqual(second.text("#profile_nick"), "erin")
        label = "document.querySelector('#naming_label').textContent"
        second.wait(f"{label}.includes('as erin in another tab')")
        self.assertEqual(second.text("#naming_problem"), "")
        second.say("hello, erin")
        first.wait_text("hello, erin")
        self.assertIn("Connected", first.text("#status"))
        # A name that is somebody else's is not called one's own.
        self.connect(server, "alice")
        second.call("fill", "#naming_input", "alice")
        second.call("press", "#naming_input", "Enter")
        second.wait("document.querySelector('#naming_problem').textContent !== ''")
        self.assertIn("You are a guest", second.text("#naming_label"))

    def test_a_duplicated_tab_becomes_somebody(self) -> None:
        """Two tabs with one memory part, and do not push each other out for ever."""
        server = self.start("--store", "memory:")
        first = self.open(server, nick="erin")
        first.evaluate("dispatchEvent(new Event('pagehide'))")
        memory = first.evaluate("sessionStorage.getItem('chat.snapshot')")
        script = f"sessionStorage.setItem('chat.snapshot', {json.dumps(memory)})"
        second = self.open(server, scripts=[script])
        second.wait("document.querySelector('#profile_nick').textContent === 'erin'")
        first.wait(
            "document.querySelector('#profile_nick').textContent.startsWith('guest_')"
        )
        for page in (first, second):
            page.wait_status("Connected")
            page.wait("document.querySelectorAll('#chatters li').length === 2")
        second.say("who is who?")
        first.wait_text("who is who?")
        self.assertEqual(second.text("#profile_nick"), "erin")

    def test_notifies_those_who_asked_for_it(self) -> None:
        """While one looks elsewhere, a mention or a private message is announced."""
        server = self.start("--store", "memory:")
        alice = self.connect(server, "alice")
        elsewhere = """
            window.shown = [];
            window.Notification = class extends EventTarget {
                static permission = "granted";
                constructor(title, { body }) {
                    super();
                    shown.push(`${title}: ${body}`);
                }
            };
            document.hasFocus = () => false;
            localStorage.setItem("chat.notify", "true");
        """
        page = self.open(server, scripts=[elsewhere])
        page.wait_status("Connected")
        page.take_name("erin")
        alice.expect("is now known as erin\r\n")
        alice.say("this is for nobody", "erin: this is for you", "\\dm erin psst")
        page.wait("document.title.startsWith('(3)')")
        self.assertEqual(
            page.evaluate("window.shown"),
            ["alice in #lobby: erin: this is for you", "alice: psst"],
        )
