"""What is made before anything is measured: C programs, and npm packages for the peers.

All of it is in ``build/bench``, which git does not see.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from bench.processes import Failed


@dataclass(frozen=True, slots=True)
class Tools:
    """Where things are.

    :param root: the top of the repository.
    :param build: a directory that git does not see.
    """

    root: Path
    build: Path

    @property
    def source(self) -> Path:
        """Where the sources are."""
        return self.root / "bench"

    @property
    def modules(self) -> Path:
        """Where Node finds the peers' packages."""
        return self.build / "npm" / "node_modules"

    def compile(self, name: str) -> None:
        """Compiles ``bench/NAME.c`` unless that is done.

        Raises Failed with the compiler's words.
        """
        source, target = self.source / f"{name}.c", self.build / name
        if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            return
        compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
        if compiler is None:
            raise Failed("the load generator is a C program: install a C compiler (cc)")
        # Another run may be using the one that is there.
        fresh = self.build / f"{name}.{os.getpid()}"
        flags = ["-std=gnu11", "-O2", "-Wall", "-Wextra"]
        command = [compiler, *flags, "-o", str(fresh), str(source)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise Failed(f"{source.name} could not be compiled:\n{done.stderr}")
        fresh.replace(target)

    def install_npm(self) -> str:
        """Installs what ``peers/package.json`` names, unless that is done.

        :returns: why it could not be; empty if it could.
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
            return "npm could not install the packages"
        return ""
