"""Tests, in the same folders as the package: one file for each module."""

import gc
import os

# Garbage of tests is young. Full collections would scan every imported module again and
# again, which takes a tenth of the time of the unit tests.
gc.set_threshold(*gc.get_threshold()[:2], 100)

try:
    from hypothesis import settings
except ImportError:  # tests that need it fail with their own import
    pass
else:
    # A few random examples in each run; CHAT_TESTS_EXAMPLES=1000 for a longer search.
    settings.register_profile(
        "unit",
        max_examples=int(os.environ.get("CHAT_TESTS_EXAMPLES", "20")),
        deadline=None,
    )
    settings.load_profile("unit")
