"""The unit tests of the checkout, for ``trial twisted_chat``.

Trial looks for tests inside the package it is given; ours are in ``tests/``, beside
the package, so that nobody who installs the chat installs its tests.  A wheel leaves
this module out, and there ``trial twisted_chat`` finds no tests.
"""

from __future__ import annotations

from twisted.python.modules import getModule
from twisted.trial.runner import TestLoader, TestSuite


def test_suite() -> TestSuite:
    """All of ``tests/`` except the end-to-end tests, which ``trial tests`` includes.

    Trial calls it instead of looking for test cases in this module.
    """
    names = [
        module.name
        for module in getModule("tests").iterModules()
        if module.name != "tests.end_to_end"
        and (module.isPackage() or module.name.startswith("tests.test_"))
    ]
    return TestLoader().loadByNames(names, recurse=True)
