"""Tests of twisted_chat.protocols."""
