"""Accounts on the page: registering, logging in and out, several devices."""

from __future__ import annotations

import json
from typing import Any

from tests.end_to_end.page.browser import PHONE, Page, PageTestCase

SECRET = "correct horse"
STORED = "JSON.stringify([{...localStorage}, {...sessionStorage}])"
FIELDS = "[...document.querySelectorAll('input, textarea')].map((one) => one.value)"
RECORD_FRAMES = """
    window.sentFrames = [];
    const send = WebSocket.prototype.send;
    WebSocket.prototype.send = function (text) {
        window.sentFrames.push(JSON.parse(text));
        return send.call(this, text);
    };
"""


def log_in(page: Page, nick: str, password: str) -> None:
    page.call("click", "#naming_login")
    page.wait_for("#login_dialog[open]")
    page.call("fill", "#login_nick", nick)
    page.call("fill", "#login_password", password)
    page.call("press", "#login_password", "Enter")


def register(page: Page, nick: str, password: str) -> None:
    page.call("click", "#naming_login")
    page.call("click", "#login_dialog .other")
    page.call("fill", "#register_nick", nick)
    page.call("fill", "#register_password", password)
    page.call("press", "#register_password", "Enter")
    page.wait_gone("dialog[open]")
    page.wait_for_text("#announcer", f"Logged in as {nick}.")
    page.wait_for_text("#profile_nick", nick)


def open_settings(page: Page) -> None:
    page.evaluate("document.querySelector('#profile').click()")
    page.wait_for("#profile_dialog[open]")


