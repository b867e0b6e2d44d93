"""``python -m tests.fuzz TARGET``: fuzz one target; ``--list`` lists them all.

With atheris the inputs are guided by coverage, and those that reach new code are kept
in the corpus for the next run.  Without it hypothesis makes them.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

from .campaign import Campaign
from .registry import load_target, target_names
from .target import Target

MODELS = ("model", "members")
"""The models of the whole chat, beside the targets: of guests, and of accounts."""

CORPUS = Path(".fuzz")
"""Where inputs and findings are kept, below the current directory."""

HANG = 60
"""Seconds after which libFuzzer takes an input for one that never ends."""

_CHUNK = 500
"""Examples of hypothesis after which the time is looked at."""


def main(arguments: list[str]) -> int:
    """Run what the command line asks for; the exit status is 1 if anything failed."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("target", nargs="?", help="the name of a target")
    parser.add_argument("--list", action="store_true", help="list all targets")
    parser.add_argument("--input", type=Path, help="run this one input and stop")
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--corpus", type=Path, default=CORPUS)
    given = parser.parse_args(arguments)
    if given.list or given.target is None:
        sys.stdout.write("\n".join((*target_names(), *MODELS)) + "\n")
        return 0
    if given.target not in (*target_names(), *MODELS):
        parser.error(f"no such target: {given.target} (--list lists them)")
    if given.target in MODELS:
        return fuzz_a_model(given.target, given.seconds)
    if given.input is not None:
        load_target(given.target).check(given.input.read_bytes())
        return 0
    folder = given.corpus / given.target
    folder.mkdir(parents=True, exist_ok=True)
    fuzz = fuzz_with_atheris if find_spec("atheris") else fuzz_with_hypothesis

    def start(target: Target) -> Campaign:
        findings = given.corpus / "findings"
        return Campaign(given.target, target, given.seconds, findings, report)

    return fuzz(given.target, folder, start)


def fuzz_a_model(name: str, seconds: float) -> int:
    """Run the machines of a model; the exit status."""
    from .members.steps_order import MembersMachine, SqliteMembersMachine
    from .model.campaign import fuzz_model
    from .model.leaving import ChatMachine, SqliteChatMachine

    if name == "members":
        members = (MembersMachine, SqliteMembersMachine)
        return fuzz_model(name, members, seconds, report)
    machines = (ChatMachine, SqliteChatMachine)
    return fuzz_model(name, machines, seconds, report)


def fuzz_with_hypothesis(
    name: str, folder: Path, start: Callable[[Target], Campaign]
) -> int:
    """Fuzz a target with inputs that hypothesis makes."""
    from hypothesis import HealthCheck, Phase, given, settings

    from .examples import inputs

    target = load_target(name)
    campaign = start(target)

    @settings(
        max_examples=_CHUNK,
        deadline=None,
        database=None,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
    @given(inputs(target))
    def run(data: bytes) -> None:
        if not campaign.is_over:
            campaign.run(data)

    for seed in (*target.seeds, *(path.read_bytes() for path in folder.iterdir())):
        campaign.run(seed)
    while not campaign.is_over:
        run()
    return finish(campaign)


def fuzz_with_atheris(
    name: str, folder: Path, start: Callable[[Target], Campaign]
) -> int:
    """Fuzz a target guided by its coverage.  Never returns: libFuzzer ends Python."""
    import atheris

    with atheris.instrument_imports(include=["twisted_chat"]):
        target = load_target(name)
    campaign = start(target)
    for number, seed in enumerate(target.seeds):
        (folder / f"seed-{number}").write_bytes(seed)
    dictionary = folder.parent / f"{name}.dict"
    tokens = [token for token in target.tokens if token]
    dictionary.write_text("".join(f'"{_escaped(token)}"\n' for token in tokens))

    def run(data: bytes) -> None:
        campaign.run(data)
        if campaign.is_over:
            os._exit(finish(campaign))

    findings = campaign.findings_folder
    findings.mkdir(parents=True, exist_ok=True)
    options = [
        f"-max_len={target.max_size}",
        f"-artifact_prefix={findings}/{name}-",
        f"-timeout={HANG}",
        "-verbosity=0",
    ]
    if tokens:
        options.append(f"-dict={dictionary}")
    atheris.Setup([sys.argv[0], *options, str(folder)], run)
    atheris.Fuzz()
    return 0


def finish(campaign: Campaign) -> int:
    """Report the result; the exit status."""
    report(campaign.summary())
    return 1 if campaign.findings else 0


def report(line: str) -> None:
    """Show a line at once, since libFuzzer may end the program."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _escaped(token: bytes) -> str:
    """A token as libFuzzer reads it in a dictionary."""
    return "".join(f"\\x{byte:02x}" for byte in token)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
