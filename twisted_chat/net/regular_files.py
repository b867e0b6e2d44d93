"""Files that an operator names, opened so that nothing waits.

A named pipe would keep the whole server waiting for its other end.
"""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import BinaryIO


def open_regular(path: Path) -> BinaryIO:
    """Open a file for reading.

    :raises OSError: it cannot be read, or is not a regular file.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    mode = os.fstat(descriptor).st_mode
    if not stat.S_ISREG(mode):
        os.close(descriptor)
        if stat.S_ISDIR(mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
        raise OSError(errno.EINVAL, "it is not a regular file", str(path))
    return os.fdopen(descriptor, "rb")


_ADVICE = {
    errno.ENOENT: "; create it, or correct the path",
    errno.EACCES: "; let the user of the server read it, and its directory",
    errno.EISDIR: "; give a file",
    errno.EINVAL: "; give a file",
    errno.ENOTDIR: "; correct the path",
}


def cannot_read(error: OSError) -> str:
    """Why a file cannot be read, and what to do, in one line."""
    advice = _ADVICE.get(error.errno or 0, "")
    return f"cannot read {os.fsdecode(error.filename)}: {error.strerror}{advice}"
