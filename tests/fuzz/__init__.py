"""Fuzzing: bytes that nobody would think of, for each parser and for the whole chat.

Each file in ``targets`` is one target.  ``test_targets`` runs each for a moment; ``make
fuzz`` runs one, or one after the other, for as long as one likes.
"""
