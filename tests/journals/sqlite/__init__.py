"""Tests of twisted_chat.journals.sqlite."""
