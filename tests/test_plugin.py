"""The one file through which twistd finds the chat."""

from __future__ import annotations

from importlib import import_module

from twisted.application.service import IServiceMaker, ServiceMaker
from twisted.plugin import IPlugin
from twisted.trial import unittest


class PluginTests(unittest.SynchronousTestCase):
    """What stands in ``twisted/plugins``."""

    def test_one_service_named_chat(self) -> None:
        """``twistd chat`` starts the service of ``twisted_chat.service``."""
        plugin = import_module("twisted.plugins.twisted_chat_plugin")
        makers = [
            thing for thing in vars(plugin).values() if isinstance(thing, ServiceMaker)
        ]
        (maker,) = makers
        self.assertTrue(IPlugin.providedBy(maker))
        self.assertTrue(IServiceMaker.providedBy(maker))
        self.assertEqual(maker.tapname, "chat")
        self.assertEqual(maker.module, "twisted_chat.service")

    def test_the_service_is_there(self) -> None:
        """The names that the plugin gives as text are those of real things."""
        service = import_module("twisted_chat.service")
        self.assertTrue(callable(service.Options))
        self.assertTrue(callable(service.makeService))
