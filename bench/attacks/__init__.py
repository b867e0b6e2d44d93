"""Attacks on this server and on others, and what each of them did.

Run them with ``python -m bench.attacks`` from the top of the repository, or ``make
attacks``.  Each attack runs against a freshly started server, in a process of its own,
while bystanders from another address talk to each other.

Imports point down: network, frames, results, connection < wires < field < floods,
holding, answers, probes < catalogue < attacker, bystanders, meter, victims < runner,
verdicts < table < __main__.  Only the standard library is used.
"""
