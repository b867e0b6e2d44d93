"""Rooms, messages and direct messages on the page."""

from __future__ import annotations

import time

from tests.end_to_end.harness import TIMEOUT
from tests.end_to_end.page.browser import PageTestCase

NAMES = "[...document.querySelectorAll('#chatters li')].map(e => e.dataset.name)"

HOSTILE = [
    "<img src=x onerror=\"document.title='owned'\">",
    "<script>document.title='owned'</script>",
    "javascript:document.title='owned'",
    "[x](javascript:alert(1)) data:text/html,<b>x</b>",
    "https://a.example/\"onmouseover=\"document.title='owned'",
    "https://bank.example@evil.example/",
    "{{constructor.constructor('document.title=1')()}}",
    "</div></main></body><h1>x</h1>",
]


class MessageTests(PageTestCase):
    """Messages between the page and other clients."""

    def test_page_and_telnet_exchange_messages(self) -> None:
        """Both see each other's messages, arrivals and departures."""
        server = self.fresh_server()
        alice = self.connect(server, "alice")
        page = self.open(server)
        alice.expect(": joined the chat\r\n")
        page.wait_for("#chatters li[data-name=alice]")
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
        page.wait_gone("#chatters li[data-name=alice]")
        page.wait(
            "document.querySelector('#messages').innerText.includes('alice left')"
        )

    def test_members_are_listed_with_their_nicknames_and_away_texts(self) -> None:
        server = self.fresh_server()
        page = self.open(server, nick="erin")
        alice = self.connect(server, "alice")
        page.wait(f"{NAMES}.join() === 'alice,erin'")
        alice.say("\\nick Alina")
        page.wait(f"{NAMES}.join() === 'Alina,erin'")
        alice.say("\\away at lunch")
        page.wait("document.querySelector('#chatters').innerText.includes('at lunch')")

    def test_direct_messages_are_a_conversation_of_their_own(self) -> None:
        """They are counted until they are read, and only two members see them."""
        server = self.fresh_server()
        alice = self.connect(server, "alice")
        bob = self.connect(server, "bob")
        page = self.open(server, nick="erin")
        alice.expect("is now known as erin\r\n")
        alice.say("\\dm erin psst")
        page.wait_for_text("#directs .badge.urgent", "1")
        page.wait("document.title.startsWith('(1)')")
        self.assertNotIn("psst", page.texts)
        page.call("click", "#directs .conversation")
        page.wait_text("psst")
        page.wait("!document.title.startsWith('(')")
        page.say("what is it?")
        alice.expect("erin (private): what is it?\r\n")
        page.choose("#chatters li[data-name=bob] button", "Direct message")
        page.say("and you?")
        bob.expect("erin (private): and you?\r\n")
        self.assertNotIn("what is it?", bob.waiting)

    def test_refused_message_is_kept_and_can_be_retried(self) -> None:
        """Also after a reload; a message that is too long stays in the composer."""
        server = self.fresh_server()
        page = self.open(server, nick="erin")
        page.say("\\dm nobody are you there?")
        page.wait_for(".row.failed")
        self.assertIn("nobody", page.text(".row.failed .delivery"))
        page.call("reload")
        page.wait_for(".row.failed .text")
        nobody = self.connect(server, "nobody")
        page.call("click", ".row.failed .delivery button")
        nobody.expect("erin (private): are you there?\r\n")
        page.wait_gone(".row.failed")
        self.assertEqual(page.texts, ["are you there?"])
        page.say("x" * 17_000)
        self.assertIn("16 KiB", page.text("#composer_note"))
        self.assertEqual(len(page.call("inputValue", "#chat_input")), 17_000)

    def test_hostile_text_stays_text(self) -> None:
        """Nothing that anyone writes becomes markup, runs, or disguises a link."""
        server = self.fresh_server()
        page = self.open(server, nick="erin")
        mallory = self.connect(server, "mallory")
        lookalike = "https://\u0430\u0440\u0440\u04cf\u0435.example/"
        mallory.say(*HOSTILE, lookalike, "\u202egnp.exe \u2066x\u2069 bidi")
        mallory.say("\\topic <img src=x onerror=document.title='owned'>")
        for nick in ("<b>bold</b>", "a\u202eb", "\"onclick='x'", "#x"):
            mallory.say(f"\\nick {nick}")
        mallory.say("last")
        page.wait_text("last")
        shown = page.texts
        for text in HOSTILE:
            self.assertIn(text, shown)
        self.assertIn("gnp.exe x bidi", shown)
        self.assertIn(f"{lookalike} (xn--80ak6aa92e.example)", shown)
        page.wait("document.querySelector('#topic').textContent.startsWith('<img')")
        inside = "#messages :is(img, script, b, h1, iframe, [onerror], [onclick])"
        self.assertEqual(page.count(inside), 0)
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
        self.assertEqual(page.count("#app i"), 0)

    def test_notifications_are_shown_for_mentions_and_direct_messages(self) -> None:
        """While the user looks elsewhere, and if they are turned on."""
        server = self.fresh_server()
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
        page = self.open(server, nick="erin", scripts=[elsewhere])
        alice.expect("is now known as erin\r\n")
        alice.say("this is for nobody", "erin: this is for you", "\\dm erin psst")
        page.wait("document.title.startsWith('(3)')")
        self.assertEqual(
            page.evaluate("window.shown"),
            ["alice in #lobby: erin: this is for you", "alice: psst"],
        )


