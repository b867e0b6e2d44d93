"""The bench: what this server costs, beside others, in one run on one machine.

``python -m bench`` from the top of the repository (``make bench`` does that).  The
load comes from ``load.c``, which leads thousands of clients on one thread; ``limit.c``
is the least that any server can do; ``peers/`` holds what other people would have
written.  Everything listens on 127.0.0.1 and is stopped by the number of its process.

Imports point down: progress, machine, proc, charts, ircd, results, processes <
measures, tools, generator < contenders < field < report < __main__.  Only the
standard library is used.
"""
