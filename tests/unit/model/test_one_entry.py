"""Adding an operator or a field type is adding one entry: everything else follows from the registries.

The list of names below is the only copy: it is here so that nothing disappears unnoticed.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from icosa.model.operators import OPERATORS, UNSUPPORTED, Operator
from icosa.model.types.base import FieldType
from icosa.model.types.kinds import KINDS
from icosa.model.types.registry import by_own_name
from tests.support.reach import operator_gaps, type_gaps

_ROOT = Path(__file__).parents[3]

OPERATOR_NAMES = {
    *("eq", "neq", "in", "is", "gt", "gte", "lt", "lte", "like", "ilike", "startsWith", "endsWith"),
    *("containsAny", "containsIlike", "isEmptyArray"),
}
GRAPHQL_ONLY = {"containsIlike", "isEmptyArray"}
TYPE_NAMES = {
    *("TEXT", "NUMBER", "NUMERIC", "BOOLEAN", "DATE", "DATE_TIME", "UUID", "SELECT", "MULTI_SELECT", "RATING"),
    *("ARRAY", "RAW_JSON", "POSITION", "TS_VECTOR", "FILES", "CURRENCY", "FULL_NAME", "ADDRESS", "LINKS", "EMAILS"),
    *("PHONES", "ACTOR", "RICH_TEXT", "RELATION", "MORPH_RELATION"),
}


def test_nothing_has_disappeared() -> None:
    assert {operator.name for operator in OPERATORS} == OPERATOR_NAMES
    assert {operator.name for operator in OPERATORS if not operator.in_rest} == GRAPHQL_ONLY
    assert set(by_own_name) == TYPE_NAMES


@pytest.mark.parametrize("operator", OPERATORS, ids=repr)
def test_every_operator_is_reachable_from_every_api(operator: Operator) -> None:
    assert operator_gaps(operator) == []


@pytest.mark.parametrize("type_", by_own_name.values(), ids=list(by_own_name))
def test_every_field_type_is_reachable_from_every_api(type_: FieldType) -> None:
    assert type_gaps(type_) == []


def test_kinds_take_registered_operators_only() -> None:
    for kind in KINDS:
        assert set(kind.operators.values()) <= set(OPERATORS)
        assert set(kind.declared) <= {*OPERATORS, *UNSUPPORTED}
        assert not kind.declared or set(kind.operators.values()) <= set(kind.declared)
        assert kind.contains is None or kind.contains in kind.operators.values()


# ---------------------------------------------------------------------- the proof


def _edited(tmp_path: Path, module: str, *edits: tuple[str, str]) -> Path:
    """A copy of the package in which one file is another."""
    shutil.copytree(
        _ROOT / "layers/core/python/icosa", tmp_path / "icosa", ignore=shutil.ignore_patterns("__pycache__")
    )
    shutil.copytree(_ROOT / "schemas", tmp_path / "schemas")
    path = tmp_path / "icosa" / module
    text = path.read_text(encoding="utf-8")
    for old, new in edits:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    path.write_text(text, encoding="utf-8")
    return tmp_path


def _run(package: Path, script: str) -> None:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join((str(package), str(_ROOT)))}
    done = subprocess.run(
        [sys.executable, "-c", script],
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr


def test_an_operator_is_added_in_one_file(tmp_path: Path) -> None:
    definition = """
NOT_LIKE = Operator(
    name="notLike",
    takes="pattern",
    description="not matching a pattern",
    predicate=lambda pattern: lambda value: not like(pattern)(value),
)
"""
    package = _edited(
        tmp_path,
        "model/operators.py",
        ("\n#: Every operator,", f"{definition}\n#: Every operator,"),
        ("    ILIKE,\n)", "    ILIKE,\n    NOT_LIKE,\n)"),
        ("LIKE, ILIKE, STARTS_WITH, ENDS_WITH)", "LIKE, ILIKE, STARTS_WITH, ENDS_WITH, NOT_LIKE)"),
    )
    _run(
        package,
        """
from icosa.api.rest.filter_text import parse_filter
from icosa.documents.graphql.document import introspection
from icosa.model.operators import NOT_LIKE
from icosa.query.evaluate import compile_filter
from icosa.query.filters import resolve_filter
from tests.support.crm import crm
from tests.support.reach import operator_gaps

assert operator_gaps(NOT_LIKE) == [], operator_gaps(NOT_LIKE)
rocket = crm().by_singular["rocket"]
matches = compile_filter(resolve_filter(crm(), rocket, parse_filter("name[notLike]:A%")))
key = rocket.by_name["name"].key
assert [matches({key: name}, None) for name in ("Ada", "Bo", None)] == [False, True, None]
types = {type_["name"]: type_ for type_ in introspection(crm())["__schema"]["types"]}
names = [member["name"] for member in types["StringFilter"]["inputFields"]]
assert names[-2:] == ["iregex", "is"] and "notLike" in names, names
""",
    )


def test_a_field_type_is_added_in_one_file(tmp_path: Path) -> None:
    entry = 'PlainType("NICKNAME", Text(), values.text, json_schema.STRING, example="Bo", empty=""),'
    package = _edited(
        tmp_path,
        "model/types/registry.py",
        ("    NumberType(),\n", f"    {entry}\n    NumberType(),\n"),
        ("from .scalars import ", "from .scalars import PlainType, "),
        ("\n_TYPES", "\nfrom . import json_schema, values\nfrom .kinds import Text\n\n_TYPES"),
    )
    _run(
        package,
        """
from icosa.model.types.registry import by_name
from tests.support.reach import type_gaps

assert type_gaps(by_name["NICKNAME"]) == [], type_gaps(by_name["NICKNAME"])
""",
    )
