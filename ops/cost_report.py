"""``make cost-report``: what each workspace used and cost, from exported logs."""

from __future__ import annotations

import argparse
import csv
import json
import sys
import tomllib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Final, TextIO

from ops.log_lines import Unread, lines_of
from ops.usage import SHARED, Ledger, Usage

_PRICES = Path(__file__).with_name("prices.toml")
_NAMES = ("reads", "writes", "requests", "invocations", "gigabyte_seconds", "log_gigabytes")
_MILLION = 1_000_000
_GIGABYTE = 1024**3
_COLUMNS: Final = (
    "workspace",
    "calls",
    "reads",
    "writes",
    "gigabyte_seconds",
    "dynamodb_usd",
    "lambda_usd",
    "gateway_usd",
    "logs_usd",
    "usd",
)


class PricesUnreadable(Exception):
    """A file of prices that cannot be used. The message says why."""


@dataclass(frozen=True, slots=True)
class Row:
    """One workspace's usage and cost, in the order of the columns."""

    workspace: str
    calls: int
    reads: Decimal
    writes: Decimal
    gigabyte_seconds: Decimal
    dynamodb_usd: Decimal
    lambda_usd: Decimal
    gateway_usd: Decimal
    logs_usd: Decimal

    @property
    def usd(self) -> Decimal:
        return self.dynamodb_usd + self.lambda_usd + self.gateway_usd + self.logs_usd

    def cells(self) -> list[str]:
        return [str(getattr(self, name)) for name in _COLUMNS]


def read_prices(path: Path) -> dict[str, Decimal]:
    """The prices of a TOML file. Raises PricesUnreadable, FileNotFoundError."""
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise PricesUnreadable(f"{path} is not TOML: {error}") from error
    prices: dict[str, Decimal] = {}
    for name in _NAMES:
        value = found.pop(name, None)
        if isinstance(value, bool) or not isinstance(value, int | Decimal) or not 0 <= value < Decimal("Infinity"):
            raise PricesUnreadable(f"{path}: {name} must be a number of at least 0, not {value!r}")
        prices[name] = Decimal(value)
    if found:
        raise PricesUnreadable(f"{path}: {', '.join(sorted(found))} is none of {', '.join(_NAMES)}")
    return prices


def row(workspace: str, usage: Usage, prices: dict[str, Decimal]) -> Row:
    """The cost of a workspace's usage."""
    gigabyte_seconds = _decimal(usage.megabyte_ms / (1024 * 1000))
    return Row(
        workspace=workspace,
        calls=usage.calls,
        reads=usage.reads,
        writes=usage.writes,
        gigabyte_seconds=gigabyte_seconds,
        dynamodb_usd=(usage.reads * prices["reads"] + usage.writes * prices["writes"]) / _MILLION,
        lambda_usd=_decimal(
            (
                usage.invocations * Fraction(prices["invocations"])
                + usage.megabyte_ms / (1024 * 1000) * Fraction(prices["gigabyte_seconds"])
            )
            / _MILLION
        ),
        gateway_usd=usage.gateway * prices["requests"] / _MILLION,
        logs_usd=usage.log_bytes * prices["log_gigabytes"] / _GIGABYTE,
    )


def report(usage: dict[str, Usage], prices: dict[str, Decimal]) -> list[Row]:
    """The dearest workspace first, then what is nobody's own, and all together."""
    own = [row(name, each, prices) for name, each in usage.items() if name != SHARED]
    own.sort(key=lambda each: (-each.usd, each.workspace))
    shared = [row("(shared)", usage[SHARED], prices)] if SHARED in usage else []
    return [*own, *shared, row("(all)", sum(usage.values(), Usage()), prices)]


def _decimal(value: Fraction) -> Decimal:
    return Decimal(value.numerator) / Decimal(value.denominator)


def _table(rows: Sequence[Row], out: TextIO) -> None:
    cells = [
        [
            each.workspace,
            f"{each.calls:,}",
            f"{each.reads:,.1f}",
            f"{each.writes:,.1f}",
            f"{each.gigabyte_seconds:,.3f}",
        ]
        + [f"{getattr(each, name):.6f}" for name in _COLUMNS[5:]]
        for each in rows
    ]
    widths = [max(map(len, column)) for column in zip(_COLUMNS, *cells, strict=True)]
    for line in [list(_COLUMNS), *cells]:
        first, *others = (
            text.ljust(width) if number == 0 else text.rjust(width)
            for number, (text, width) in enumerate(zip(line, widths, strict=True))
        )
        out.write("  ".join([first, *others]).rstrip() + "\n")


def _csv(rows: Sequence[Row], out: TextIO) -> None:
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(_COLUMNS)
    writer.writerows(each.cells() for each in rows)


def _json(rows: Sequence[Row], out: TextIO) -> None:
    """Numbers as texts, so that no reader rounds them."""
    json.dump([dict(zip(_COLUMNS, each.cells(), strict=True)) for each in rows], out, indent=2)
    out.write("\n")


_FORMATS: Final[dict[str, Callable[[Sequence[Row], TextIO], None]]] = {"table": _table, "csv": _csv, "json": _json}


def main(arguments: Iterable[str]) -> int:
    """Print the report; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m ops.cost_report", description="Costs by workspace, from logs.")
    parser.add_argument("logs", type=Path, nargs="+", help="files or folders of exported logs")
    parser.add_argument("--prices", type=Path, default=_PRICES, help="prices as TOML (default ops/prices.toml)")
    parser.add_argument("--format", choices=tuple(_FORMATS), default="table")
    options = parser.parse_args([*arguments])
    unread = Unread()
    try:
        prices, ledger = read_prices(options.prices), Ledger()
        for place in options.logs:
            ledger.read(lines_of(place, unread))
    except (FileNotFoundError, PricesUnreadable) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    usage = ledger.usage()
    if unread.number:
        print(f"{unread.number} lines could not be read and are left out", file=sys.stderr)
    if not usage:
        print("error: no line of a call or of the gateway is in there", file=sys.stderr)
        return 1
    _FORMATS[options.format](report(usage, prices), sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
