"""Old versions of functions: Lambda keeps each for good, and their snapshots cost by the month."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Pruned:
    """What was deleted of a function, and what was left, by numbers of versions."""

    function: str
    deleted: tuple[int, ...]
    kept: tuple[int, ...]


def prune(cloudformation: Any, functions: Any, stack_name: str, *, keep: int) -> Iterator[Pruned]:
    """Delete all versions of a stack's functions but the newest ``keep`` and those that an alias leads to.

    ``functions`` is a client of Lambda.
    """
    for name in _functions_of(cloudformation, stack_name):
        versions = sorted(_versions_of(functions, name))
        newest = set(versions[max(len(versions) - keep, 0) :])
        kept = newest | _used(functions, name)
        deleted = [version for version in versions if version not in kept]
        for version in deleted:
            functions.delete_function(FunctionName=name, Qualifier=str(version))
        yield Pruned(name, tuple(deleted), tuple(version for version in versions if version in kept))


def _functions_of(cloudformation: Any, stack_name: str) -> Iterator[str]:
    for page in cloudformation.get_paginator("list_stack_resources").paginate(StackName=stack_name):
        for resource in page["StackResourceSummaries"]:
            if resource["ResourceType"] == "AWS::Lambda::Function":
                yield resource["PhysicalResourceId"]


def _versions_of(functions: Any, name: str) -> Iterator[int]:
    for page in functions.get_paginator("list_versions_by_function").paginate(FunctionName=name):
        for version in page["Versions"]:
            if version["Version"] != "$LATEST":
                yield int(version["Version"])


def _used(functions: Any, name: str) -> set[int]:
    """Where aliases lead, also with a part of the calls."""
    result = set()
    for page in functions.get_paginator("list_aliases").paginate(FunctionName=name):
        for alias in page["Aliases"]:
            weights = (alias.get("RoutingConfig") or {}).get("AdditionalVersionWeights") or {}
            result |= {int(version) for version in (alias["FunctionVersion"], *weights) if version != "$LATEST"}
    return result
