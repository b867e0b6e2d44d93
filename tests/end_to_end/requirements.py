"""Programs and npm packages that the end-to-end tests need and the project does not.

A test that needs a missing one is skipped, and the skip names the command that
installs it.  With ``CHAT_TESTS_REQUIRE_ALL`` set, as in CI, the test fails instead.

``python -m tests.end_to_end.requirements`` prints one line for each missing program;
``--debian`` prints the Debian packages that provide all of them.  Only the standard
library is used here, so that both work before anything is installed.
"""

# ruff: noqa: T201 - it prints what is missing

from __future__ import annotations

import json
import os
import shutil
import sys
import unittest
from pathlib import Path

NODE_DIRECTORY = Path(__file__).resolve().parent
"""The directory of the scripts for node, so that they find the packages there."""

REQUIRE_ALL = "CHAT_TESTS_REQUIRE_ALL"

PROGRAMS = {
    "busybox": "busybox",
    "caddy": "caddy",
    "cc": "gcc",
    "chromium": "chromium",
    "curl": "curl",
    "haproxy": "haproxy",
    "hexchat": "hexchat hexchat-python3",
    "ii": "ii",
    "inetutils-telnet": "inetutils-telnet",
    "irssi": "irssi",
    "nc": "netcat-openbsd",
    "nginx": "nginx-light",
    "node": "nodejs",
    "npm": "npm",
    "openssl": "openssl",
    "plink": "putty-tools",
    "redis-cli": "redis-tools",
    "redis-server": "redis-server",
    "sic": "sic",
    "socat": "socat",
    "sqlite3": "sqlite3",
    "systemd-analyze": "systemd",
    "systemd-socket-activate": "systemd",
    "telnet": "telnet",
    "telnet-ssl": "telnet-ssl",
    "tinyirc": "tinyirc",
    "weechat-headless": "weechat-headless weechat-plugins",
    "Xvfb": "xvfb",
}
"""Each program, and the Debian package that provides it."""

NPM_INSTALL = "make test-deps"


def missing(what: str, command: str) -> Exception:
    """The exception for a requirement that this machine does not meet."""
    text = f"{what} is not installed: {command}"
    return (
        AssertionError(text) if os.environ.get(REQUIRE_ALL) else unittest.SkipTest(text)
    )


def find_program(name: str) -> str | None:
    """The path of a program, also of one that only root has on the path."""
    path = os.environ.get("PATH", os.defpath)
    return shutil.which(name, path=f"{path}:/usr/sbin:/sbin")


def require_program(name: str) -> str:
    """The path of a program; skips the test if it is missing.

    :param name: a key of ``PROGRAMS``.
    """
    package = PROGRAMS[name]
    path = find_program(name)
    if path is None:
        raise missing(name, f"sudo apt-get install {package}")
    return path


def npm_packages() -> list[str]:
    """The npm packages that the scripts for node import, and those that lint them."""
    described = json.loads((NODE_DIRECTORY / "package.json").read_text("utf-8"))
    return sorted(described["dependencies"] | described.get("devDependencies", {}))


def has_npm_package(name: str) -> bool:
    return (NODE_DIRECTORY / "node_modules" / name).is_dir()


def require_node(*packages: str) -> str:
    """The path of node; skips the test if it, or an npm package, is missing.

    A script in this directory can import the packages by their names.
    """
    node = require_program("node")
    for package in packages:
        if not has_npm_package(package):
            raise missing(f"npm package {package}", NPM_INSTALL)
    return node


def report() -> list[str]:
    """One line for each missing program, and one for the missing npm packages."""
    lines = [
        f"missing: {name:16}  sudo apt-get install {package}"
        for name, package in PROGRAMS.items()
        if find_program(name) is None
    ]
    absent = [name for name in npm_packages() if not has_npm_package(name)]
    if absent:
        lines.append(f"missing: npm packages {', '.join(absent)}:  {NPM_INSTALL}")
    return lines


def main() -> None:
    """Print the report, or the names of the Debian packages."""
    if sys.argv[1:] == ["--debian"]:
        print(*PROGRAMS.values())
        return
    lines = report()
    print(*lines, sep="\n", end="\n" if lines else "")
    packages = [
        package for name, package in PROGRAMS.items() if find_program(name) is None
    ]
    if len(packages) > 1:
        print(f"all of them: sudo apt-get install {' '.join(packages)}")


if __name__ == "__main__":
    main()
