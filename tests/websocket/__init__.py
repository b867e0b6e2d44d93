"""Tests of twisted_chat.websocket."""
