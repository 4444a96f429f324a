"""What an introspection leaves without a description."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

_MEMBERS = ("fields", "inputFields", "enumValues")


def undescribed(data: Any) -> Iterator[str]:
    """Names of types, members and arguments; the standard's own are left out."""
    for type_ in data["__schema"]["types"]:
        if type_["name"].startswith("__"):
            continue
        if not type_["description"]:
            yield type_["name"]
        for member in (member for kind in _MEMBERS for member in type_[kind] or ()):
            name = f"{type_['name']}.{member['name']}"
            if not member["description"]:
                yield name
            yield from (f"{name}({arg['name']})" for arg in member.get("args") or () if not arg["description"])
