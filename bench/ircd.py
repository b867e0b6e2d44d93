"""Configurations of the IRC servers: without limits, or with those of Debian."""

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


def inspircd_debian_config(host: str, port: int, directory: str, people: int) -> str:
    """InspIRCd 3 with the limits of /etc/inspircd/inspircd.conf in Debian 12.

    Without look-ups of names, which need a server.  Debian permits 3 connections from
    one address, which is too few to compare anything.

    :param directory: for its log.
    :param people: how many connections are permitted from one address.
    """
    return f"""
<server name="irc.local" description="Local IRC Server" network="Localnet">
<admin name="Root Penguin" nick="Nick" email="root@localhost">
<bind address="{host}" port="{port}" type="clients">
<connect allow="*" timeout="60" threshold="10" pingfreq="120"
    hardsendq="262144" softsendq="8192" recvq="8192"
    localmax="{people}" globalmax="{people}" resolvehostnames="no">
<channels users="20" opers="60">
<dns server="127.0.0.1" timeout="5">
<options prefixquit="Quit: " syntaxhints="no" announcets="yes" hostintopic="yes"
    pingwarning="15" splitwhois="no" exemptchanops="">
<security hideserver="" userstats="Pu" customversion="" flatlinks="no" hidesplits="no"
    hideulines="no" hidebans="no" maxtargets="20">
<performance quietbursts="yes" softlimit="1024" somaxconn="128" netbuffersize="10240">
<whowas groupsize="10" maxgroups="100000" maxkeep="3d">
<path logdir="{directory}">
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
