"""Texts as they may be shown: sanitized, and without what must not be public."""

from __future__ import annotations

from collections.abc import Callable

from twisted_chat.core.accounts.operators import Operators, has_code
from twisted_chat.core.limits import MAX_LINE
from twisted_chat.core.replies import Refused

from .sanitize import is_blank
from .texts import accepted_label, accepted_text

EMPTY = "the message is empty"

OPERATOR_CODE = "not shown: this is the operator code"


def no_mask(text: str) -> str:
    """Mask nothing."""
    return text


class ShownTexts:
    """Makes texts that clients send fit to be shown.

    :param operators: whose code is not shown as long as there is none.
    :ivar mask: replaces words that the operator does not want to be shown.
    """

    def __init__(self, operators: Operators) -> None:
        self._operators = operators
        self.mask: Callable[[str], str] = no_mask

    def sanitized(self, text: str) -> str:
        """A text as it may be shown, of one line or several: sanitized and masked.

        :raises Refused: ``too_long``; ``empty``, if nothing visible is left.
        """
        return _not_blank(self.masked(accepted_text(text)))

    def sanitized_label(self, text: str, limit: int = MAX_LINE) -> str:
        """The same for a topic or the like, which is one line without tabs.

        :param limit: its bytes.
        :raises Refused: ``too_long``, ``empty``.
        """
        return _not_blank(self.masked(accepted_label(text, limit)))

    def masked(self, text: str) -> str:
        """A sanitized text, masked.

        :raises Refused: ``operator_code``, if everyone could be an operator with it.
        """
        if not self._operators.ids and has_code(text, self._operators.code):
            how = "(\\operator CODE uses it)"
            raise Refused("operator_code", OPERATOR_CODE, how)
        return self.mask(text)


def _not_blank(text: str) -> str:
    if is_blank(text):
        raise Refused("empty", EMPTY)
    return text
