"""Tests of the bench: what it reads, computes and writes; nothing is started."""
