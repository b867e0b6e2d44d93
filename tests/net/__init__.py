"""Tests of twisted_chat.net."""
