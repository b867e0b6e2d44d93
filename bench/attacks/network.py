"""The network of an attack: addresses for the server, attackers and bystanders.

In a network namespace of its own, all of 198.51.100.0/24 (RFC 5737) is local to the
machine and nothing is reachable from outside.  Without a namespace, the addresses are
of 127.0.0.0/8; this server exempts these from its limits for each address.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from bench.processes import BenchError

MARKER = "CHAT_ATTACKS_NAMESPACE"
"""The environment variable that is set inside of the namespace."""


@dataclass(frozen=True, slots=True)
class Network:
    """Addresses that differ in their last byte.

    :ivar prefix: their first three bytes.
    """

    prefix: str

    @property
    def server(self) -> str:
        """Where the server listens."""
        return f"{self.prefix}.1"

    @property
    def bystander(self) -> str:
        """From where the bystanders connect."""
        return f"{self.prefix}.200"

    @property
    def newcomer(self) -> str:
        """From where someone connects during the attack."""
        return f"{self.prefix}.201"

    def attacker(self, number: int = 0) -> str:
        """From where attackers connect, the first of several addresses by default."""
        return f"{self.prefix}.{10 + number}"

    def free_port(self) -> int:
        """A TCP port that is not in use on the server's address."""
        with socket.socket() as found:
            found.bind((self.server, 0))
            port: int = found.getsockname()[1]
            return port


LOOPBACK = Network("127.0.0")
SEPARATE = Network("198.51.100")


def current() -> Network:
    """The network of this process."""
    return SEPARATE if os.environ.get(MARKER) else LOOPBACK


def enter_namespace(arguments: Sequence[str], module: str = "bench.attacks") -> str:
    """Run this program again in a network namespace; returns only if it cannot.

    :param arguments: those of the command line.
    :param module: the program.
    :return: why there is no namespace.
    """
    unshare = shutil.which("unshare")
    if unshare is None or shutil.which("ip", path=_PATH) is None:
        return "unshare or ip is not installed"
    command = [unshare, "--net"]
    if os.geteuid() != 0:
        command += ["--user", "--map-root-user"]
    if subprocess.run([*command, "true"], capture_output=True, check=False).returncode:
        return "the system does not permit network namespaces"
    again = [*command, sys.executable, "-m", module, *arguments]
    sys.stdout.flush()
    try:
        os.execve(unshare, again, os.environ | {MARKER: "1"})  # noqa: S606
    except OSError as error:
        return str(error)


def set_up() -> None:
    """Give the namespace its addresses.

    :raises BenchError: with the output of ``ip``.
    """
    ip = shutil.which("ip", path=_PATH) or "ip"
    for arguments in (
        ("link", "set", "lo", "up"),
        ("address", "add", f"{SEPARATE.server}/24", "dev", "lo"),
    ):
        done = subprocess.run(
            [ip, *arguments], capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise BenchError(f"cannot set up the network: {done.stderr.strip()}")


_PATH = "/usr/sbin:/sbin:" + os.environ.get("PATH", "")
