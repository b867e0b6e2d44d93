"""Tests of twisted_chat.testing."""
