"""The command line: one way to run it, what it printed, what an error looks like."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from crfseg.cli import main

COMMAND = (sys.executable, "-m", "crfseg")


@dataclass(frozen=True)
class Result:
    """What a command printed, and its exit code."""

    returncode: int
    stdout: str
    stderr: str

    @property
    def output(self) -> str:
        return self.stdout + self.stderr


def run(
    *arguments: object,
    stdin: str | bytes = "",
    cwd: Path | None = None,
    env: dict[str, str] | None = None,
    process: bool = False,
) -> Result:
    """Run ``crfseg`` with some arguments, here or in a process of its own, which is slower.

    It is one of its own with ``process``, in another folder, and where ``env`` is added to the
    environment. Text is UTF-8; bytes that are not come as lone surrogates.
    """
    given = list(map(str, arguments))
    data = stdin.encode("utf-8", "surrogatepass") if isinstance(stdin, str) else stdin
    if not (process or cwd or env):
        found = CliRunner().invoke(main, given, input=data)
        code, streams = found.exit_code, (found.stdout_bytes, found.stderr_bytes)
    else:
        done = subprocess.run(
            [*COMMAND, *given],
            input=data, capture_output=True, check=False, timeout=300,
            cwd=cwd, env=os.environ | (env or {}),
        )  # fmt: skip
        code, streams = done.returncode, (done.stdout, done.stderr)
    return Result(code, *(each.decode("utf-8", "surrogateescape") for each in streams))


def assert_one_line_error(result: Result, *parts: str) -> None:
    """Assert that a command failed and said so in one line, which has these parts."""
    assert result.returncode == 1
    assert result.stderr.count("\n") == 1
    assert result.stderr.startswith("crfseg: ")
    assert "Traceback" not in result.stderr
    for part in parts:
        assert part in result.stderr


def names_in(folder: Path) -> list[str]:
    """Return the names of what is in a folder."""
    return sorted(entry.name for entry in folder.iterdir())


def figures_of(*arguments: object) -> dict[str, Any]:
    """Return the figures of an evaluation, as its JSON has them."""
    result = run("evaluate", *arguments, "--json")
    assert (result.returncode, result.stderr) == (0, "")
    return json.loads(result.stdout)
