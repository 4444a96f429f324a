"""Parts of pages that follow from the registries of the code: ``make docs`` writes them, and a test compares them.

A part stands between ``<!-- from the code: name -->`` and ``<!-- end -->``; the rest of its page is written by hand.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from icosa.model.operators import OPERATORS, Operator
from icosa.model.types.base import Field, FieldType, Leaf, Option
from icosa.model.types.registry import by_own_name
from icosa.provisioning.admin import ACTIONS
from local.samples.direct import DIRECT

from .checkout import ROOT
from .field_examples import EXAMPLES, FieldExample
from .markdown import read, tables

_PART = re.compile(r"(<!-- from the code: ([a-z ]+) -->\n).*?(<!-- end -->)", re.DOTALL)
_TAKES = {
    "value": "a value",
    "list": "a list of values",
    "pattern": "a text",
    "state": "`NULL` or `NOT_NULL`",
    "boolean": "`true` or `false`",
}
_OPTIONS = tuple(Option(id=str(at), value=value, label=value, position=at) for at, value in enumerate("AB"))


def _leaves(type_: FieldType) -> Sequence[Leaf]:
    return Field(id="1", key="f1", name="field", type=type_, options=_OPTIONS).leaves


# ---------------------------------------------------------------------- filters


def _operators() -> str:
    rows = [
        (f"`{operator}`", _TAKES[operator.takes], operator.description, "yes" if operator.in_rest else "GraphQL only")
        for operator in OPERATORS
    ]
    return _table(("Operator", "Takes", "Finds values that are", "In REST"), rows)


def _operators_of_types() -> str:
    """Types whose leaves take the same operators stand in one row."""
    rows: dict[tuple[Operator, ...], list[str]] = {}
    for name, type_ in by_own_name.items():
        for leaf in _leaves(type_):
            operators = tuple(leaf.kind.operators.values())
            rows.setdefault(operators, []).append(f"{name} `{leaf.subfield}`" if leaf.subfield else name)
    return _table(
        ("Fields and members", "Operators"),
        [(_joined(names), ", ".join(f"`{operator}`" for operator in operators)) for operators, names in rows.items()],
    )


def _joined(names: Sequence[str]) -> str:
    """``EMAILS `a`, EMAILS `b` `` as ``EMAILS `a`, `b` ``."""
    parts: list[str] = []
    last = ""
    for name in names:
        type_, _, member = name.partition(" ")
        parts.append(member if member and type_ == last else name)
        last = type_
    return ", ".join(parts)


def _indexes() -> str:
    names = [
        f"{name} `{leaf.subfield}`" if leaf.subfield else name
        for name, type_ in by_own_name.items()
        for leaf in _leaves(type_)
        if not leaf.may_have_rows
    ]
    return f"Never with an index of their values: {_joined(names)}.\n"


# ------------------------------------------------------------------ field types


def _field_types() -> str:
    return "\n".join(_field_type(example) for example in EXAMPLES)


def _field_type(example: FieldExample) -> str:
    type_ = by_own_name[example.type]
    names = type_.graphql(
        Field(id="1", key="f1", name=example.name, type=type_, options=_OPTIONS), "an enum of its own"
    )
    facts = [
        f"GraphQL: `{names.output}` in answers, `{names.create}` in data, `{names.filter}` in filters."
        if not type_.rules.is_choice
        else "GraphQL: an enum of its own, named after object and field.",
        "Can be the label of its object." if type_.rules.can_be_label_identifier else "",
    ]
    text = f"### {example.type}\n\n{example.about} {' '.join(filter(None, facts))}\n\n"
    text += f"```json\n{_json(example.field)}\n```\n"
    value, shown = ({example.member: each} for each in (example.value, example.shown))
    text += f"\nA record takes{' and shows' if value == shown else ''}:\n\n```json\n{_json(value)}\n```\n"
    if value != shown:
        text += f"\nand shows:\n\n```json\n{_json(shown)}\n```\n"
    return text


def _json(value: object) -> str:
    """In one line if it fits, otherwise each member on a line of its own."""
    return _written(value, "", 0)


def _written(value: object, indent: str, used: int) -> str:
    line = json.dumps(value, ensure_ascii=False)
    line = re.sub(r"\{(?=.)(.+)\}", lambda match: f"{{ {match[1]} }}", line) if isinstance(value, dict) else line
    if len(indent) + used + len(line) <= 100:
        return line
    inner = indent + "  "
    if isinstance(value, dict):
        members = [f"{inner}{json.dumps(name)}: {_written(part, inner, len(name) + 4)}" for name, part in value.items()]
        return "{\n" + ",\n".join(members) + f"\n{indent}}}"
    if isinstance(value, list):
        return "[\n" + ",\n".join(inner + _written(part, inner, 0) for part in value) + f"\n{indent}]"
    return line


# --------------------------------------------------------------- administration


#: What stands for values of one's own.
_SHOWN: Mapping[str, Any] = {
    **dict.fromkeys(("workspaceId", "apiKeyId", "roleId", "operationId"), "…"),
    "workspaceIds": ["…"],
    "confirm": "<the workspace's name>",
}


def _actions() -> str:
    """Each action with a payload that its function takes."""
    rows = []
    for name, action in ACTIONS.items():
        sample = {key: _SHOWN.get(key, value) for key, value in DIRECT[f"keys/{name}"].items()}
        optional = [f"`{key}`" for key, field in action.parameters.wire_names().items() if not field.is_required()]
        rows.append((f"`{json.dumps(sample, ensure_ascii=False)}`", ", ".join(optional)))
    return _table(("Payload", "May be left out"), rows)


# ------------------------------------------------------------------- performance

#: Milliseconds: a round trip to DynamoDB, and what API Gateway and Lambda add to a call.
_ROUND_TRIP = (2, 6)
_WAY = (5, 15)


def _latencies() -> str:
    """Of the operations whose round trips and CPU the page has."""
    trips = _column("docs/performance.md", "What a call costs", "round trips")
    cpu = _column("docs/performance.md", "Operations", "CPU")
    rows = []
    for operation, number in trips.items():
        if operation in cpu:
            low, high = (
                way + int(number) * trip + float(cpu[operation]) for way, trip in zip(_WAY, _ROUND_TRIP, strict=True)
            )
            rows.append((operation, number, cpu[operation], f"{low:.0f} to {high:.0f} ms"))
    return _table(("Operation", "Round trips", "CPU, ms", "To expect"), rows)


def _column(path: str, heading: str, column: str, first: str = "Operation") -> Mapping[str, str]:
    """By what stands in the first column, of the table below a heading."""
    section = read(path).split(f"\n## {heading}\n")[1].split("\n## ")[0]
    found = next(table for table in tables(section) if table.head[0] == first)
    return {row[0].partition(" (")[0]: row[found.head.index(column)] for row in found.rows}


#: Calls of a month.
_CALLS = (0, 10_000, 100_000, 1_000_000, 10_000_000)


def _months() -> str:
    """What a month costs: what is always there, and calls of the mix of a CRM."""
    always = {what: float(usd) for what, usd in _column(_DEPLOYING, _IDLE, "USD", "What").items() if what not in _EXTRA}
    mix = float(_column("docs/performance.md", "What a call costs", "now", "Mix")["CRM"])
    kept = sum(always.values())
    rows = [
        (f"{calls:,}", f"{kept - always['snapshots'] + calls * mix / 1e6:,.2f}", f"{kept + calls * mix / 1e6:,.2f}")
        for calls in _CALLS
    ]
    return _table(("Calls a month", "USD, `SnapStart=None`", "USD, with snapshots of one version"), rows)


_DEPLOYING = "docs/deploying.md"
_IDLE = "What it costs when nobody uses it"
#: What is there by choice only.
_EXTRA = ("alarm of costs", "alarms of a release", "web ACL")


# ------------------------------------------------------------------------ pages


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |\n" for line in lines)


def _objects() -> str:
    rows = []
    for name in json.loads(_read("index.json")):
        obj = json.loads(_read(f"{name}.json"))
        fields = [field["name"] for field in obj["fields"] if "relation" not in field or _holds_id(field)]
        rows.append((f"`/rest/{obj['namePlural']}`", ", ".join(fields), "system" if obj.get("isSystem") else ""))
    return _table(("Object", "Its own fields", ""), rows)


def _holds_id(field: Mapping[str, Any]) -> bool:
    return bool(field["relation"]["kind"] == "MANY_TO_ONE")


def _read(name: str) -> str:
    return (ROOT / "schemas" / "standard-objects" / name).read_text(encoding="utf-8")


#: By page: its parts by name.
PARTS: Mapping[str, Mapping[str, Callable[[], str]]] = {
    "docs/filters.md": {"operators": _operators, "operators of types": _operators_of_types, "indexes": _indexes},
    "docs/field-types.md": {"field types": _field_types},
    "docs/administration.md": {"actions": _actions},
    "docs/objects.md": {"objects": _objects},
    "docs/performance.md": {"latencies": _latencies},
    _DEPLOYING: {"months": _months},
}


def page(path: str) -> str:
    """A page with its parts as the code has them."""
    parts = PARTS[path]
    text = (ROOT / path).read_text(encoding="utf-8")
    return _PART.sub(lambda match: f"{match[1]}\n{parts[match[2]]()}\n{match[3]}", text)


if __name__ == "__main__":
    for written in PARTS:
        (ROOT / written).write_text(page(written), encoding="utf-8")
        print(written, file=sys.stderr)
