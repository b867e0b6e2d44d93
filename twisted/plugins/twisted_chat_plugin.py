"""Makes ``twistd chat`` known.  Names only: nothing is imported until it is used."""

from twisted.application.service import ServiceMaker

chat = ServiceMaker(
    "twisted_chat",
    "twisted_chat.service",
    "A chat server for telnet, browsers, WebSocket and Socket.IO on one port.",
    "chat",
)
