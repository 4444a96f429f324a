"""Indexes of several fields, as clients declare them: built by a job, kept by every write, used by lists, and built
anew or dropped with what they are made of.
"""

from __future__ import annotations

from typing import Any

import pytest

from icosa.model.model import Index, Object
from icosa.store.meter import Meter
from tests.support.tenant import Tenant

_OPTIONS = [
    {"value": value, "label": value.title(), "position": position, "color": "red"}
    for position, value in enumerate(("NEW", "WON", "LOST"))
]


@pytest.fixture
def rocket(tenant: Tenant) -> Object:
    """Ninety records with a stage, an amount and a name."""
    obj = tenant.new_object()
    tenant.new_field(obj, "SELECT", "stage", options=_OPTIONS)
    tenant.new_field(obj, "NUMBER", "amount")
    bodies = [
        {"name": f"Rocket {number % 4}", "stage": ("NEW", "WON", None)[number % 3], "amount": number * 37 % 11 or None}
        for number in range(90)
    ]
    tenant.create("rocket", *bodies)
    tenant.finish_jobs()
    return tenant.object("rocket")


def declare(tenant: Tenant, *names: str) -> Index:
    obj = tenant.object("rocket")
    fields = [{"fieldMetadataId": obj.by_name[name].id} for name in names]
    return tenant.service().create_index({"objectMetadataId": obj.id, "fields": fields})


def declared(tenant: Tenant) -> Index:
    [index] = [index for index in tenant.object("rocket").indexes if index.is_custom]
    return index


_ORDER = [{"amount": "AscNullsFirst"}]
_NEW = {"stage": {"eq": "NEW"}}


def listed(tenant: Tenant, condition: Any = _NEW, order: Any = _ORDER) -> tuple[list[Any], str]:
    """The amounts of a list, and the plan that it took."""
    meter = Meter(detailed=True)
    rows = tenant.find("rocket", condition, order, meter)
    return [row["amount"] for row in rows], "; ".join(meter.plan)


def test_it_is_built_used_and_kept(tenant: Tenant, rocket: Object) -> None:
    before, plan = listed(tenant)
    index = declare(tenant, "stage", "amount")
    assert index.status == "BUILDING"
    tenant.create("rocket", {"name": "x", "stage": "NEW", "amount": 100})
    assert listed(tenant)[0] == [*before, 100]
    assert "stage + amount" not in listed(tenant)[1]
    tenant.finish_jobs()
    assert declared(tenant).status == "READY"
    amounts, plan = listed(tenant)
    assert (amounts, plan) == ([*before, 100], "walk index stage + amount")
    assert tenant.orphans() == []
    [newest] = tenant.create("rocket", {"name": "y", "stage": "WON", "amount": 200})
    tenant.update("rocket", newest, {"stage": "NEW"})
    assert listed(tenant)[0] == [*before, 100, 200]
    assert listed(tenant, order=[{"amount": "DescNullsLast"}])[0] == [200, 100, *before[::-1]]
    tenant.delete("rocket", newest)
    assert listed(tenant)[0] == [*before, 100]
    both = {"stage": {"is": "NULL"}, "amount": {"eq": 5}}
    amounts, plan = listed(tenant, both, [])
    assert (set(amounts), plan) == ({5}, "walk index stage + amount by id")
    assert tenant.orphans() == []


def test_an_order_of_several_fields(tenant: Tenant, rocket: Object) -> None:
    order = [{"name": "AscNullsFirst"}, {"amount": "AscNullsFirst"}]
    before, _ = listed(tenant, None, order)
    declare(tenant, "name", "amount")
    tenant.finish_jobs()
    assert listed(tenant, None, order) == (before, "walk index name + amount")
    meter = Meter(detailed=True)
    tenant.find("rocket", None, order, meter)
    # The records, their rows, the counter, and the register.
    assert meter.read_units <= len(before) + 4 + 1 + 1
    assert meter.round_trips == 2


def test_other_orders_and_conditions_do_without(tenant: Tenant, rocket: Object) -> None:
    declare(tenant, "stage", "amount")
    tenant.finish_jobs()
    for condition, order in (
        (_NEW, [{"amount": "AscNullsLast"}]),
        ({"stage": {"in": ["NEW"]}}, _ORDER),
        ({**_NEW, "name": {"eq": "Rocket 1"}}, _ORDER),
        (None, [{"stage": "AscNullsFirst"}, {"amount": "DescNullsLast"}]),
    ):
        assert "stage + amount" not in listed(tenant, condition, order)[1]


def test_it_is_built_anew_when_values_are_encoded_anew(tenant: Tenant, rocket: Object) -> None:
    declare(tenant, "stage", "amount")
    tenant.finish_jobs()
    amounts, _ = listed(tenant)
    known = rocket.by_name["stage"].options
    options = [{**option, "id": before.id} for option, before in zip(_OPTIONS, known, strict=True)]
    options[0]["value"] = "AFRESH"
    tenant.service().update_field(rocket.by_name["stage"].id, {"options": options})
    assert declared(tenant).status == "BUILDING"
    afresh = {"stage": {"eq": "AFRESH"}}
    assert listed(tenant, afresh)[0] == amounts
    tenant.finish_jobs()
    assert listed(tenant, afresh) == (amounts, "walk index stage + amount")
    assert tenant.orphans() == []


def test_it_goes_with_its_fields_and_by_itself(tenant: Tenant, rocket: Object) -> None:
    for number, names in enumerate((("stage", "amount"), ("stage", "amount", "name"))):
        index = declare(tenant, *names)
        tenant.finish_jobs()
        if number:
            tenant.service().delete_field(rocket.by_name["amount"].id)
            assert [member.field_id for member in declared(tenant).members] == [
                rocket.by_name["stage"].id,
                rocket.by_name["name"].id,
            ]
            assert declared(tenant).status == "BUILDING"
        else:
            tenant.service().delete_index(index.id)
        tenant.finish_jobs()
        assert tenant.orphans() == []
    order = [{"name": "DescNullsLast"}]
    meter = Meter(detailed=True)
    names_shown = [row["name"] for row in tenant.find("rocket", _NEW, order, meter)]
    assert names_shown == sorted(names_shown, reverse=True)
    assert meter.plan == ["walk index stage + name"]


def test_it_is_ready_at_once_where_there_are_no_records(tenant: Tenant) -> None:
    obj = tenant.new_object()
    tenant.new_field(obj, "NUMBER", "amount")
    assert declare(tenant, "name", "amount").status == "READY"
    tenant.create("rocket", {"name": "b", "amount": 1}, {"name": "a", "amount": 2})
    order = [{"name": "AscNullsFirst"}, {"amount": "AscNullsFirst"}]
    assert listed(tenant, None, order) == ([2, 1], "walk index name + amount")
    assert tenant.orphans() == []
