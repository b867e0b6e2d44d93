"""What a chat is: no Twisted, no wire format, no store.

Read ``events`` first, then ``chat``.  These names are for those who build on it; the
package itself imports from the modules.
"""

from .chat import Chat, CommandContext, Handler
from .client import Client, ClientState, Identity
from .commands import Command, CommandTable, Guard
from .events import (
    LOBBY,
    Action,
    AwaySet,
    BulkPresence,
    CustomEvent,
    Deleted,
    DirectMessage,
    Edited,
    Entry,
    Event,
    Joined,
    Left,
    LoggedIn,
    LoggedOut,
    Message,
    Quit,
    Renamed,
    Stored,
    Switched,
    TopicSet,
)
from .interfaces import (
    Codec,
    Connection,
    History,
    Journal,
    NameRegistry,
    StoreError,
    Viewer,
)
from .join_request import JoinRequest
from .limits import RateLimit
from .outcomes import Outcome
from .replies import (
    Done,
    ErrorReply,
    HistoryPage,
    MemberList,
    Notice,
    Refused,
    Reply,
    Request,
    RoomList,
    RoomSnapshot,
    Topic,
    Welcome,
)
from .routes import in_room, standard_table
from .runtime import Runtime

__all__ = [
    "LOBBY",
    "Action",
    "AwaySet",
    "BulkPresence",
    "Chat",
    "Client",
    "ClientState",
    "Codec",
    "Command",
    "CommandContext",
    "CommandTable",
    "Connection",
    "CustomEvent",
    "Deleted",
    "DirectMessage",
    "Done",
    "Edited",
    "Entry",
    "ErrorReply",
    "Event",
    "Guard",
    "Handler",
    "History",
    "HistoryPage",
    "Identity",
    "JoinRequest",
    "Joined",
    "Journal",
    "Left",
    "LoggedIn",
    "LoggedOut",
    "MemberList",
    "Message",
    "NameRegistry",
    "Notice",
    "Outcome",
    "Quit",
    "RateLimit",
    "Refused",
    "Renamed",
    "Reply",
    "Request",
    "RoomList",
    "RoomSnapshot",
    "Runtime",
    "StoreError",
    "Stored",
    "Switched",
    "Topic",
    "TopicSet",
    "Viewer",
    "Welcome",
    "in_room",
    "standard_table",
]
