"""The table of kinds of partitions has every kind that ``keys`` builds."""

from __future__ import annotations

import inspect
from collections.abc import Iterator

import pytest

from icosa.store import keys
from icosa.store.partitions import KINDS, fixed, kind_of

_WS = "20202020-0687-4c41-b707-ed1bfca972a7"


def _built() -> Iterator[tuple[str, str]]:
    """The functions of ``keys`` that build partitions of a workspace, each with one."""
    for name, function in inspect.getmembers(keys, inspect.isfunction):
        parameters = list(inspect.signature(function).parameters.values())
        if function.__module__ != keys.__name__ or not parameters or parameters[0].name != "ws":
            continue
        arguments = {each.name: 1 if each.annotation == "int" else "x" for each in parameters[1:]}
        made = function(_WS, **arguments)
        yield name, made if isinstance(made, str) else made[0]


def test_there_are_functions_to_look_at() -> None:
    assert len(list(_built())) > 30


@pytest.mark.parametrize(("name", "pk"), list(_built()))
def test_every_partition_of_a_workspace_is_of_a_kind_in_the_table(name: str, pk: str) -> None:
    assert pk.startswith(f"{_WS}#")
    assert kind_of(pk) in KINDS
    parts = pk.split("#")
    if len(parts) == 2:
        assert KINDS[kind_of(pk)].found == "workspace"
        assert fixed(_WS, kind_of(pk)) == pk
    else:
        assert KINDS[kind_of(pk)].found != "workspace"


def test_every_kind_is_built_by_a_function() -> None:
    assert {kind_of(pk) for _, pk in _built()} == set(KINDS)
