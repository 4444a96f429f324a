"""`make prune`: old versions go, and none that something leads to."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from deployment import __main__ as command
from deployment.versions import Pruned, prune


class _Paginated:
    """A client whose paginators answer one entry a page."""

    def __init__(self, **lists: Any) -> None:
        self._lists = lists
        self.deleted: list[tuple[str, str]] = []

    def get_paginator(self, operation: str) -> Any:
        key, read = self._lists[operation]

        def pages(**arguments: str) -> Iterator[dict[str, Any]]:
            for entry in read(arguments):
                yield {key: [entry]}

        return SimpleNamespace(paginate=pages)

    def delete_function(self, FunctionName: str, Qualifier: str) -> None:
        self.deleted.append((FunctionName, Qualifier))


def _stack(*functions: str) -> _Paginated:
    resources = [{"ResourceType": "AWS::DynamoDB::Table", "PhysicalResourceId": "t"}]
    resources += [{"ResourceType": "AWS::Lambda::Function", "PhysicalResourceId": name} for name in functions]
    return _Paginated(list_stack_resources=("StackResourceSummaries", lambda _: resources))


def _lambda(versions: dict[str, list[int]], aliases: dict[str, dict[str, Any]]) -> _Paginated:
    def list_versions(arguments: dict[str, str]) -> list[dict[str, str]]:
        return [{"Version": version} for version in ("$LATEST", *map(str, versions[arguments["FunctionName"]]))]

    return _Paginated(
        list_versions_by_function=("Versions", list_versions),
        list_aliases=("Aliases", lambda arguments: [aliases[arguments["FunctionName"]]]),
    )


def test_the_newest_and_those_of_aliases_stay() -> None:
    functions = _lambda(
        {"a": [1, 2, 3, 10, 9], "b": [7], "c": [1, 2, 3, 4, 5, 6]},
        {
            "a": {"FunctionVersion": "10"},
            "b": {"FunctionVersion": "$LATEST"},
            # On its way from 2 to 6, or back.
            "c": {"FunctionVersion": "2", "RoutingConfig": {"AdditionalVersionWeights": {"1": 0.1}}},
        },
    )

    pruned = list(prune(_stack("a", "b", "c"), functions, "icosa-prod", keep=3))

    assert pruned == [
        Pruned("a", (1, 2), (3, 9, 10)),
        Pruned("b", (), (7,)),
        Pruned("c", (3,), (1, 2, 4, 5, 6)),
    ]
    assert functions.deleted == [("a", "1"), ("a", "2"), ("c", "3")]


def test_the_command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    clients = {"cloudformation": _stack("a"), "lambda": _lambda({"a": [1, 2]}, {"a": {"FunctionVersion": "2"}})}
    monkeypatch.setattr(command, "session", lambda _: SimpleNamespace(client=clients.get))

    assert command.main(["prune", "--config-env", "prod", "--keep", "1"]) == 0
    assert capsys.readouterr().out == "a: deleted 1, kept 2\n"
    assert command.main(["prune", "--keep", "0"]) == 1
    assert "KEEP=1 or more" in capsys.readouterr().err
