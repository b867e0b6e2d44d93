"""Advice: what to do in IRC, where a refusal of the core advises a route.

Nobody can type routes here.  The reason of a refusal names none; what is advised
instead is in this table, by the code of the refusal.
"""

from __future__ import annotations

from twisted_chat.core.replies import ErrorReply, Refused, with_advice

_ADVICE = {
    "account_required": (
        "/msg NickServ IDENTIFY NAME PASSWORD, or /msg NickServ REGISTER PASSWORD"
    ),
    "logged_in": "/msg NickServ LOGOUT first",
    "needs_key": "join it with the key",
    # Also before a client is registered, when only SASL is there.
    "nick_registered": (
        "choose another, or log in by SASL or /msg NickServ IDENTIFY NAME PASSWORD"
    ),
    "nick_reserved": "/nick NAME first",
    "not_logged_in": "/msg NickServ IDENTIFY NAME PASSWORD",
    "operator_code": "use it on the page, or by telnet",
    "too_many": "remove one first",
}


def text_of(error: ErrorReply | Refused) -> str:
    """The reason of a refusal, with advice if the core has some and there is any here.

    As most clients do, the advice names commands with a slash.
    """
    advice = _ADVICE.get(error.code, "") if error.advice else ""
    return with_advice(error.reason, advice)