class RoomTests(PageTestCase):
    """Rooms and their history."""

    def test_room_can_be_created_left_and_joined_again(self) -> None:
        server = self.fresh_server()
        page = self.open(server, nick="erin")
        page.call("click", "#rooms_open")
        page.wait("document.querySelector('#room_list').innerText.includes('#lobby')")
        page.call("fill", "#room_input", "a b")
        self.assertNotIn("Joining creates it", page.text("#rooms_help"))
        page.call("press", "#room_input", "Enter")
        page.wait("document.querySelector('#room_problem').textContent !== ''")
        self.assertTrue(page.visible("#rooms_dialog"))
        page.call("fill", "#room_input", "Garden")
        self.assertEqual(page.text("#room_problem"), "")
        self.assertIn("Joining creates it", page.text("#rooms_help"))
        page.call("press", "#room_input", "Enter")
        page.wait_for_text("#title", "#garden")
        page.call("dblclick", "#leave")
        page.wait("document.querySelectorAll('#rooms li').length === 1")
        self.assertEqual(page.text("#left_text"), "You left #garden.")
        page.call("click", "#left_return")
        page.wait_for_text("#title", "#garden")
        self.assertFalse(page.visible("#left"))
        page.say("\\leave garden")
        page.wait("document.querySelectorAll('#rooms li').length === 1")
        page.call("reload")
        page.wait_status("Connected")
        page.wait("document.querySelectorAll('#rooms li').length === 1")

    def test_messages_in_other_rooms_are_counted(self) -> None:
        server = self.fresh_server()
        alice = self.connect(server, "alice")
        page = self.open(server, nick="erin")
        page.say("/join garden")
        page.wait_for_text("#title", "#garden")
        alice.say("anyone?", "erin?")
        page.wait_for_text("#rooms .badge.urgent", "2")
        page.wait("document.title.startsWith('(2)')")
        alice.say("\\join garden")
        page.wait_for("#chatters li[data-name=alice]")
        alice.say("here I am")
        page.wait_text("here I am")
        page.say("/topic flowers")
        page.wait_for_text("#topic", "flowers")
        page.call("click", "#rooms .conversation >> nth=0")
        page.wait_text("erin?")
        page.wait_for("#messages .divider.new")
        page.wait_for("#messages .row.mention")
        page.wait("!document.title.startsWith('(')")

    def test_text_typed_right_after_a_switch_belongs_to_the_new_conversation(
        self,
    ) -> None:
        page = self.open(self.fresh_server())
        page.say("/join tea")
        page.wait_for_text("#title", "#tea")
        page.evaluate("""
            document.querySelector("#rooms .conversation").click();
            document.querySelector("#chat_input").value = "for the lobby";
            document.querySelector("#chat_input").dispatchEvent(new Event("input"));
        """)
        page.wait_for_text("#title", "#lobby")
        self.assertEqual(page.call("inputValue", "#chat_input"), "for the lobby")
        page.call("click", "#rooms .conversation >> nth=1")
        self.assertEqual(page.call("inputValue", "#chat_input"), "")

    def test_history_loads_while_scrolling_back(self) -> None:
        """To the beginning; new messages do not move what is being read."""
        server = self.fresh_server()
        alice = self.connect(server, "alice")
        alice.say(*(f"line {number}" for number in range(300)))
        alice.expect("line 299\r\n")
        page = self.open(server)
        page.wait_text("line 299")
        top = "document.querySelector('#messages').scrollTop"
        deadline = time.monotonic() + TIMEOUT
        while "line 0" not in page.texts and time.monotonic() < deadline:
            page.evaluate(f"{top} = 0")
            time.sleep(0.05)
        self.assertEqual(page.texts, [f"line {number}" for number in range(300)])
        page.wait_for("#messages .start")
        page.evaluate(f"{top} = 1000")
        page.wait("!document.querySelector('#latest').hidden")
        before = page.evaluate(top)
        alice.say("one more")
        page.wait_text("one more")
        self.assertEqual(page.evaluate(top), before)
        page.call("click", "#latest")
        page.wait("document.querySelector('#latest').hidden")

    def test_search_finds_old_messages_and_shows_them_in_place(self) -> None:
        server = self.fresh_server()
        alice = self.connect(server, "alice")
        alice.say("the needle is here", *(f"hay {number}" for number in range(150)))
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
        page.wait_for_text("#search_note", "No messages found.")