class AccountTests(PageTestCase):
    """A name that is registered on the page belongs to its account."""

    def test_name_is_registered_and_the_device_stays_logged_in(self) -> None:
        server = self.fresh_server()
        alice = self.connect(server, "alice")
        page = self.open(server, scripts=[RECORD_FRAMES])
        register(page, "erin", SECRET)
        alice.expect(": is now known as erin\r\n")
        self.assertFalse(page.visible("#naming"))
        page.say("it is me")
        page.wait_for(".row .sign")
        alice.say("\\nick erin")
        alice.expect("error: erin is ")
        # A session is resumed for a day, a token is good for longer.
        page.evaluate("localStorage.removeItem('chat.sessions')")
        page.call("evaluate", "sessionStorage.clear()")
        other = self.open(server, scripts=[RECORD_FRAMES], beside=page)
        other.wait_for_text("#profile_nick", "erin")
        first: Any = other.evaluate("window.sentFrames[0]")
        self.assertEqual([first["type"], "token" in first], ["login", True])
        self.assertFalse(other.visible("#naming"))

    def test_password_is_only_in_the_frame_that_sends_it(self) -> None:
        """Not in an address, in a storage of the browser, or in the document."""
        server = self.fresh_server()
        page = self.open(server, scripts=[RECORD_FRAMES])
        register(page, "erin", SECRET)
        page.say(f"\\login erin wrong {SECRET}")
        page.wait("document.querySelector('#composer_note').textContent !== ''")
        page.evaluate("dispatchEvent(new PageTransitionEvent('pagehide'))")
        seen = [
            page.evaluate(STORED),
            page.evaluate("document.documentElement.outerHTML"),
            json.dumps(page.evaluate(FIELDS)),
            page.evaluate(
                "JSON.stringify(performance.getEntries().map(({name}) => name))"
            ),
            page.call("url"),
        ]
        for one in seen:
            self.assertNotIn("horse", one)
        sent = page.evaluate("JSON.stringify(window.sentFrames)")
        self.assertIn(SECRET, sent)
        page.call("press", "#chat_input", "ArrowUp")
        self.assertEqual(page.call("inputValue", "#chat_input"), "")

    def test_wrong_password_is_refused_at_the_form(self) -> None:
        server = self.fresh_server()
        page = self.open(server)
        register(page, "erin", SECRET)
        for device in ({}, PHONE):
            other = self.open(server, device)
            log_in(other, "erin", "wrong")
            other.wait_for_text("#login_problem", "wrong name or password")
            self.assertEqual(other.violations(), [])
            other.call("fill", "#login_password", SECRET)
            other.call("click", "#login_form [type=submit]")
            other.wait_gone("dialog[open]")
            other.wait_for_text("#profile_nick", "erin")

    def test_forms_declare_to_password_managers_what_they_hold(self) -> None:
        server = self.fresh_server()
        page = self.open(server)
        register(page, "erin", SECRET)
        open_settings(page)
        page.call("click", "#password_open")
        page.wait_for("#password_dialog[open]")
        held = (
            "(form) => [...form.querySelectorAll('[autocomplete]')]"
            ".map((one) => `${one.type} ${one.autocomplete}`).join()"
        )
        forms = "['register_form', 'password_form']"
        self.assertEqual(
            page.evaluate(
                f"{forms}.map((id) => ({held})(document.getElementById(id)))"
            ),
            [
                "text username,password new-password",
                "text username,password current-password,password new-password",
            ],
        )

    def test_password_is_changed_and_the_device_stays_logged_in(self) -> None:
        server = self.fresh_server()
        page = self.open(server)
        register(page, "erin", SECRET)
        open_settings(page)
        page.call("click", "#password_open")
        page.call("fill", "#password_old", SECRET)
        page.call("fill", "#password_password", "battery staple")
        page.call("click", "#password_form [type=submit]")
        page.wait_gone("dialog[open]")
        page.wait_for_text("#composer_note", "Your password is changed.")
        other = self.open(server)
        log_in(other, "erin", SECRET)
        other.wait_for_text("#login_problem", "wrong name or password")
        other.call("fill", "#login_password", "battery staple")
        other.call("press", "#login_password", "Enter")
        other.wait_for_text("#profile_nick", "erin")
        page.call("reload")
        page.wait_status("Connected")
        page.wait_for_text("#profile_nick", "erin")

    def test_logging_out_leaves_nothing_of_the_account_on_the_page(self) -> None:
        server = self.fresh_server()
        alice = self.connect(server, "alice")
        page = self.open(server)
        register(page, "erin", SECRET)
        alice.say("\\dm erin psst")
        page.wait_for("#directs .conversation")
        open_settings(page)
        page.call("click", "#logout")
        page.wait(
            "document.querySelector('#profile_nick').textContent.startsWith('guest_')"
        )
        page.wait_status("Connected")
        page.wait_gone("#directs .conversation")
        self.assertNotIn("chat.token", page.evaluate("Object.keys(localStorage)"))
        page.call("reload")
        page.wait_status("Connected")
        page.wait("!document.querySelector('#naming').hidden")
        self.assertNotEqual(page.text("#profile_nick"), "erin")
        alice.say("hello")
        page.wait_text("hello")

    def test_account_is_deleted_and_its_name_is_free(self) -> None:
        server = self.fresh_server()
        page = self.open(server)
        register(page, "erin", SECRET)
        open_settings(page)
        page.call("click", "#unregister_open")
        page.wait_for("#unregister_dialog[open]")
        self.assertEqual(page.violations(), [])
        page.call("fill", "#unregister_password", "wrong")
        page.call("press", "#unregister_password", "Enter")
        page.wait_for_text("#unregister_problem", "wrong password")
        page.call("fill", "#unregister_password", SECRET)
        page.call("press", "#unregister_password", "Enter")
        page.wait_gone("dialog[open]")
        nick = "document.querySelector('#profile_nick').textContent"
        page.wait(f"{nick}.startsWith('guest_')")
        page.wait_status("Connected")
        page.wait_for_text("#composer_note", "Your account is deleted.")
        alice = self.connect(server, "alice")
        alice.say("\\nick erin")
        alice.expect("alice: is now known as erin\r\n")

    def test_form_that_is_cancelled_changes_nothing(self) -> None:
        """The focus returns to where it was opened, also after a refusal."""
        server = self.fresh_server()
        page = self.open(server)
        register(page, "erin", SECRET)
        for form in ("unregister", "password"):
            secret = f"#{form}_{'password' if form == 'unregister' else 'old'}"
            for cancel in ("Escape", "Cancel"):
                page.call("press", "#profile", "Enter")
                page.call("click", f"#{form}_open")
                page.wait_for(f"#{form}_dialog[open]")
                page.call("fill", secret, "wrong")
                if form == "unregister":
                    page.call("press", secret, "Enter")
                    page.wait_for_text("#unregister_problem", "wrong password")
                if cancel == "Escape":
                    page.call("press", secret, cancel)
                else:
                    page.call("click", f"#{form}_form button:text-is('{cancel}')")
                page.wait_gone("dialog[open]")
                self.assertEqual(page.focus, "profile")
                self.assertEqual(page.call("inputValue", secret), "")
        page.say("still here")
        page.wait_text("still here")
        self.assertEqual(page.text("#profile_nick"), "erin")

    def test_what_is_read_on_one_device_is_read_on_all(self) -> None:
        server = self.fresh_server()
        alice = self.connect(server, "alice")
        desk = self.open(server)
        register(desk, "erin", SECRET)
        desk.say("\\join tea")
        desk.wait_for_text("#title", "#tea")
        phone = self.open(server, PHONE)
        log_in(phone, "erin", SECRET)
        phone.wait_for_text("#profile_nick", "erin")
        phone.evaluate(
            "[...document.querySelectorAll('#rooms .conversation')]"
            ".find((one) => one.textContent.includes('tea')).click()"
        )
        phone.wait_for_text("#title", "#tea")
        alice.say("one", "two")
        for device in (desk, phone):
            device.wait("document.title.startsWith('(2)')")
        desk.call("click", "#rooms .conversation")
        desk.wait_text("two")
        phone.wait("!document.title.startsWith('(')")

    def test_direct_message_read_on_one_device_is_read_on_all(self) -> None:
        server = self.fresh_server()
        alice = self.connect(server, "alice")
        desk = self.open(server)
        register(desk, "erin", SECRET)
        phone = self.open(server, PHONE)
        log_in(phone, "erin", SECRET)
        phone.wait_for_text("#profile_nick", "erin")
        alice.say("\\dm erin one", "\\dm erin two")
        for device in (desk, phone):
            device.wait("document.title.startsWith('(2)')")
        desk.call("click", "#directs .conversation")
        desk.wait_text("two")
        phone.wait("!document.title.startsWith('(')")
        # It stays so.
        phone.call("reload")
        phone.wait_status("Connected")
        phone.wait_for("#directs .conversation")
        self.assertEqual(phone.count("#directs .badge"), 0)

    def test_other_device_is_told_that_the_account_was_deleted(self) -> None:
        server = self.fresh_server()
        desk = self.open(server)
        register(desk, "erin", SECRET)
        phone = self.open(server, PHONE)
        log_in(phone, "erin", SECRET)
        phone.wait_for_text("#profile_nick", "erin")
        desk.say(f"\\unregister {SECRET}")
        for device in (desk, phone):
            nick = "document.querySelector('#profile_nick').textContent"
            device.wait(f"{nick}.startsWith('guest_')")
        phone.wait(
            "document.querySelector('#naming_label').textContent"
            ".startsWith('Your account was deleted on another device.')"
        )
        phone.wait_status("Connected")
        self.assertTrue(phone.visible("#naming"))
        self.assertEqual(phone.violations(), [])
        self.assertNotIn("chat.token", phone.evaluate("Object.keys(localStorage)"))
        nicks = [device.text("#profile_nick") for device in (desk, phone)]
        self.assertEqual(len(set(nicks)), 2)


