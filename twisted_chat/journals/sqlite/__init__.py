"""The journal in a SQLite file, which is the default."""

from .file import check_file
from .journal import SqliteJournal

__all__ = ["SqliteJournal", "check_file"]
