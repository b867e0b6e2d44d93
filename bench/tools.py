"""Compiled C programs and installed npm packages, in ``build/bench``."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from bench.processes import BenchError

PROGRAMS = {
    "load": ("load.c", "load_clients.c", "base.c"),
    "soak": (
        "soak.c",
        "soak_clients.c",
        "soak_texts.c",
        "soak_polling.c",
        "soak_order.c",
        "base.c",
    ),
    "baseline": ("baseline.c",),
}
"""The C programs, and their files in ``bench/native``."""


@dataclass(frozen=True, slots=True)
class Tools:
    """The directories of the sources and of the build.

    :ivar root: the top of the repository.
    :ivar build: for everything that is built; ignored by git.
    """

    root: Path
    build: Path

    @property
    def source(self) -> Path:
        """The directory of the C and Node.js sources."""
        return self.root / "bench"

    @property
    def modules(self) -> Path:
        """The directory of the npm packages, for ``NODE_PATH``."""
        return self.build / "npm" / "node_modules"

    def compile(self, name: str) -> None:
        """Compile one of ``PROGRAMS`` if its files have changed.

        :raises BenchError: with the output of the compiler.
        """
        directory = self.source / "native"
        sources = [str(directory / file) for file in PROGRAMS[name]]
        changed = max(file.stat().st_mtime for file in directory.iterdir())
        target = self.build / name
        if target.exists() and target.stat().st_mtime >= changed:
            return
        compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
        if compiler is None:
            raise BenchError("the load generator needs a C compiler: install cc")
        # Another run may be using the existing program.
        fresh = self.build / f"{name}.{os.getpid()}"
        flags = ["-std=gnu11", "-O2", "-Wall", "-Wextra"]
        command = [compiler, *flags, "-o", str(fresh), *sources, "-lm"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise BenchError(f"cannot compile {name}:\n{done.stderr}")
        fresh.replace(target)

    def install_npm(self) -> str:
        """Install the packages of ``peers/package.json`` if they have changed.

        :return: why that is impossible; empty if it succeeded.
        """
        npm = shutil.which("npm")
        if npm is None:
            return "npm is not installed"
        wanted, target = self.source / "peers" / "package.json", self.build / "npm"
        target.mkdir(parents=True, exist_ok=True)
        stamp = target / "package.json"
        if (
            self.modules.is_dir()
            and stamp.exists()
            and stamp.read_bytes() == wanted.read_bytes()
        ):
            return ""
        shutil.rmtree(self.modules, ignore_errors=True)
        shutil.copyfile(wanted, stamp)
        command = [
            npm,
            "install",
            "--omit=dev",
            "--no-audit",
            "--no-fund",
            "--no-package-lock",
            "--loglevel=error",
        ]
        done = subprocess.run(
            command, cwd=target, capture_output=True, text=True, check=False
        )
        if done.returncode:
            stamp.unlink()
            return "npm failed to install the packages"
        return ""
