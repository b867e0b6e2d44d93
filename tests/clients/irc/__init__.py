"""Tests of twisted_chat.clients.irc."""
