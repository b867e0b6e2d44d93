"""Benchmarks of this server beside other chat servers, in one run on one machine.

Run them with ``python -m bench`` from the top of the repository, or ``make bench``.
``native/`` has the programs in C: ``load.c`` generates the load, thousands of clients
on one thread, and ``baseline.c`` is a server that does the minimum.  ``peers/`` holds
servers for Node.js, written as the documentation of their libraries suggests.  ``python
-m bench.soak`` is a long run with clients of all kinds, ``python -m bench.scaling``
measures several servers on one Redis, ``python -m bench.attacks`` attacks the servers,
and ``python -m bench.hostile`` measures delays beside hostile
clients.  Everything listens on 127.0.0.1, or in a network namespace of its own.

Imports point down: progress, machine, proc, charts, ircd, results, processes <
metrics, tools, generator, line_charts < targets < runner <
crowd, crowd_report < report < __main__, and soak_results < soak_report < soak.
Only the standard library is used.
"""
