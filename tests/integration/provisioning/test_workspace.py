"""A new workspace: complete, or not there at all."""

from typing import Any

import pytest

from icosa.access import token
from icosa.access.api_keys import ApiKeys
from icosa.access.gateway_keys import GatewayKeys
from icosa.access.role_admin import list_roles
from icosa.access.session import current_model, open_context
from icosa.catalog.commit import read
from icosa.catalog.jobs import list_jobs
from icosa.engine.executor import execute
from icosa.errors import BadRequest
from icosa.model.model import Model
from icosa.provisioning import workspace as provisioning
from icosa.provisioning.actions import OfWorkspace
from icosa.provisioning.admin import ACTIONS, Administration
from icosa.provisioning.workspace import Provisioned, provision
from icosa.query.operation import Connection, FindMany, Page
from icosa.shipped import load
from icosa.store import keys, workspace_registry
from icosa.store.ops import DeleteItem, set_attributes
from icosa.store.table import Table
from tests.support import gateway as gateways
from tests.support.provisioning import event_of, forget
from tests.support.rest_client import RestClient
from tests.support.tokens import KEYS, TokensHere


@pytest.fixture
def api_keys(control_table: Table, gateway: GatewayKeys) -> ApiKeys:
    forget()
    return ApiKeys(TokensHere(control_table, gateway))


def test_a_preset_adds_the_standard_fields_of_its_year(control_table: Table, api_keys: ApiKeys) -> None:
    call = RestClient(control_table, event_of(provision(control_table, api_keys, "Acme", preset="2025")))
    values = {
        "name": "Old",
        "employees": 12,
        "idealCustomerProfile": True,
        "annualRecurringRevenue": {"amountMicros": 5_000_000, "currencyCode": "EUR"},
        "xLink": {"primaryLinkUrl": "https://x.example/old"},
    }
    company = call("POST", "/rest/companies", values).json["data"]["createCompany"]
    person = call("POST", "/rest/people", {"city": "Jena", "xLink": {"primaryLinkUrl": "https://x.example/me"}})
    found = call("GET", "/rest/companies", filter="employees[gt]:10,idealCustomerProfile[eq]:true")

    assert (company["employees"], company["idealCustomerProfile"]) == (12, True)
    assert person.json["data"]["createPerson"]["city"] == "Jena"
    assert found.json["totalCount"] == 1
    assert (
        call("POST", "/rest/companies", {"name": "New"}).json["data"]["createCompany"]["idealCustomerProfile"] is False
    )
    with pytest.raises(BadRequest, match=r"^preset '1999' is not known\. There are: 2025$"):
        provision(control_table, api_keys, "Acme", preset="1999")


def test_a_workspace_has_objects_roles_and_one_admin_key(
    control_table: Table, api_keys: ApiKeys, gateway: GatewayKeys
) -> None:
    made = provision(control_table, api_keys, "  Acme ")
    context = open_context(event_of(made), control_table)
    assert context.workspace.name == "Acme"
    assert [obj.name_singular for obj in context.model.objects] == load("standard-objects/index")
    roles = {role["label"]: role for role in list_roles(made.workspace_id)}
    assert sorted(roles) == ["Admin", "Member"]
    assert context.workspace.default_role_id == roles["Member"]["id"]
    assert made.api_key.role_id == roles["Admin"]["id"]
    assert api_keys.list(made.workspace_id) == [made.api_key]
    claims = token.verify(made.token, keys=KEYS)
    assert (claims.workspace_id, claims.key_id) == (made.workspace_id, made.api_key.id)
    assert gateways.values_in_plan(gateway) == {made.workspace_id}
    assert total(control_table, made, "people") == 0
    assert made.workspace_id in workspace_registry.all_ids(control_table)


def test_a_workspace_older_than_the_registry_enters_it_once(control_table: Table, api_keys: ApiKeys) -> None:
    made = provision(control_table, api_keys, "Old")
    key = keys.workspace(made.workspace_id)
    control_table.transact(
        [set_attributes(key, {workspace_registry.REGISTERED: None}), DeleteItem(keys.registered(made.workspace_id))]
    )
    assert made.workspace_id not in workspace_registry.all_ids(control_table)

    row = control_table.get(key)
    assert row is not None
    assert workspace_registry.enter(control_table, made.workspace_id, row)
    row = control_table.get(key)
    assert row is not None
    assert not workspace_registry.enter(control_table, made.workspace_id, row)
    assert made.workspace_id in workspace_registry.all_ids(control_table)


def test_the_registry_is_read_page_by_page(control_table: Table, api_keys: ApiKeys) -> None:
    made = {provision(control_table, api_keys, "Acme").workspace_id for _ in range(3)}
    ids, after = [], None
    while True:
        page = workspace_registry.page(control_table, after=after, limit=2)
        ids += page.ids
        after = page.last
        if after is None:
            break
    assert ids == sorted(ids) == list(workspace_registry.all_ids(control_table))
    assert made <= set(ids)


