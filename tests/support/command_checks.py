"""Whether a command that a page prints could be run: its targets, options and files are there."""

from __future__ import annotations

import argparse
import contextlib
import io
import re
import runpy
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any
from unittest import mock

from . import aws_commands
from .checkout import ROOT
from .doubles import Call
from .markdown import read

_TARGET = re.compile(r"^([a-z][a-z-]*):", re.MULTILINE)
_VARIABLE = re.compile(
    r"\$\((?:filter |or |if |origin )?([A-Z_]+)\b|\borigin ([A-Z_]+)\)|^(?:export )?([A-Z_]+) \?=", re.MULTILINE
)
#: What a recipe runs of this repository.
_MODULE = re.compile(r"(?:^|\s)(?:\S*/)?python -m ([\w.]+)(.*)$", re.MULTILINE)
#: Options of sam's commands, as of its --help; sam is in an environment of its own, where it is installed at all.
_SAM: Mapping[str, set[str]] = {
    "delete": {"--stack-name", "--region", "--no-prompts"},
    "logs": {"--stack-name", "--name", "--tail", "--filter", "--start-time", "--end-time"},
    "remote invoke": {"--stack-name", "--event", "--event-file", "--parameter"},
    "sync": {"--stack-name", "--code", "--resource-id", "--watch"},
    "local": set(),
    "local start-api": {"--warm-containers", "--debug-port", "--docker-network", "--log-file", "--skip-pull-image"},
    "local generate-event": set(),
    "build": {"--parameter-overrides"},
    "deploy": {"--parameter-overrides", "--region"},
}


def problem(call: Call) -> str | None:
    """What is wrong with a command, None if nothing is."""
    check = _CHECKS.get(call.name)
    return check(call) if check else None


# ------------------------------------------------------------------------- make


@cache
def _targets() -> frozenset[str]:
    return frozenset(_TARGET.findall(read("Makefile")))


@cache
def _variables() -> frozenset[str]:
    return frozenset(name for found in _VARIABLE.findall(read("Makefile")) for name in found if name)


def _make(call: Call) -> str | None:
    variables = [word for word in call.arguments if "=" in word]
    targets = [word for word in call.arguments if "=" not in word]
    if missing := set(targets) - _targets():
        return f"no target {sorted(missing)}"
    if unknown := {word.partition("=")[0] for word in variables} - _variables():
        return f"no variable {sorted(unknown)}"
    return _recipe_problem(tuple(sorted(call.arguments))) if variables else None


@cache
def _recipe_problem(arguments: tuple[str, ...]) -> str | None:
    """Whether the program behind a target takes what the target hands to it."""
    words = ["make", "--dry-run", "--old-file=.venv/installed", *arguments]
    recipe = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    if recipe.returncode != 0:
        return recipe.stderr
    for module, rest in _MODULE.findall(recipe.stdout):
        if module in _PARSED:
            command = subprocess.run(
                ["bash", "-c", f"for word in {rest}; do printf '%s\\0' \"$word\"; done"],
                capture_output=True,
                text=True,
                check=True,
            )
            if refused := _refusal(module, tuple(command.stdout.split("\0")[:-1])):
                return refused
    return None


def _words(text: str) -> tuple[str, ...]:
    """What the shell makes of the rest of a command."""
    script = f"for word in {text}; do printf '%s\\0' \"$word\"; done"
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True)
    return tuple(done.stdout.split("\0")[:-1])


# ----------------------------------------------------------------------- python

#: Modules that read their arguments before they do anything.
_PARSED = frozenset(
    (
        *("bench", "deployment", "local", "local.invoke", "local.migrations", "local.rotation", "local.sam"),
        *(
            "local.sign_in",
            "local.workspace",
            "local.workspaces",
            "ops.cost_report",
            "ops.dead_letters",
            "tests.deploy",
        ),
    )
)
#: They import nothing of ``icosa``, and so run from the root as they are.
_WITHOUT_THE_PACKAGE = ("local.", "deployment.")
_OURS = ("bench", "deployment", "icosa", "local", "ops", "tests")


class _Taken(Exception):
    """The arguments were taken: the program need not go on."""


@contextlib.contextmanager
def _only_parsing() -> Iterator[None]:
    """Have programs stop when they have read their arguments."""
    whole, known = argparse.ArgumentParser.parse_args, argparse.ArgumentParser.parse_known_args
    depth = 0

    def stopping(parse: Callable[..., Any]) -> Callable[..., Any]:
        def parsed(*given: Any, **named: Any) -> Any:
            nonlocal depth
            depth += 1
            try:
                result = parse(*given, **named)
            finally:
                depth -= 1
            # Parsers call each other, for commands of commands.
            if depth == 0:
                raise _Taken
            return result

        return parsed

    with (
        mock.patch.object(argparse.ArgumentParser, "parse_args", stopping(whole)),
        mock.patch.object(argparse.ArgumentParser, "parse_known_args", stopping(known)),
    ):
        yield


@cache
def _refusal(module: str, arguments: tuple[str, ...]) -> str | None:
    """What a program of this repository says about its arguments; None if it takes them."""
    before, sys.argv = sys.argv, [module, *arguments]
    errors = io.StringIO()
    try:
        with (
            warnings.catch_warnings(),
            contextlib.redirect_stderr(errors),
            contextlib.redirect_stdout(io.StringIO()),
            _only_parsing(),
        ):
            warnings.simplefilter("ignore")  # The module may have been imported already.
            runpy.run_module(module, run_name="__main__", alter_sys=False)
    except _Taken:
        return None
    except SystemExit as ended:
        return errors.getvalue() if ended.code else None
    finally:
        sys.argv = before
    return f"{module} does not read its arguments first"


def _python(call: Call) -> str | None:
    if call.arguments[:1] != ("-m",):
        return None
    module, *arguments = call.arguments[1:]
    if module.split(".")[0] not in _OURS:
        return None
    if call.program != ".venv/bin/python":
        return f"{module} needs the packages of the checkout: .venv/bin/python, or a target of make"
    if not module.startswith(_WITHOUT_THE_PACKAGE) and call.module_path != "layers/core/python:.":
        return f"{module} needs PYTHONPATH=layers/core/python:."
    path = ROOT / module.replace(".", "/")
    if not (path / "__main__.py").exists() and not path.with_suffix(".py").exists():
        return f"no module {module}"
    return _refusal(module, tuple(arguments)) if module in _PARSED else None


# ------------------------------------------------------------------------ others


def _sam(call: Call) -> str | None:
    words = call.arguments
    command = next(
        (name for name in sorted(_SAM, key=len, reverse=True) if " ".join(words[: len(name.split())]) == name), None
    )
    if command is None:
        return f"no command of sam that is known here: {' '.join(words)}"
    unknown = {word for word in words if word.startswith("--")} - _SAM[command]
    return f"sam {command} does not take {sorted(unknown)}" if unknown else None


def _aws(call: Call) -> str | None:
    return aws_commands.problem(call.arguments)


_CHECKS: Mapping[str, Callable[[Call], str | None]] = {
    "aws": _aws,
    "make": _make,
    "python": _python,
    "sam": _sam,
}
