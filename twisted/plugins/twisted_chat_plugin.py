"""The twistd plugin for ``twistd chat``; imports nothing of the package."""

from twisted.application.service import ServiceMaker

chat = ServiceMaker(
    "twisted_chat",
    "twisted_chat.service",
    "A chat server for telnet, browsers, WebSocket and Socket.IO on one port.",
    "chat",
)
