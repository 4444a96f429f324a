"""``python -m bench``: seed if need be, then measure the operations of docs/performance.md#targets."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson

from bench.client import Failed
from bench.commands import COMMANDS
from bench.machine import describe
from bench.stack import StackFailed
from local.run import EXPECTED


def main(arguments: list[str]) -> int:
    """Run a benchmark; the exit status."""
    options = read_arguments(arguments)
    command: Callable[[argparse.Namespace], Any] = options.command
    print(f"{describe()}\n", flush=True)
    try:
        result = command(options)
    except (*EXPECTED, Failed, StackFailed) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    if options.json:
        options.json.write_bytes(orjson.dumps({"machine": describe(), "results": result}, option=orjson.OPT_INDENT_2))
    return 0


def read_arguments(arguments: Sequence[str]) -> argparse.Namespace:
    """The options of a command line; ``command`` is the function to call. Without the name of a command it is ``run``.

    Options may stand before the command. They are the command's own all the same: argparse would read them as options
    of the program, and then put the command's defaults in their place.
    """
    parser, commands = _parsers()
    if arguments[:1] in (["-h"], ["--help"]):
        return parser.parse_args(arguments)
    at = next((at for at, argument in enumerate(arguments) if argument in commands), None)
    if at is None:
        return parser.parse_args(["run", *arguments])
    return parser.parse_args([arguments[at], *arguments[:at], *arguments[at + 1 :]])


def _parsers() -> tuple[argparse.ArgumentParser, Mapping[str, argparse.ArgumentParser]]:
    """The program's parser and those of its commands."""
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--data", type=Path, default=Path(".icosa-bench"), help="data folder (default .icosa-bench)")
    common.add_argument("--json", type=Path, help="also write the results to this file")
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    commands = parser.add_subparsers(metavar="command", required=True)
    for command in COMMANDS:
        own = commands.add_parser(command.name, parents=[common], help=command.help)
        command.add(own)
        own.set_defaults(command=command.run)
    return parser, commands.choices


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