def test_two_workspaces_share_nothing(control_table: Table, api_keys: ApiKeys) -> None:
    item, two = provision(control_table, api_keys, "Same"), provision(control_table, api_keys, "Same")
    models = [current_model(control_table, made.workspace_id) for made in (item, two)]

    def ids(model: Model | None) -> set[str]:
        assert model is not None
        return (
            {model.workspace_id}
            | {obj.id for obj in model.objects}
            | {field.id for obj in model.objects for field in obj.fields}
        )

    assert not ids(models[0]) & ids(models[1])
    assert {role["id"] for role in list_roles(item.workspace_id)}.isdisjoint(
        role["id"] for role in list_roles(two.workspace_id)
    )


def test_a_workspace_needs_a_name(control_table: Table, api_keys: ApiKeys, gateway: GatewayKeys) -> None:
    with pytest.raises(BadRequest):
        provision(control_table, api_keys, " ")
    assert gateways.values(gateway) == set()


def test_what_fails_half_way_leaves_no_workspace_and_no_gateway_key(
    control_table: Table, api_keys: ApiKeys, gateway: GatewayKeys, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []

    def fail(context: Any) -> None:
        seen.append(context.workspace.id)
        raise RuntimeError("out of coffee")

    monkeypatch.setattr(provisioning, "seed", fail)
    with pytest.raises(RuntimeError, match="out of coffee"):
        provision(control_table, api_keys, "Acme", demo=True)
    assert gateways.values(gateway) == set()
    assert control_table.get(keys.workspace(seen[0])) is None
    assert current_model(control_table, seen[0]) is None
    assert seen[0] not in workspace_registry.all_ids(control_table)


def total(table: Table, made: Provisioned, plural: str) -> int | None:
    context = open_context(event_of(made), table)
    result = execute(context, FindMany(object=context.model.by_plural[plural], page=Page(limit=1)))
    assert isinstance(result, Connection)
    return result.total_count


def test_the_demo_workspace_is_full_of_related_records(control_table: Table, api_keys: ApiKeys) -> None:
    made = provision(control_table, api_keys, "Demo", demo=True)
    other = provision(control_table, api_keys, "Other")
    for plural in load("demo/index"):
        assert total(control_table, made, plural) == len(load(f"demo/{plural}"))
        assert total(control_table, other, plural) == 0
    assert [role["label"] for role in list_roles(made.workspace_id)] == ["Admin", "Guest", "Member"]


def test_the_demo_records_are_enough_to_look_around() -> None:
    counts = {plural: len(load(f"demo/{plural}")) for plural in load("demo/index")}
    assert counts["companies"] >= 60
    assert counts["people"] >= 150
    assert counts["opportunities"] >= 50
    assert counts["notes"] >= 40
    assert counts["tasks"] >= 50
    assert counts["workspaceMembers"] == 4


@pytest.mark.parametrize(
    "name", [name for name, action in ACTIONS.items() if issubclass(action.parameters, OfWorkspace)]
)
@pytest.mark.parametrize("suffix", ["", "#X"])
def test_nothing_is_administered_in_a_workspace_that_is_not_there(
    control_table: Table, api_keys: ApiKeys, name: str, suffix: str
) -> None:
    nowhere = "11111111-1111-4111-8111-111111111111" + suffix
    event = {"apiKeyId": nowhere[:36], "roleId": nowhere[:36], "name": "x", "role": {"label": "q"}}
    with pytest.raises(BadRequest):
        Administration(control_table, api_keys, lambda: "https://api.example.com").run(
            {"action": name, "workspaceId": nowhere, **event}
        )
    assert list_roles(nowhere) == []


@pytest.mark.parametrize("event", [None, [], "x", {}, {"action": ["x"]}, {"action": {}}, {"action": "drop"}])
def test_actions_that_are_none(control_table: Table, api_keys: ApiKeys, event: Any) -> None:
    with pytest.raises(BadRequest, match="action must be one of"):
        Administration(control_table, api_keys, lambda: "https://api.example.com").run(event)


def test_rows_of_a_workspace_are_completed_by_one_job_for_each_object(control_table: Table, api_keys: ApiKeys) -> None:
    made = provision(control_table, api_keys, "Old")
    event = {"action": "carry_values", "workspaceId": made.workspace_id}
    administration = Administration(control_table, api_keys, lambda: "https://api.example.com")
    objects = len(read(control_table, made.workspace_id).model.objects)
    assert administration.run(event) == {"jobs": objects}
    assert administration.run(event) == {"jobs": 0}
    assert {job.kind for job in list_jobs(control_table, made.workspace_id)} == {"carry"}


def test_the_counters_of_an_object_are_spread(control_table: Table, api_keys: ApiKeys) -> None:
    made = provision(control_table, api_keys, "Busy")
    administration = Administration(control_table, api_keys, lambda: "https://api.example.com")
    event = {"action": "spread_counters", "workspaceId": made.workspace_id, "object": "person"}
    assert administration.run(event) == {"counters": 128}
    model = read(control_table, made.workspace_id).model
    assert {obj.counters for obj in model.objects if obj.name_singular != "person"} == {16}
    assert model.by_singular["person"].counters == 128
