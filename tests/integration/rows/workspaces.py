"""The three workspaces of a shape side by side, and what may not differ between them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from icosa.access.api_keys import ApiKeys
from icosa.store.table import Table

from .requests import Request
from .worlds import PLURALS, SHAPES, Data, World, build, draw, masked

#: Hidden records of two workspaces, beside those that all have.
HIDDEN = {"few": 3, "many": 17}


class Workspaces:
    """Two workspaces that differ in what the role may not see, and a third, the model, which holds only the rest: there
    a role without rules asks.
    """

    def __init__(self, table: Table, api_keys: ApiKeys, shape: str) -> None:
        self.shape_name = shape
        self.shape = SHAPES[shape]
        self.data: Data = draw(self.shape, shape, hidden=HIDDEN)
        self.worlds = {name: build(table, api_keys, self.shape, self.data, name) for name in HIDDEN}
        self.model: World = build(table, api_keys, self.shape, self.data, None)
        self.started = datetime.now(UTC).isoformat()

    def answers(self, request: Request) -> list[Any]:
        """What the role gets in each workspace, and at last what the model says."""
        callers = [*(world.limited for world in self.worlds.values()), self.model.everything]
        return [masked(_send(caller, request), self.started) for caller in callers]

    def agree(self, request: Request) -> Any:
        *answers, expected = self.answers(request)
        for answer in answers:
            assert answer == expected, request
        return expected


def _send(caller: tuple[Any, Any], request: Request) -> Any:
    rest, gql = caller
    match request:
        case ("rest", method, path, body, params):
            reply = rest(method, path, body, **params)
            return {"status": reply.status, "json": reply.json}
        case ("graphql", document, variables):
            return gql(document, variables)
    raise AssertionError(request)


def everything(world: World) -> dict[str, Any]:
    """All records, as a role sees them that sees everything."""
    rest, _ = world.everything
    found: dict[str, Any] = {}
    for plural in PLURALS.values():
        for condition in ("deletedAt[is]:NULL", "deletedAt[is]:NOT_NULL"):
            found[f"{plural} {condition}"] = rest("GET", f"/rest/{plural}", filter=condition, limit="200").json
    return found
