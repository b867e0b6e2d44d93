"""What HELP says of each command: how it is typed, and what it does."""

from __future__ import annotations

HELP = {
    "ADMIN": ("ADMIN", "tells whom to ask"),
    "AUTHENTICATE": ("AUTHENTICATE DATA", "logs in by SASL; clients send it"),
    "AWAY": ("AWAY [TEXT]", "marks you as away; without TEXT, as back"),
    "BATCH": ("BATCH +ID TYPE", "begins or ends a batch; clients send it"),
    "CAP": ("CAP LS|LIST|REQ|END", "negotiates capabilities; clients send it"),
    "CHATHISTORY": (
        "CHATHISTORY LATEST|BEFORE|AFTER|AROUND|BETWEEN|TARGETS ...",
        "reads earlier messages; clients send it",
    ),
    "HELP": ("HELP [NAME]", "lists the commands, or explains one"),
    "INFO": ("INFO", "tells what this server is"),
    "INVITE": ("INVITE NICK #ROOM", "invites someone to a room"),
    "ISON": ("ISON NICK ...", "tells which of these are here"),
    "ISUPPORT": ("ISUPPORT", "lists the features of the server; clients send it"),
    "JOIN": ("JOIN #ROOM[,#ROOM] [KEY[,KEY]]", "enters rooms"),
    "KICK": ("KICK #ROOM NICK [TEXT]", "removes someone from a room"),
    "KILL": ("KILL NICK [TEXT]", "disconnects someone; for operators"),
    "LINKS": ("LINKS", "lists the servers, for operators"),
    "LIST": ("LIST [MASK]", "lists the rooms"),
    "LUSERS": ("LUSERS", "tells how many are here"),
    "MARKREAD": ("MARKREAD TARGET [timestamp=T]", "notes how far you have read"),
    "MODE": (
        "MODE #ROOM|NICK [MODES [PARAMETERS]]",
        "shows or changes what is set for a room",
    ),
    "MONITOR": ("MONITOR +|-|C|L|S [NICK,NICK]", "tells when someone comes or goes"),
    "MOTD": ("MOTD", "shows the message of the day"),
    "NAMES": ("NAMES #ROOM", "lists the members of a room"),
    "NICK": ("NICK NAME", "changes your nickname"),
    "NICKSERV": (
        "NICKSERV IDENTIFY|REGISTER|LOGOUT|HELP",
        "registers your nickname, or logs in",
    ),
    "NOTICE": ("NOTICE TARGET TEXT", "sends a text that no program answers"),
    "OPER": ("OPER NAME PASSWORD", "logs in to the account of an operator"),
    "PART": ("PART #ROOM [TEXT]", "leaves a room"),
    "PASS": ("PASS PASSWORD", "gives the password of the server, first of all"),
    "PING": ("PING TEXT", "is answered with PONG and the text"),
    "PRIVMSG": ("PRIVMSG TARGET TEXT", "sends a message to a room or to someone"),
    "QUIT": ("QUIT [TEXT]", "leaves the chat"),
    "REDACT": ("REDACT TARGET ID [TEXT]", "deletes a message"),
    "REGISTER": ("REGISTER * * PASSWORD", "makes your nickname an account"),
    "REHASH": ("REHASH", "reads files again that have changed; for operators"),
    "SETNAME": ("SETNAME TEXT", "changes your real name"),
    "STATS": ("STATS u", "tells since when the server runs"),
    "TAGMSG": ("TAGMSG TARGET", "sends only tags; clients send it"),
    "TIME": ("TIME", "tells the time"),
    "TOPIC": ("TOPIC #ROOM [TEXT]", "shows or sets the topic of a room"),
    "USER": ("USER NAME 0 * REALNAME", "tells who you are, at the beginning"),
    "USERHOST": ("USERHOST NICK ...", "tells the hosts of these"),
    "VERSION": ("VERSION", "tells the version of the server"),
    "WALLOPS": ("WALLOPS TEXT", "tells all operators something; for operators"),
    "WHO": ("WHO #ROOM|MASK [o] [%FIELDS]", "lists members"),
    "WHOIS": ("WHOIS NICK", "tells who someone is"),
    "WHOWAS": ("WHOWAS NICK [N]", "tells who had a nickname before"),
}
"""By name."""


def help_text(name: str) -> tuple[str, str] | None:
    """How a command is typed and what it does; ``None`` if it is not known."""
    return HELP.get({"HELPOP": "HELP", "NS": "NICKSERV"}.get(name, name))
