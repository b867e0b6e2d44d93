"""Accounts: registered names with passwords.

``accounts`` is what the chat uses; start reading there.  Invariants: a password leaves
these modules only as what it is hashed to; hashing never runs in the reactor's thread.
"""
