"""The machine and the software versions of a run."""

from __future__ import annotations

import os
import platform
import re
import subprocess
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path


def parse_cpu_model(text: str) -> str:
    """The name of the processor, from ``/proc/cpuinfo``."""
    for line in text.splitlines():
        name, _, value = line.partition(":")
        if name.strip() in ("model name", "Model"):
            return value.strip()
    return "unknown"


def plain_version(release: str) -> str:
    """The version number of a release, without a suffix of the distribution."""
    found = re.match(r"[0-9.]+", release)
    return found.group().rstrip(".") if found else release


def first_line(command: Sequence[str]) -> str:
    """The first line that a command prints; empty if it cannot be run."""
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=10, check=False
        )
    except OSError:
        return ""
    lines = (done.stdout or done.stderr).splitlines()
    return lines[0].strip() if lines else ""


def describe(npm_modules: Path, commands: dict[str, Sequence[str]]) -> dict[str, str]:
    """Names and values for the report; what is not installed is left out.

    :param commands: further names, each with the command that prints its version.
    """
    model = parse_cpu_model(_read(Path("/proc/cpuinfo")))
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    found = {
        "processor": model,
        "cores": str(os.cpu_count() or 1),
        "memory": f"{memory:.0f} GiB",
        "kernel": f"{platform.system()} {plain_version(platform.release())}",
        "Python": f"{platform.python_implementation()} {platform.python_version()}",
        "Twisted": _distribution("twisted"),
        "websockets": _distribution("websockets"),
    }
    found |= {name: first_line(command) for name, command in commands.items()}
    found |= {f"npm {name}": _npm(npm_modules, name) for name in ("ws", "socket.io")}
    return {name: value for name, value in found.items() if value}


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""


def _distribution(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return ""


def _npm(modules: Path, name: str) -> str:
    text = _read(modules / name / "package.json")
    for line in text.splitlines():
        if line.strip().startswith('"version"'):
            return line.split('"')[3]
    return ""
