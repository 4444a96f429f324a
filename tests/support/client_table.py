"""The table of clients in docs/compatibility.md: what each of them was seen to do. ``make clients`` writes it."""

from __future__ import annotations

from collections.abc import Mapping

from .checkout import ROOT

PAGE = ROOT / "docs" / "compatibility.md"
_START, _END = "<!-- clients: made by tests/e2e/clients, `make clients` -->", "<!-- end of clients -->"
#: Operations that have a column; others are named in the last one.
_COLUMNS = ("model", "list", "read", "create", "update", "batch", "delete", "restore", "groups", "webhooks")
_SIGNS = {True: "✔", "refused": "refused, with advice"}

Seen = Mapping[str, Mapping[str, object]]


def table(seen: Seen) -> str:
    """Rows for clients, columns for operations; empty where a client has no such thing, or was not asked for it."""
    lines = [f"| Client | {' | '.join(_COLUMNS)} | others |", "|---|" + "---|" * (len(_COLUMNS) + 1)]
    for client in sorted(seen, key=str.casefold):
        operations = seen[client]
        cells = [_sign(operations[name]) if name in operations else "" for name in _COLUMNS]
        others = (
            name if outcome is True else f"{name}: {_sign(outcome)}"
            for name, outcome in operations.items()
            if name not in _COLUMNS
        )
        lines.append(f"| {client} | {' | '.join(cells)} | {', '.join(others)} |")
    return "\n".join(lines)


def _sign(outcome: object) -> str:
    return next((sign for known, sign in _SIGNS.items() if outcome == known), "✘")


def shown() -> str:
    """The table as the page has it."""
    _, _, rest = PAGE.read_text(encoding="utf-8").partition(_START)
    return rest.partition(_END)[0].strip()


def write(seen: Seen) -> None:
    """Put the table into the page."""
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(_START)
    _, _, after = rest.partition(_END)
    PAGE.write_text(f"{before}{_START}\n\n{table(seen)}\n\n{_END}{after}", encoding="utf-8")
