"""Non-interference: a role with rules of rows gets what a workspace without the hidden records would give.

For each shape of rules there are three workspaces with the same visible records. Two differ in what the role may not
see; in the third, which a role without rules asks, the hidden records are gone. Every answer must be the same.
"""

from __future__ import annotations

import pytest

from tests.support.soak import part

from . import requests
from .workspaces import Workspaces, everything
from .worlds import PLURALS, SHAPES

pytestmark = pytest.mark.slow


def test_the_model_is_right(workspaces: Workspaces) -> None:
    """What the shape says in Python is what the model holds."""
    for obj, plural in PLURALS.items():
        answer = workspaces.agree(requests.rest("GET", plural, limit="200"))
        live = sorted(spec["id"] for spec in workspaces.data.visible[obj] if "deletedAt" not in spec)
        assert [record["id"] for record in answer["json"]["data"][plural]] == live
        assert answer["json"]["totalCount"] == len(live)


def test_reads(workspaces: Workspaces) -> None:
    """In the suite each request is made for every fourth shape; ``make soak`` makes all of them for all."""
    answered = 0
    first = list(SHAPES).index(workspaces.shape_name)
    for request in part(requests.reads(workspaces.data), first, of=4):
        answer = workspaces.agree(request)
        if request[0] == "rest":
            assert answer["status"] in (200, 201, 404), (request, answer)
        else:
            assert "errors" not in answer or "not found" in str(answer), (request, answer)
        answered += 1
    assert answered > 50


def test_writes_that_find_nothing(workspaces: Workspaces) -> None:
    before = {name: everything(world) for name, world in workspaces.worlds.items()}
    for request in requests.missed_writes(workspaces.data):
        workspaces.agree(request)
    if "company" in workspaces.shape:
        for request in requests.missed_references(workspaces.data):
            answer = workspaces.agree(request)
            nothing = answer["json"].get("data") == {"updateOpportunities": []}
            assert answer["status"] >= 400 or nothing, (request, answer)
    for name, world in workspaces.worlds.items():
        assert everything(world) == before[name], "something was written"
