"""Tests of bench.logins."""
