"""Invalid options of programs that use ``argparse``."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable, Sequence

from twisted.trial.unittest import SynchronousTestCase


def refusal_of(
    case: SynchronousTestCase,
    parse: Callable[[Sequence[str]], object],
    arguments: Sequence[str],
) -> str:
    """What a parser prints for options that it refuses."""
    stderr = io.StringIO()
    with contextlib.redirect_stderr(stderr):
        case.assertRaises(SystemExit, parse, arguments)
    return stderr.getvalue()
