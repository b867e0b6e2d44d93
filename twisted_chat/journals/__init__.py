"""Journals: where events are stored, and read again as history.

``records`` is the table of how each kind of event is stored.  ``MemoryJournal`` is for
trials and tests; ``journals.sqlite`` is the default, ``journals.redis`` is for several
servers.  They need Twisted, so they are not imported here.
"""

from .memory import MemoryJournal

__all__ = ["MemoryJournal"]
