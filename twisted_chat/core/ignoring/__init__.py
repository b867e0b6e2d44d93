"""Who ignores whom, and for how long that is kept."""
