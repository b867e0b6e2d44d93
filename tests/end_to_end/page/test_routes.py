"""The page learns the routes from the server, those of a plugin included."""

from __future__ import annotations

import os
import re

from tests.end_to_end.harness import ROOT, Server
from tests.end_to_end.page.browser import PageTestCase

EXTENDING = ROOT / "docs" / "extending.md"


class PluginTests(PageTestCase):
    """The plugin of docs/extending.md, as printed there."""

    def start_my_chat(self) -> Server:
        plugins = self.directory / "twisted" / "plugins"
        plugins.mkdir(parents=True)
        text = EXTENDING.read_text("utf-8")
        for name, code in re.findall(r"```python\n# (\S+)\n(.*?)```", text, re.DOTALL):
            folder = plugins if name == "my_chat_plugin.py" else self.directory
            (folder / name).write_text(code)
        path = os.pathsep.join((str(self.directory), str(ROOT)))
        return self.start(
            "--store", "memory:", command="my_chat", env={"PYTHONPATH": path}
        )

    def test_route_of_a_plugin_completes_and_runs_on_the_page(self) -> None:
        server = self.start_my_chat()
        alice = self.connect(server, "alice")
        page = self.open(server, nick="erin")
        page.call("type", "#chat_input", "/ro")
        page.wait("!document.querySelector('#completions').hidden")
        self.assertIn("/roll SIDES [TEXT]", page.text("#completions"))
        self.assertIn("roll a die", page.text("#completions"))
        page.call("type", "#chat_input", "ll")
        page.call("press", "#chat_input", "Tab")
        self.assertEqual(page.call("inputValue", "#chat_input"), "/roll ")
        page.call("type", "#chat_input", "1 for tea")
        page.call("press", "#chat_input", "Enter")
        alice.expect("* erin rolls a 1 for tea\r\n")
        page.wait_text("rolls a 1 for tea")
        # A line that names no known route is posted.
        page.say("/shrug")
        alice.expect("erin: /shrug\r\n")

    def test_every_route_of_help_is_completed(self) -> None:
        server = self.fresh_server()
        page = self.open(server, nick="erin")
        alice = self.connect(server, "alice")
        alice.say("\\help", "\\who")
        text = alice.expect("here (")
        listed = set(re.findall(r"^\\(\w+)", text, re.MULTILINE))
        page.call("type", "#chat_input", "\\")
        page.wait("!document.querySelector('#completions').hidden")
        labels = page.evaluate(
            "[...document.querySelectorAll('#completions .label')]"
            ".map((one) => one.textContent)"
        )
        offered = {label[1:].split(" ")[0] for label in labels}
        self.assertEqual(offered, listed)
