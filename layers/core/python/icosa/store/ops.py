"""Writes inside a transaction, as data.

Each names its key and what must hold for it; ``request`` is pydynox's form. Conditions are DynamoDB expressions over
the item at the same key.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from .keys import Key

NOT_EXISTS = "attribute_not_exists(PK)"
EXISTS = "attribute_exists(PK)"


@dataclass(frozen=True, slots=True)
class PutItem:
    """Replace the item at its key. ``item`` includes PK and SK."""

    item: Mapping[str, Any]
    condition: str | None = None
    names: Mapping[str, str] | None = None
    values: Mapping[str, Any] | None = None

    @property
    def key(self) -> Key:
        return self.item["PK"], self.item["SK"]

    def request(self, table: str) -> dict[str, Any]:
        return _with_condition({"type": "put", "table": table, "item": self.item}, self)


@dataclass(frozen=True, slots=True)
class DeleteItem:
    """Delete the item at ``key`` (no error when there is none)."""

    key: Key
    condition: str | None = None
    names: Mapping[str, str] | None = None
    values: Mapping[str, Any] | None = None

    def request(self, table: str) -> dict[str, Any]:
        return _with_condition({"type": "delete", "table": table, "key": as_key(self.key)}, self)


@dataclass(frozen=True, slots=True)
class UpdateItem:
    """Apply an update expression to the item at ``key``."""

    key: Key
    expression: str
    condition: str | None = None
    names: Mapping[str, str] | None = None
    values: Mapping[str, Any] | None = None

    def request(self, table: str) -> dict[str, Any]:
        request = {"type": "update", "table": table, "key": as_key(self.key), "update_expression": self.expression}
        return _with_condition(request, self)


@dataclass(frozen=True, slots=True)
class CheckItem:
    """Change nothing, but fail the transaction unless ``condition`` holds for the item at ``key``."""

    key: Key
    condition: str = EXISTS
    names: Mapping[str, str] | None = None
    values: Mapping[str, Any] | None = None

    def request(self, table: str) -> dict[str, Any]:
        return _with_condition({"type": "condition_check", "table": table, "key": as_key(self.key)}, self)


Op = PutItem | DeleteItem | UpdateItem | CheckItem


def set_attributes(key: Key, values: Mapping[str, Any], *, condition: str | None = EXISTS) -> UpdateItem:
    """Give attributes of an item new values; None removes the attribute.

    >>> set_attributes(("p", "s"), {"stage": 2, "after": None}).expression
    'SET #stage = :stage REMOVE #after'
    >>> set_attributes(("p", "s"), {"after": None}).expression
    'REMOVE #after'
    """
    kept = [name for name, value in values.items() if value is not None]
    removed = [f"#{name}" for name, value in values.items() if value is None]
    clauses = (("SET", [f"#{name} = :{name}" for name in kept]), ("REMOVE", removed))
    return UpdateItem(
        key,
        " ".join(f"{verb} {', '.join(terms)}" for verb, terms in clauses if terms),
        condition,
        names={f"#{name}": name for name in values},
        values={f":{name}": values[name] for name in kept} or None,
    )


def set_seen(key: Key, values: Mapping[str, Any], name: str, seen: Any) -> UpdateItem:
    """``set_attributes``, if one of them still has the value that was seen."""
    made = set_attributes(key, values, condition=f"{EXISTS} AND #{name} = :was_{name}")
    return replace(made, values={**(made.values or {}), f":was_{name}": seen})


def replace_seen(item: Mapping[str, Any], name: str, seen: Any) -> PutItem:
    """Replace an item if its attribute still has the value that was seen."""
    return PutItem(item, "#name = :seen", {"#name": name}, {":seen": seen})


def delete_seen(key: Key, name: str, seen: Any) -> DeleteItem:
    """Delete an item if its attribute still has the value that was seen."""
    return DeleteItem(key, "#name = :seen", {"#name": name}, {":seen": seen})


def add_to_count(key: Key, difference: int, *, limit: int) -> UpdateItem:
    """Change the number in the attribute ``count``, which is 0 where there is no item, unless it would exceed a
    limit.
    """
    return UpdateItem(
        key,
        "ADD #count :difference",
        "attribute_not_exists(#count) OR #count <= :most",
        names={"#count": "count"},
        values={":difference": difference, ":most": limit - difference},
    )


def append(key: Key, name: str, members: Sequence[Any]) -> UpdateItem:
    """Add members to the list in an attribute, which is empty where there is none."""
    return UpdateItem(
        key,
        "SET #name = list_append(if_not_exists(#name, :none), :members)",
        names={"#name": name},
        values={":members": list(members), ":none": []},
    )


def as_key(key: Key) -> dict[str, str]:
    return {"PK": key[0], "SK": key[1]}


def _with_condition(request: dict[str, Any], op: Op) -> dict[str, Any]:
    if op.condition is not None:
        request["condition_expression"] = op.condition
    if op.names is not None:
        request["expression_attribute_names"] = op.names
    if op.values is not None:
        request["expression_attribute_values"] = op.values
    return request
