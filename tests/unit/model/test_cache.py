"""What is derived from an object is derived once, and never survives in a copy."""

from __future__ import annotations

from dataclasses import replace

from icosa.model.model import Model, Object
from tests.unit.model.fields import make_model, make_object


def _names(obj: Object) -> list[str]:
    return [field.name for field in obj.fields]


def _greeting(obj: Object, greeting: str) -> str:
    return f"{greeting} {obj.name_singular}"


def test_a_value_is_built_once_for_each_function() -> None:
    obj = make_object("rocket")
    names = obj.cached(_names)
    assert obj.cached(_names) is names
    assert obj.cached(_greeting, "hello") == "hello rocket"
    assert obj.cached(_greeting, "ignored") == "hello rocket"


def test_null_is_kept_as_well() -> None:
    calls: list[object] = []

    def record(model: Model) -> None:
        calls.append(model)

    model = make_model()
    assert model.cached(record) is model.cached(record) is None
    assert len(calls) == 1


def test_a_copy_begins_with_an_empty_cache() -> None:
    obj = make_object("rocket")
    assert "id" in obj.cached(_names) and obj.by_name
    copy = replace(obj, fields=())
    assert copy.cached(_names) == []
    assert copy.by_name == {}
    assert replace(obj) == obj
