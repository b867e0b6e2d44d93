"""Sessions: the secrets with which clients resume.

The id of a client is a digest of its session.  Only ids are stored, so whoever reads a
store or its backup cannot resume as anyone.
"""

from __future__ import annotations

import re
import secrets
from base64 import urlsafe_b64encode
from hashlib import blake2b

_SESSION = re.compile(r"[A-Za-z0-9_-]{22}")


def new_session() -> str:
    """A secret of 128 random bits."""
    return secrets.token_urlsafe(16)


def is_session(text: str) -> bool:
    """Whether a text has the form of a session; it may never have been issued."""
    return _SESSION.fullmatch(text) is not None


def client_id_of(session: str) -> str:
    """The id of the client that has this session."""
    digest = blake2b(session.encode(), digest_size=16, person=b"chat session")
    return urlsafe_b64encode(digest.digest()).rstrip(b"=").decode()
