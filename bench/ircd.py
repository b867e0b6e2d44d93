"""Configurations of the IRC servers: no look-ups, no limits, no flood control."""

from __future__ import annotations


def inspircd_config(port: int) -> str:
    """InspIRCd 3: one connection class, without limits and without flood control."""
    return f"""
<server name="bench.localhost" description="bench" network="Bench">
<admin name="bench" nick="bench" email="bench@localhost">
<bind address="127.0.0.1" port="{port}" type="clients">
<connect name="everyone" allow="*" timeout="60" pingfreq="3600"
    resolvehostnames="no" useident="no" maxchans="20"
    limit="50000" localmax="50000" globalmax="50000" maxconnwarn="no"
    commandrate="1000000000" threshold="1000000" fakelag="no"
    recvq="8388608" softsendq="16777216" hardsendq="16777216">
<performance softlimit="50000" somaxconn="4096" netbuffersize="65534"
    clonesonconnect="no">
<options allowzerolimit="no">
<whowas groupsize="0" maxgroups="0" maxkeep="1h">
"""


def ngircd_config(port: int) -> str:
    """NgIRCd 26: no limits by address or number, no penalties, no look-ups."""
    return f"""
[Global]
    Name = bench.localhost
    Info = bench
    AdminEMail = bench@localhost
    Listen = 127.0.0.1
    Ports = {port}
[Limits]
    MaxConnections = 0
    MaxConnectionsIP = 0
    MaxNickLength = 16
    MaxPenaltyTime = 0
    PingTimeout = 3600
    PongTimeout = 3600
[Options]
    DNS = no
    Ident = no
    PAM = no
"""
