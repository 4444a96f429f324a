"""``python -m local``: run the local stack until a signal ends it."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path


def main(arguments: list[str]) -> int:
    """Run the stack; the exit status. Prints one line on standard output, when the stack is ready."""
    options = _parser().parse_args(arguments)
    # Before anything large is imported: compiled modules are kept in the data folder, wherever Python is told not to
    # write them.
    sys.dont_write_bytecode = False
    sys.pycache_prefix = str(options.data.absolute() / "pycache")
    from local.run import run

    return run(options)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m local", description="Serve template.yaml on one port.")
    parser.add_argument("--port", type=int, default=8000, help="port of the API (default 8000; 0 for any free one)")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
    parser.add_argument("--prefix", default="", help="path below which the API is, such as /dev (default none)")
    parser.add_argument("--data", type=Path, default=Path(".icosa"), help="data folder (default .icosa)")
    parser.add_argument(
        "--rate",
        help="calls a minute of one API key (a whole number), or off; the template's usage plan when not given",
    )
    parser.add_argument(
        "--stream",
        choices=("on", "off"),
        default="on",
        help="off: no function is told of changes of tables (default on)",
    )
    parser.add_argument(
        "--preload", choices=("on", "off"), default="on", help="off: the first call of a function loads it (default on)"
    )
    parser.add_argument("--environments", type=int, default=2, help="processes of one function at most (default 2)")
    parser.add_argument("--quiet", action="store_true", help="no line in the terminal for each call")
    parser.add_argument("--root", type=Path, default=Path.cwd(), help="folder of template.yaml (default: this one)")
    parser.add_argument(
        "--parameter", action="append", default=[], metavar="NAME=VALUE", help="a template parameter; may be repeated"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
