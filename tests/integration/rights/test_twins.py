"""Non-interference: a caller gets the same bytes from two databases that differ only in what the caller may not read.

Every field of an object with all types is named in each place of ``tests.support.naming_places``, by every leaf, over
both APIs; other requests name none. Tests that write come last: new records have ids of their own in each database.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from icosa.access.api_keys import ApiKeys
from icosa.provisioning.workspace import Provisioned
from icosa.store.table import Table
from tests.support import dynoxide
from tests.support.naming_places import PLACES, Answer, Ask, gql, is_denied, is_refused, rest
from tests.support.restricted import Caller
from tests.support.soak import part
from tests.support.twins import COMPANIES, PEOPLE, ROCKETS, TRASHED, Twins, make_twins, person_values, values_of

_FIELDS = [*values_of("left", 0)]
#: Requests that are all made.
_FEW = 6


@pytest.fixture(scope="module")
def twins(shared_table: Table, dynamodb_endpoint: str, workspace: Provisioned, api_keys: ApiKeys) -> Iterator[Twins]:
    with dynoxide.fresh_table(dynamodb_endpoint) as copy:
        yield make_twins(shared_table, copy, workspace, api_keys)


# ------------------------------------------------------------------ requests that name no hidden field

_IDS = ", ".join(f'"{person}"' for person in PEOPLE)
_DRY = {"ids": PEOPLE[:2], "conflictPriorityIndex": 0, "dryRun": True}
_SILENT: tuple[Ask, ...] = (
    *(rest("GET", f"/rest/{plural}", depth=depth) for plural in ("rockets", "people", "companies") for depth in "01"),
    *(rest("GET", f"/rest/people/{person}", depth="1") for person in PEOPLE),
    *(rest("GET", f"/rest/companies/{company}", depth="1") for company in COMPANIES),
    rest("GET", "/rest/opportunities"),
    rest("GET", "/rest/rockets", filter='deletedAt[is]:"NOT_NULL"'),
    rest("GET", "/rest/rockets", order_by="name[DescNullsLast]", limit="2"),
    rest("GET", "/rest/rockets", filter="mass[is]:NULL"),
    rest(
        "GET", "/rest/rockets/groupBy", group_by=[{"createdAt": {"granularity": "YEAR"}}], include_records_sample="true"
    ),
    rest("GET", "/rest/people/groupBy", group_by=[{"company": {"name": True}}], include_records_sample="true"),
    rest("POST", "/rest/people/duplicates", {"ids": PEOPLE}, depth="1"),
    rest("POST", "/rest/companies/duplicates", {"ids": COMPANIES}),
    rest("PATCH", "/rest/people/merge", _DRY, depth="1"),
    gql(f"{{ personDuplicates(ids: [{_IDS}]) {{ totalCount edges {{ cursor node {{ id }} }} }} }}"),
    gql("{ companies { edges { node { opportunities { totalCount } } } } }"),
    gql("{ companies { edges { node { sponsored { totalCount edges { node { id } } } } } } }"),
    gql("{ companies(filter: {sponsored: {id: {is: NOT_NULL}}}) { totalCount } }"),
    gql("{ companies(filter: {opportunities: {id: {is: NOT_NULL}}}) { totalCount } }"),
    gql("{ people { edges { cursor node { id name { firstName } company { id name } } } pageInfo { endCursor } } }"),
    gql("{ rockets(orderBy: [{name: AscNullsFirst}]) { edges { cursor } pageInfo { startCursor endCursor } } }"),
    gql("{ __schema { types { name fields { name } inputFields { name } } } }"),
    *(
        gql(f'{{ search(searchInput: "{text}", limit: 100) {{ edges {{ cursor node {{ {members} }} }} }} }}')
        for text in ("leftword1", "rightword1", "nobody", "left", "leftdeal", "rocket1", "person1 leftword1", "")
        for members in ("recordId label imageUrl tsRank tsRankCD",)
    ),
)


@pytest.mark.parametrize("number", range(len(_SILENT)))
def test_what_names_no_hidden_field(twins: Twins, number: int) -> None:
    for callers in (twins.linked, twins.blind):
        answer = twins.same(callers, _SILENT[number])
        assert not any(word in str(answer) for word in ("leftword", "rightword", "leftdeal", "rightdeal"))


def test_metadata(twins: Twins) -> None:
    def get(path: str) -> Ask:
        def ask(caller: Caller) -> Answer:
            reply = caller.metadata("GET", path, explain=True)
            return reply.status, [reply.json, dict(reply.headers)]

        return ask

    def post(query: str) -> Ask:
        def ask(caller: Caller) -> Answer:
            reply = caller.metadata("POST", "/metadata", {"query": query}, explain=True)
            return reply.status, [reply.json, dict(reply.headers)]

        return ask

    for ask in (
        get("/rest/metadata/objects"),
        get("/rest/metadata/fields"),
        get("/rest/metadata/views"),
        get("/rest/metadata/viewFilters"),
        post("{ objectRecordCounts { objectNamePlural totalCount } }"),
        post("{ currentWorkspace { displayName workspaceMembersCount } }"),
    ):
        answer = twins.same(twins.linked, ask)
        assert not is_refused(answer)


# ------------------------------------------------------------------ requests that name one


@pytest.mark.parametrize("name", _FIELDS)
@pytest.mark.parametrize("place", PLACES)
def test_naming_a_hidden_field(twins: Twins, place: str, name: str) -> None:
    """In the suite by every third of many requests of one place (a filter has one for each operator of each leaf)."""
    obj = twins.model.by_singular["rocket"]
    asks = list(PLACES[place](obj, obj.by_name[name]))
    some = part(asks, _FIELDS.index(name), of=3) if len(asks) > _FEW else asks
    answers = [twins.same(twins.linked, ask) for ask in some]
    assert all(map(is_refused, answers)), next(answer for answer in answers if not is_refused(answer))
    # Not for another reason than that the field is hidden.
    assert any(map(is_denied, answers)) or not answers


@pytest.mark.parametrize("name", _FIELDS)
def test_views_with_hidden_fields(twins: Twins, name: str) -> None:
    if name not in twins.views:
        pytest.skip("views do not filter by it")
    view = twins.views[name]
    for ask in (
        rest("GET", "/rest/rockets/groupBy", group_by=[{"name": True}], view_id=view),
        gql(f'{{ rocketsGroupBy(groupBy: [{{name: true}}], viewId: "{view}") {{ totalCount }} }}'),
    ):
        assert is_denied(twins.same(twins.linked, ask))


# ------------------------------------------------------------------ writes


def _writes_of(data: Mapping[str, Any]) -> tuple[Ask, ...]:
    """Every operation that writes values of a rocket."""
    rocket = ROCKETS[0]
    return (
        rest("POST", "/rest/rockets", data, depth="1"),
        rest("POST", "/rest/rockets?upsert=true", data),
        rest("POST", "/rest/rockets?upsert=true", {**data, "id": rocket}),
        rest("POST", "/rest/batch/rockets", [{"name": "x"}, data]),
        rest("PATCH", f"/rest/rockets/{rocket}", data, depth="1"),
        rest("PATCH", "/rest/rockets", data, filter=f"id[eq]:{rocket}"),
        rest("POST", "/rest/people", {"ship": {"create": data}}),
        gql("mutation($d: RocketCreateInput!) { createRocket(data: $d) { id name } }", d=data),
        gql("mutation($d: RocketCreateInput!) { createRocket(data: $d, upsert: true) { id name } }", d=data),
        gql("mutation($d: RocketUpdateInput!, $i: UUID!) { updateRocket(id: $i, data: $d) { id } }", d=data, i=rocket),
        gql(
            "mutation($d: PersonCreateInput!) { createPerson(data: $d) { ship { name } } }",
            d={"ship": {"create": data}},
        ),
    )


@pytest.mark.parametrize("name", _FIELDS)
def test_writing_a_locked_field(twins: Twins, name: str) -> None:
    """Also when it would not change, or be emptied."""
    before = twins.admins[0].record("rockets", ROCKETS[0])
    for value in (values_of("nobody", 3)[name], values_of("left", 0)[name], None):
        for ask in _writes_of({name: value}):
            assert is_denied(ask(twins.locked))
    assert twins.admins[0].record("rockets", ROCKETS[0]) == before


@pytest.mark.parametrize("name", _FIELDS)
@pytest.mark.parametrize("side", ["left", "right", "nobody"])
def test_writing_a_hidden_field(twins: Twins, name: str, side: str) -> None:
    """The same answer whether the value is there, taken, or new; unique values are refused."""
    is_unique = twins.model.by_singular["rocket"].by_name[name].is_unique
    data = {name: values_of(side, 2)[name]}
    for ask in _writes_of(data):
        answer = twins.same(twins.linked, ask)
        assert is_denied(answer) if is_unique else not is_refused(answer), answer


#: Writes that name no hidden field, or no value of one; they are run in this order.
_WRITES: tuple[Ask, ...] = (
    rest("PATCH", f"/rest/rockets/{ROCKETS[1]}", {"name": "again"}, depth="1"),
    rest("PATCH", "/rest/rockets", {"name": "all"}, filter='name[eq]:"again"'),
    rest("POST", "/rest/rockets?upsert=true", {"id": ROCKETS[2], "name": "upserted"}),
    rest("PATCH", f"/rest/rockets/{ROCKETS[1]}", {"contact": None, "motto": None}),
    rest("POST", "/rest/people", {"ship": {"connect": {"where": {"id": ROCKETS[0]}}}}, depth="1"),
    rest("DELETE", f"/rest/rockets/{ROCKETS[1]}?soft_delete=true"),
    rest("PATCH", f"/rest/rockets/{ROCKETS[1]}/restore"),
    rest("PATCH", f"/rest/rockets/{TRASHED}/restore", depth="1"),
    rest("DELETE", f"/rest/rockets/{TRASHED}"),
    rest("DELETE", f"/rest/companies/{COMPANIES[1]}?soft_delete=true"),
    rest("PATCH", f"/rest/companies/{COMPANIES[1]}/restore"),
    gql(f'mutation {{ deleteRocket(id: "{ROCKETS[3]}") {{ id name deletedAt }} }}'),
    gql(f'mutation {{ destroyRocket(id: "{ROCKETS[3]}") {{ id name }} }}'),
    rest("PATCH", "/rest/people/merge", {**_DRY, "dryRun": False}, depth="1"),
    gql(
        f'mutation {{ mergePeople(ids: ["{PEOPLE[2]}", "{PEOPLE[3]}"], conflictPriorityIndex: 1)'
        " { id name { firstName } ship { name } } }"
    ),
    rest("DELETE", f"/rest/companies/{COMPANIES[0]}"),
)


def test_writes(twins: Twins) -> None:
    for number, ask in enumerate(_WRITES):
        answer = twins.same(twins.linked, ask)
        assert not is_refused(answer), (number, answer)
    # The hidden values are there all the same, in each database its own.
    for caller, side in zip(twins.admins, ("left", "right"), strict=True):
        assert caller.record("people", PEOPLE[0])["jobTitle"] == person_values(side, 0)["jobTitle"]
