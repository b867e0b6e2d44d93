"""The tests mirror the package: one file for each module, named for it."""

import gc
import os

# What a test leaves behind is young. To look through all that was ever imported as
# well, again and again, takes a tenth of the time that the unit tests have.
gc.set_threshold(*gc.get_threshold()[:2], 100)

try:
    from hypothesis import settings
except ImportError:  # what needs it says so itself
    pass
else:
    # Few examples each time, other ones each time; CHAT_TESTS_EXAMPLES=1000 to search.
    settings.register_profile(
        "unit",
        max_examples=int(os.environ.get("CHAT_TESTS_EXAMPLES", "20")),
        deadline=None,
    )
    settings.load_profile("unit")
