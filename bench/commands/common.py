"""What the commands of ``python -m bench`` have in common."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bench import dataset


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """``add`` gives a parser the command's own options; ``run`` prints tables, and gives what ``--json`` writes."""

    name: str
    help: str
    add: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], Any]


def sized(parser: argparse.ArgumentParser) -> None:
    """The number of people."""
    parser.add_argument(
        "--people", type=people, default=50_000, help="number of people; a fifth as many companies (default 50000)"
    )


def people(text: str) -> int:
    """A number of people that the data set has. Raises ArgumentTypeError."""
    number = int(text)
    if number < dataset.SMALLEST:
        raise argparse.ArgumentTypeError(f"at least {dataset.SMALLEST} people")
    return number


def verdict(value: float, target: float | None) -> str:
    """Whether a target is met."""
    return "" if target is None else "yes" if value < target else "NO"
