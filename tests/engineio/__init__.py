"""Tests of twisted_chat.engineio."""
