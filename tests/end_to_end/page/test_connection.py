"""The page and its connection: lost servers, reloads, and several tabs."""

from __future__ import annotations

import json
import signal

from tests.end_to_end.page.browser import PageTestCase

SQLITE = ("--store", "sqlite:chat.sqlite")


class ReconnectTests(PageTestCase):
    """What happens when the server is gone for a while."""

    def test_nothing_is_lost_or_doubled_when_the_server_is_killed(self) -> None:
        """A message written meanwhile is sent later, and the nickname is kept."""
        server = self.start(*SQLITE)
        alice = self.connect(server, "alice")
        page = self.open(server, nick="erin")
        for number in range(5):
            page.say(f"page {number}")
            alice.say(f"telnet {number}")
        page.wait_text("telnet 4")
        page.wait_gone(".row.sending")
        alice.expect("page 4\r\n")
        server.kill()
        page.wait_disconnected()
        page.say("written offline")
        page.wait_for(".row.queued")
        server = self.restart(server, *SQLITE)
        alice = self.connect(server, "alice")
        alice.say("are you there?")
        page.wait_status("Connected")
        page.wait_text("are you there?")
        page.wait_settled()
        alice.expect("erin: written offline\r\n")
        shown = page.texts
        expected = {f"{who} {n}" for who in ("page", "telnet") for n in range(5)}
        expected |= {"written offline", "are you there?"}
        self.assertEqual(set(shown), expected)
        self.assertEqual(len(shown), len(expected), "something is doubled")
        self.assertEqual(page.text("#profile_nick"), "erin")
        self.assertEqual(page.count(".gap"), 0)

    def test_messages_written_while_the_server_is_killed_are_sent_once(self) -> None:
        """Also those of a guest, whose nickname changes with each connection."""
        server = self.start(*SQLITE, "--flood", "off")
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
            server = self.restart(server, *SQLITE, "--flood", "off")
        page.wait_status("Connected")
        count = page.evaluate("(clearInterval(window.writing), window.written)")
        page.wait_settled()
        page.wait_text(f"m{count}")
        expected = [f"m{number}" for number in range(1, count + 1)]
        self.assertEqual(page.texts, expected[-len(page.texts) :])
        reader = self.connect(server)
        reader.say("\\history 500", "\\dm nobody the end")
        stored = reader.expect("nobody here is called").split("\r\n")
        lines = [line.partition(": ")[2] for line in stored if ": m" in line]
        self.assertEqual(lines[-count:], expected[-500:])

    def test_gap_is_marked_if_the_server_lost_its_history(self) -> None:
        server = self.fresh_server()
        page = self.open(server, nick="erin")
        page.say("before")
        page.wait_settled()
        page.wait_text("before")
        server.kill()
        page.wait_disconnected()
        self.restart(server, "--store", "memory:")
        page.wait_status("Connected")
        page.wait("document.querySelector('.gap')?.innerText.includes('missing')")
        page.say("after")
        page.wait_text("after")
        page.wait_settled()
        self.assertEqual(page.texts, ["before", "after"])

    def test_server_that_hangs_is_noticed(self) -> None:
        """Though its socket stays open."""
        server = self.fresh_server()
        page = self.open(server, clock=True)
        page.evaluate("dispatchEvent(new Event('offline'))")
        page.wait_status("Connected")
        server.signal(signal.SIGSTOP)
        page.evaluate("dispatchEvent(new Event('offline'))")
        page.wait_disconnected()
        page.fast_forward(4)
        page.wait_status("Reconnecting")
        server.signal(signal.SIGCONT)
        page.wait_status("Connected")

    def test_incomplete_page_reloads_itself(self) -> None:
        """Whichever kind of file could not be loaded."""
        server = self.fresh_server()
        lost = (
            ["**/style.css"],
            ["**/chat.js"],
            ["**/client.js"],
            ["**/*.js", "**/app.js"],  # of all scripts, also the first one
        )
        pages = [self.prepare(lose=patterns, clock=True) for patterns in lost]
        for page in pages:
            self.visit(page, server, until="commit")
        for page in pages:
            page.fast_forward(1)
        for patterns, page in zip(lost, pages, strict=True):
            with self.subTest(lost=patterns):
                page.wait_status("Connected")
                page.wait("getComputedStyle(document.body).margin === '0px'")
                page.wait("sessionStorage.getItem('chat.loads') === '0'")
                problems = page.problems
                self.assertIn("ERR_FAILED", problems[0])
                self.assertEqual(len(problems), len(patterns))
                self.pages.remove(page)

    def test_messages_sent_right_before_quitting_are_confirmed_on_return(self) -> None:
        server = self.start("--store", "memory:", "--flood", "1:1")
        page = self.open(server, nick="erin")
        for line in ("one", "two", "three", "\\quit"):
            page.say(line)
        page.wait_status("You left")
        page.wait_for(".row.unconfirmed")
        self.assertIn("Rejoin", page.text(".row.unconfirmed .delivery"))
        page.call("click", "#retry_now")
        page.wait_status("Connected")
        page.wait_settled()
        self.assertEqual(page.texts, ["one", "two", "three"])


