"""How long messages take while hostile clients are connected.

Run it with ``python -m bench.hostile`` from the top of the repository, or ``make
hostile``.  2,000 people talk, and how long their messages take is measured: alone,
beside each kind of hostile clients, and alone again.  ``bench.attacks`` measures what
such clients do to the server itself, and to other servers.
"""
