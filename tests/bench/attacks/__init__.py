"""Unit tests of the attacks; they attack nothing."""
