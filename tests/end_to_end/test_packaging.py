"""The wheel, built and installed."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from tests.end_to_end.harness import ROOT, TWISTD, ServerTestCase, environment
from tests.end_to_end.requirements import missing
from tests.end_to_end.waiting import TIMEOUT

SOURCES = (
    "setup.cfg",
    "pyproject.toml",
    "README.md",
    "LICENSE",
    "twisted_chat",
    "twisted",
)
NOT_SHIPPED = ("__pycache__", "*.pyc", "dropin.cache*", "*.egg-info")


def can_build() -> bool:
    """Whether a wheel can be built without downloading anything."""
    try:
        numbers = version("setuptools").split(".")
    except PackageNotFoundError:
        return False
    return (int(numbers[0]), int(numbers[1])) >= (70, 1)


class WheelTests(ServerTestCase):
    """A wheel, built as ``pip install .`` builds it."""

    def setUp(self) -> None:
        super().setUp()
        if not can_build():
            install = f"{sys.executable} -m pip install 'setuptools>=70.1'"
            raise missing("a setuptools that makes wheels", install)
        # From a copy, because a build leaves files in its directory.
        source = self.directory / "source"
        source.mkdir()
        ignore = shutil.ignore_patterns(*NOT_SHIPPED)
        for name in SOURCES:
            if (ROOT / name).is_dir():
                shutil.copytree(ROOT / name, source / name, ignore=ignore)
            elif (ROOT / name).exists():
                shutil.copy(ROOT / name, source)
        self.source = source
        subprocess.run(
            [
                *(sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps"),
                *("--no-build-isolation", "--wheel-dir", str(self.directory), "."),
            ],
            cwd=source,
            check=True,
            capture_output=True,
            timeout=10 * TIMEOUT,
        )
        (self.wheel,) = self.directory.glob("twisted_chat-*.whl")
        self.installed = self.directory / "installed"
        with zipfile.ZipFile(self.wheel) as archive:
            self.names = set(archive.namelist())
            archive.extractall(self.installed)

    def test_wheel_has_every_file_of_the_package(self) -> None:
        """And the plugin; no tests, and nothing of Twisted."""
        package = self.source / "twisted_chat"
        expected = {
            str(path.relative_to(self.source))
            for path in package.rglob("*")
            if path.is_file() and path.parent != package / "test"
        }
        expected.add("twisted/plugins/twisted_chat_plugin.py")
        found = {name for name in self.names if ".dist-info/" not in name}
        self.assertEqual(found, expected)

    def test_installed_server_runs_outside_a_checkout(self) -> None:
        """``twistd`` lists it, and it finds its files."""
        elsewhere = self.directory / "elsewhere"
        elsewhere.mkdir()
        env = {"PYTHONPATH": str(self.installed)}
        listed = subprocess.run(
            [TWISTD, "--help"],
            cwd=elsewhere,
            env=environment(env),
            check=True,
            capture_output=True,
            text=True,
            timeout=TIMEOUT,
        )
        self.assertRegex(listed.stdout, r"(?m)^\s+chat\s+\w")
        server = self.start(directory=elsewhere, env=env)
        alice = self.connect(server, "alice")
        alice.say("hello")
        alice.expect("alice: hello\r\n")
        self.assertTrue(Path(elsewhere, "chat.sqlite").exists())
