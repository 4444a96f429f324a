"""Running a script with doubles of the commands that it calls: the shell takes it apart, and nothing happens."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

#: Writes down what it was called as, the module path, and its arguments. Prints what others can go on with.
_DOUBLE = """#!/bin/bash
{ printf '%s\\0' "$0" "${PYTHONPATH-}" "$@"; printf '\\1'; } >> "$CALLS"
echo placeholder
"""
_PROGRAMS = ("make", "aws", "curl", "git", "node", "npm", "npx", "pip", "uv", "python", "python3", "sam", "docker")
_FOLDERS = ("bin", ".venv/bin", ".venv-sam/bin")


@dataclass(frozen=True, slots=True)
class Call:
    """A command that a script has run; ``program`` is its path if the script gave one."""

    program: str
    module_path: str
    arguments: tuple[str, ...]

    @property
    def name(self) -> str:
        return Path(self.program).name

    def __str__(self) -> str:
        return " ".join((self.program, *self.arguments))


class Doubles:
    """A folder in which scripts run with doubles."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        (folder / "double").write_text(_DOUBLE, encoding="utf-8")
        (folder / "double").chmod(0o755)
        for place in _FOLDERS:
            (folder / place).mkdir(parents=True)
            for program in _PROGRAMS:
                (folder / place / program).symlink_to(folder / "double")
        (folder / ".icosa" / "logs").mkdir(parents=True)
        (folder / ".icosa" / "logs" / "Api.log").touch()
        (folder / ".icosa" / "api-key").write_text("placeholder\n", encoding="utf-8")

    def run(self, script: str) -> list[Call]:
        """What the script calls, in order. Raises ValueError for what the shell does not understand."""
        calls = self._folder / "calls"
        calls.write_bytes(b"")
        environment = {"PATH": f"{self._folder}/bin:{os.environ['PATH']}", "CALLS": str(calls), "HOME": "/nowhere"}
        done = subprocess.run(
            ["bash", "-c", script], cwd=self._folder, env=environment, capture_output=True, text=True, check=False
        )
        if "command not found" in done.stderr or "syntax error" in done.stderr or "No such file" in done.stderr:
            raise ValueError(done.stderr)
        return [self._call(line) for line in calls.read_text(encoding="utf-8").split("\1") if line]

    def _call(self, line: str) -> Call:
        program, module_path, *arguments = line.removesuffix("\0").split("\0")
        return Call(program.removeprefix(f"{self._folder}/bin/"), module_path, tuple(arguments))
