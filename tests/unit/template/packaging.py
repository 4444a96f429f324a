"""The template as SAM gets it, once its code is uploaded, and what in it names what."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

Document = dict[str, Any]


class NoManagedPolicies:
    """The template names none, so SAM need not look any up."""

    def load(self) -> dict[str, str]:
        return {}


def packaged(template: Document) -> Document:
    """A copy of a template as if its code had been uploaded."""
    result = copy.deepcopy(template)
    for resource in result["Resources"].values():
        for place in ("CodeUri", "ContentUri"):
            if place in resource.get("Properties", {}):
                resource["Properties"][place] = "s3://bucket/key"
    return result


def nodes(value: object) -> Iterator[tuple[str, Any]]:
    """Every key and value of nested maps and lists."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield key, item
            yield from nodes(item)
    elif isinstance(value, list):
        for item in value:
            yield from nodes(item)


def references(value: object, names: set[str]) -> set[str]:
    """The resources that Ref, GetAtt, Sub and DependsOn in a value name."""
    result: set[str] = set()
    for key, item in nodes(value):
        if key == "Ref":
            result.add(item)
        elif key == "Fn::GetAtt":
            result.add(item.partition(".")[0] if isinstance(item, str) else item[0])
        elif key == "Fn::Sub":
            text = item if isinstance(item, str) else item[0]
            result |= {part.split("}")[0].partition(".")[0] for part in text.split("${")[1:]}
        elif key == "DependsOn":
            result |= {item} if isinstance(item, str) else set(item)
    return result & names
