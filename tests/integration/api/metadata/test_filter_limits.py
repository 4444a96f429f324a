"""Filters of the Metadata GraphQL API have the limits of all filters (docs/limits.md#a-request)."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from icosa import limits
from icosa.limits import Limit
from icosa.query.filters import MAX_DEPTH
from tests.support.metadata_client import MetadataClient

FIELDS = "fields(paging: {first: 1}, filter: $f) {edges {node {id}}}"


def conditions(count: int, comparison: str = "eq") -> dict[str, Any]:
    return {"or": [{"id": {comparison: str(uuid4())}} for _ in range(count)]}


def refused(call: MetadataClient, selection: str, filter: dict[str, Any]) -> str:
    answer = call.graphql(f"query q($f: FieldFilter) {{{selection}}}", f=filter)
    [message] = {error["message"] for error in answer["errors"]}
    return str(message)


@pytest.mark.parametrize(
    ("limit", "filter", "count"),
    [
        (limits.FILTER_CONDITIONS, conditions(limits.FILTER_CONDITIONS.most + 1), limits.FILTER_CONDITIONS.most + 1),
        (limits.FILTER_CONDITIONS, {"and": [{}] * 201}, 201),
        (limits.FILTER_LIST_MEMBERS, {"id": {"in": [str(uuid4())] * 2001}}, 2001),
    ],
)
def test_filters(call: MetadataClient, limit: Limit, filter: dict[str, Any], count: int) -> None:
    message = f"The request has {count} {limit.what}, at most {limit.most} are allowed. {limit.advice}"
    assert refused(call, FIELDS, filter) == message
    assert refused(call, f"objects(paging: {{first: 5}}) {{edges {{node {{{FIELDS}}}}}}}", filter) == message


def test_root_fields_count_together(call: MetadataClient) -> None:
    half = conditions(limits.FILTER_CONDITIONS.most // 2)
    query = "query q($f: FieldFilter) {%s}"
    assert "errors" not in call.graphql(query % f"a: {FIELDS} b: {FIELDS}", f=half)
    assert "errors" in call.graphql(query % f"a: {FIELDS} b: {FIELDS} c: {FIELDS}", f=half)


def test_a_filter_inside_every_object_counts_once(call: MetadataClient) -> None:
    query = f"query q($f: FieldFilter) {{objects(paging: {{first: 50}}) {{edges {{node {{{FIELDS}}}}}}}}}"
    assert "errors" not in call.graphql(query, f=conditions(limits.FILTER_CONDITIONS.most))


def test_depth(call: MetadataClient) -> None:
    filter = conditions(1)
    for _ in range(MAX_DEPTH + 1):
        filter = {"and": [filter]}
    assert refused(call, FIELDS, filter) == f"Filter conditions cannot be nested deeper than {MAX_DEPTH} levels"