class ReloadTests(PageTestCase):
    """What a browser and a tab remember."""

    def test_nickname_is_remembered(self) -> None:
        """And its refusal explained, if someone else has it meanwhile."""
        server = self.fresh_server()
        page = self.open(server, nick="erin")
        self.assertFalse(page.visible("#naming"))
        page.call("goto", "about:blank")
        self.visit(page, server)
        page.wait_for_text("#profile_nick", "erin")
        page.say("\\nick bad name!")
        page.wait("document.querySelector('#naming_problem').textContent !== ''")
        self.assertEqual(page.text("#naming_problem"), "a nickname has no spaces")
        self.assertNotIn("guest", page.text("#naming_label"))
        other = self.connect(server)
        page.call("goto", "about:blank")
        other.expect("erin: left the chat\r\n")
        other.join_as("erin")
        self.visit(page, server)
        page.wait("document.querySelector('#naming_problem').textContent !== ''")
        nick = "document.querySelector('#profile_nick').textContent"
        page.wait(f"{nick}.startsWith('guest_')")
        other.close()
        page.wait_gone("#chatters li[data-name=erin]")
        page.call("reload")
        page.wait_for_text("#profile_nick", "erin")

    def test_reload_keeps_messages_drafts_and_nickname(self) -> None:
        server = self.fresh_server()
        alice = self.connect(server, "alice")
        page = self.open(server, nick="erin")
        alice.say(*(f"line {number}" for number in range(15)))
        page.wait_text("line 14")
        alice.say("\\dm erin psst")
        page.wait_for("#directs .badge")
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

    def test_second_tab_is_another_member(self) -> None:
        """And says that the nickname is the user's own, in the first tab."""
        server = self.fresh_server()
        first = self.open(server, nick="erin")
        second = self.open(server, beside=first)
        self.assertNotEqual(second.text("#profile_nick"), "erin")
        label = "document.querySelector('#naming_label').textContent"
        second.wait(f"{label}.includes('as erin in another tab')")
        self.assertEqual(second.text("#naming_problem"), "")
        second.say("hello, erin")
        first.wait_text("hello, erin")
        self.assertIn("Connected", first.text("#status"))
        # Someone else's nickname is not taken for the user's own.
        self.connect(server, "alice")
        second.call("fill", "#naming_input", "alice")
        second.call("press", "#naming_input", "Enter")
        second.wait("document.querySelector('#naming_problem').textContent !== ''")
        self.assertIn("You are a guest", second.text("#naming_label"))

    def test_duplicated_tab_takes_over_the_session_once(self) -> None:
        """The original becomes a guest; they do not disconnect each other for ever."""
        server = self.fresh_server()
        first = self.open(server, nick="erin")
        first.evaluate("dispatchEvent(new Event('pagehide'))")
        snapshot = first.evaluate("sessionStorage.getItem('chat.snapshot')")
        script = f"sessionStorage.setItem('chat.snapshot', {json.dumps(snapshot)})"
        second = self.open(server, scripts=[script])
        second.wait_for_text("#profile_nick", "erin")
        nick = "document.querySelector('#profile_nick').textContent"
        first.wait(f"{nick}.startsWith('guest_')")
        for page in (first, second):
            page.wait_status("Connected")
            page.wait("document.querySelectorAll('#chatters li').length === 2")
        second.say("who is who?")
        first.wait_text("who is who?")
        self.assertEqual(second.text("#profile_nick"), "erin")
