"""Tests of twisted_chat.wire."""
