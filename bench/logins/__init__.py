"""How long messages take while a thousand clients log in at once.

Run it with ``python -m bench.logins`` from the top of the repository, or ``make
logins``.  The server, those who log in, and the two whose messages are measured are
processes of their own, so only the server's delays are measured.
"""