class EntranceTests(PageTestCase):
    """A server with a password, which everyone needs."""

    def test_password_of_the_server_is_asked_for_once_and_stored_nowhere(self) -> None:
        path = self.directory / "password"
        path.write_text("open sesame\n")
        server = self.start("--password-file", str(path))
        page = self.prepare()
        self.visit(page, server)
        page.wait_for("#entrance_dialog[open]")
        self.assertEqual(page.violations(), [])
        self.assertEqual(page.text("#status"), "Password needed")
        self.assertFalse(page.visible("#banner"))
        page.call("press", "#entrance_password", "Escape")
        page.wait_for_text("#banner_text", "You need the password of this chat.")
        page.call("click", "#retry_now")
        page.wait_for("#entrance_dialog[open]")
        page.call("fill", "#entrance_password", "open barley")
        page.call("press", "#entrance_password", "Enter")
        page.wait_for_text("#entrance_problem", "wrong password")
        page.call("fill", "#entrance_password", "open sesame")
        page.call("press", "#entrance_password", "Enter")
        page.wait_gone("dialog[open]")
        page.wait_status("Connected")
        page.take_name("erin")
        for one in (page.evaluate(STORED), page.evaluate(FIELDS), page.call("url")):
            self.assertNotIn("sesame", str(one))
        server.kill()
        page.wait_disconnected()
        self.restart(server, "--password-file", str(path))
        page.wait_status("Connected")
