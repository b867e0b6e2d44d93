"""Tests of bench.hostile."""
