"""Files that an operator names."""

from __future__ import annotations

import errno
import os
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.net.regular_files import cannot_read, open_regular


class RegularFileTests(SynchronousTestCase):
    """Nothing waits."""

    def test_regular_file_is_opened(self) -> None:
        """Also by a link."""
        path = Path(self.mktemp())
        path.write_bytes(b"words")
        link = Path(self.mktemp())
        link.symlink_to(path.absolute())
        for name in (path, link):
            with open_regular(name) as file:
                self.assertEqual(file.read(), b"words")

    def test_other_files_are_refused(self) -> None:
        """A named pipe, a device, a directory; and what is missing."""
        pipe = Path(self.mktemp())
        os.mkfifo(pipe)
        for path in (pipe, Path("/dev/zero")):
            with self.assertRaises(OSError) as caught:
                open_regular(path)
            self.assertEqual(caught.exception.filename, str(path))
            self.assertIn("not a regular file", str(caught.exception.strerror))
        self.assertRaises(IsADirectoryError, open_regular, pipe.parent)
        self.assertRaises(FileNotFoundError, open_regular, pipe.parent / "missing")

    def test_refusal_names_the_file_and_says_what_to_do(self) -> None:
        """Whatever the reason is, as far as it is known."""
        for path, reason in (
            ("/missing", "No such file or directory; create it, or correct the path"),
            ("/", "Is a directory; give a file"),
            ("/dev/null", "it is not a regular file; give a file"),
            ("/dev/null/x", "Not a directory; correct the path"),
        ):
            with self.assertRaises(OSError) as caught:
                open_regular(Path(path))
            expected = f"cannot read {path}: {reason}"
            self.assertEqual(cannot_read(caught.exception), expected)
        denied = PermissionError(errno.EACCES, "Permission denied", b"/key.pem")
        self.assertIn("let the user of the server read it", cannot_read(denied))
        broken = OSError(errno.EIO, "Input/output error", "x")
        self.assertEqual(cannot_read(broken), "cannot read x: Input/output error")
