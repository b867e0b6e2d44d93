"""Tests of twisted_chat.journals.redis."""
