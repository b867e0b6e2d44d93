"""Alerts on the page: words, levels, sound, notifications; and the settings."""

from __future__ import annotations

from tests.end_to_end.page.browser import PageTestCase

ELSEWHERE = """
    document.hasFocus = () => false;
    window.sounds = 0;
    window.shown = [];
    const node = () => ({
        frequency: {}, connect: (next) => next, stop() {},
        start() { window.sounds += 0.5; },
        gain: { setValueAtTime() {}, exponentialRampToValueAtTime() {} },
    });
    window.AudioContext = class {
        state = "running";
        currentTime = 0;
        createOscillator = node;
        createGain = node;
    };
    window.Notification = class extends EventTarget {
        static permission = "granted";
        constructor(title, { body, tag }) {
            super();
            shown.push(`${tag}: ${body}`);
        }
        close() {}
    };
"""
INSECURE = "Object.defineProperty(window, 'isSecureContext', { value: false });"


class AlertTests(PageTestCase):
    """What alerts the user, and how."""

    def test_words_and_levels_decide_what_alerts(self) -> None:
        """A common word does not, although it is the nickname."""
        server = self.fresh_server()
        alice = self.connect(server, "alice")
        page = self.open(server, nick="will", scripts=[ELSEWHERE])
        page.call("click", "#profile")
        page.call("fill", "#words_input", "deploy, on call")
        page.call("check", "#notify_input")
        page.call("check", "#sound_input")
        page.call("click", "#profile_form [type=submit]")
        page.wait_gone("dialog[open]")
        self.assertEqual(page.evaluate("window.sounds"), 1, "heard when turned on")
        alice.say("I will", "will: hi", "who is On Call?")
        page.wait_text("who is On Call?")
        page.wait("document.title.startsWith('(3)')")
        self.assertEqual(page.count("#messages .row.mention"), 2)
        self.assertEqual(
            page.evaluate("window.shown"),
            ["#lobby: will: hi", "#lobby: who is On Call?"],
        )
        page.call("click", "#title")
        page.call("check", "#sheet_levels [value=nothing]")
        page.call("click", "#sheet_close")
        alice.say("@will, deploy!")
        page.wait_text("@will, deploy!")
        alice.say("\\dm will psst")
        page.wait_for_text("#directs .badge.urgent", "1")
        self.assertEqual(page.evaluate("window.shown.slice(2)"), ["@alice: psst"])
        page.wait("document.title.startsWith('(1)')")
        page.call("reload")
        page.wait_status("Connected")
        page.call("click", "#profile")
        self.assertEqual(page.call("inputValue", "#words_input"), "deploy, on call")
        self.assertTrue(page.call("isChecked", "#sound_input"))
        page.call("press", "#nick_input", "Escape")
        page.call("click", "#title")
        self.assertTrue(page.call("isChecked", "#sheet_levels [value=nothing]"))

    def test_page_says_why_there_are_no_notifications(self) -> None:
        """Over http on a local network."""
        page = self.open(self.fresh_server(), scripts=[INSECURE])
        page.call("click", "#profile")
        self.assertIn("https", page.text("#notify_note"))
        self.assertTrue(page.call("isDisabled", "#notify_input"))
        self.assertTrue(page.call("isEnabled", "#sound_input"))
        self.assertEqual(page.violations(), [])


class SettingsTests(PageTestCase):
    """Saving the settings: all or nothing."""

    def test_bad_name_leaves_the_away_text_as_it_was(self) -> None:
        """The dialog stays open, with what was typed."""
        server = self.fresh_server()
        alice = self.connect(server, "alice")
        page = self.open(server, nick="erin")
        alice.expect("is now known as erin\r\n")
        page.call("click", "#profile")
        page.call("fill", "#away_input", "at lunch")
        for nick in ("alice", "two words"):
            page.call("fill", "#nick_input", nick)
            page.call("click", "#profile_form [type=submit]")
            page.wait("document.querySelector('#nick_problem').textContent !== ''")
            self.assertEqual(page.call("inputValue", "#away_input"), "at lunch")
            self.assertEqual(page.call("inputValue", "#nick_input"), nick)
        self.assertTrue(page.visible("#profile_dialog"))
        page.call("fill", "#nick_input", "erika")
        page.call("click", "#profile_form [type=submit]")
        page.wait_gone("dialog[open]")
        page.wait_for_text("#profile_note", "away: at lunch")
        seen = alice.expect("is away (at lunch)\r\n")
        self.assertIn("erin: is now known as erika", seen)
        self.assertEqual(seen.count("is away"), 1)
        page.call("click", "#profile")
        page.call("fill", "#away_input", "")
        page.call("click", "#profile_form [type=submit]")
        page.wait_for_text("#profile_note", "Name and settings")
