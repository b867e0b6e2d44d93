"""Nicknames: which are valid, which look alike, and whose they are."""
