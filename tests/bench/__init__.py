"""Unit tests of the benchmarks; they start no server."""
