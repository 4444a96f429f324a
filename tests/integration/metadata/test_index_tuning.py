"""Indexes that come and go by use (docs/storage.md#indexes-by-use): notes of use, advice, the job that follows it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from unittest.mock import patch

import pytest

from icosa.access.audit import Actor, read_page
from icosa.errors import Unavailable
from icosa.metadata.index_advice import LeafAdvice, advise
from icosa.metadata.index_tuning import tune
from icosa.model.tunable import IndexSetting, noted_indexes
from icosa.store import keys
from icosa.store.index_use import DayOfUse, IndexUse, Notebook, read_days
from icosa.store.meter import Meter
from icosa.store.ops import PutItem, set_attributes
from icosa.store.table import Table
from icosa.validation.errors import (
    FieldIndexNotFound,
    IndexMutationNotAllowed,
    InvalidIndexInput,
    MetadataValidationError,
)
from tests.support.soak import examples
from tests.support.tenant import WORKSPACE, Row, Tenant

TODAY = datetime(2099, 5, 20, 9, tzinfo=UTC)
PEOPLE = 60


class Clock:
    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


class Desk:
    """A workspace with requests whose use of indexes is noted by one process."""

    def __init__(self, tenant: Tenant) -> None:
        self.tenant = tenant
        self.clock = Clock()
        self.book = Notebook(self.clock)

    def ask(
        self, name: str, condition: Row | None = None, *, at: datetime = TODAY, order: list[Row] | None = None
    ) -> Meter:
        tenant, model = self.tenant, self.tenant.model()
        meter = Meter(detailed=True)
        noted = noted_indexes(model)
        meter.indexes = IndexUse(
            tenant.table.metered(meter), WORKSPACE, noted, now=f"{at:%Y-%m-%dT%H:%M:%S}.000Z", book=self.book
        )
        tenant.find(name, condition, order, meter)
        meter.indexes.settle()
        return meter

    def days(self) -> list[DayOfUse]:
        return read_days(self.tenant.table, WORKSPACE)

    def advice(self, name: str, path: str, at: datetime = TODAY) -> LeafAdvice:
        model = self.tenant.model()
        found = advise(self.tenant.table, model, [model.by_singular[name]], now=at)
        return next(item for item in found if item.leaf.dotted == path)

    def choose(self, setting: IndexSetting) -> None:
        item = set_attributes(keys.workspace(WORKSPACE), {"preferences": {"indexes": setting}})
        self.tenant.table.transact([item])

    def tune(self, at: datetime = TODAY) -> None:
        tune(self.tenant.table, WORKSPACE, now_ms=int(at.timestamp() * 1000))

    def note(self, name: str, path: str, day: datetime, *, scans: int = 0, units: float = 0, uses: int = 0) -> None:
        """Notes as processes have left them."""
        obj = self.tenant.object(name)
        leaf = obj.leaves[tuple(path.split("."))]
        key = keys.index_use(WORKSPACE, f"{day:%Y-%m-%d}", obj.key, leaf.key.partition("~")[0])
        self.tenant.table.transact([PutItem(keys.item_at(key, scans=scans, units=units, uses=uses))])

    def records(self, name: str, path: str) -> str:
        return self.tenant.object(name).leaves[tuple(path.split("."))].index.records


@pytest.fixture
def desk(tenant: Tenant) -> Iterator[Desk]:
    yield Desk(tenant)


def _people(tenant: Tenant, number: int = PEOPLE) -> None:
    tenant.create("person", *({"name": {"lastName": f"P{i:04}"}, "avatarUrl": f"u{i}"} for i in range(number)))


URL = "primaryLinkUrl"
AVATAR: Row = {"avatarUrl": {"eq": "u1"}}


def _ago(days: int) -> datetime:
    return TODAY - timedelta(days=days)


# ---------------------------------------------------------------------- notes


def test_a_scan_names_the_leaf_and_is_noted_once_a_minute(desk: Desk) -> None:
    _people(desk.tenant)
    meter = desk.ask("person", AVATAR)
    assert "no index of person.avatarUrl: createOneIndex would help" in meter.plan
    [day] = desk.days()
    obj = desk.tenant.object("person")
    assert (day.day, day.object_key, day.leaf) == ("2099-05-20", obj.key, obj.by_name["avatarUrl"].key)
    assert day.scans == 1 and 0 < day.units < meter.read_units - 1
    # The note is one write unit beside the request, which only metrics count.
    assert meter.write_units == 0 and meter.total().write_units == 1
    for _ in range(3):
        assert desk.ask("person", AVATAR).total().write_units == 0
    assert desk.days() == [day]
    desk.clock.seconds = 60
    assert desk.ask("person", AVATAR).total().write_units == 1
    [later] = desk.days()
    assert (later.scans, later.units) == (5, 5 * day.units)


@pytest.mark.parametrize(
    ("condition", "order", "leaves"),
    [
        ({"avatarUrl": {"endsWith": "59"}}, None, {"avatarUrl"}),
        ({"or": [AVATAR, {"linkedinLink": {"primaryLinkLabel": {"eq": "x"}}}]}, None, {"avatarUrl", "linkedinLink"}),
        (AVATAR, [{"createdBy": {"name": "DescNullsLast"}}], {"avatarUrl", "createdBy"}),
        ({"jobTitle": {"eq": "x"}}, None, set()),
        ({"name": {"lastName": {"like": "%1"}}}, None, set()),
        ({"id": {"in": ["11111111-1111-4111-8111-111111111111"]}}, [{"avatarUrl": "AscNullsFirst"}], set()),
    ],
)
def test_what_is_missed(desk: Desk, condition: Row | None, order: list[Row] | None, leaves: set[str]) -> None:
    _people(desk.tenant)
    desk.ask("person", condition, order=order)
    obj = desk.tenant.object("person")
    by_key = {field.key: field.name for field in obj.fields}
    assert {by_key[day.leaf.partition(".")[0]] for day in desk.days() if day.scans} == leaves


def test_use_is_noted_once_an_hour(desk: Desk) -> None:
    _people(desk.tenant, 10)
    title: Row = {"phones": {"primaryPhoneNumber": {"eq": "1"}}}
    desk.ask("company", {"address": {"addressCity": {"eq": "Rome"}}})
    [day] = desk.days()
    assert (day.scans, day.uses) == (0, 1) and day.last_use == "2099-05-20T09:00:00.000Z"
    desk.clock.seconds = 3599
    assert desk.ask("company", {"address": {"addressCity": {"eq": "Rome"}}}).total().write_units == 0
    desk.clock.seconds = 3600
    desk.ask("company", {"address": {"addressCity": {"eq": "Rome"}}}, at=TODAY + timedelta(hours=1))
    [day] = desk.days()
    assert day.uses == 3 and day.last_use == "2099-05-20T10:00:00.000Z"
    # What search uses, and what the product itself reads by, is not noted: it stays anyway.
    desk.ask("person", title, order=[{"createdAt": "DescNullsLast"}])
    assert len(desk.days()) == 1


def test_what_could_not_be_written_is_counted_later(desk: Desk) -> None:
    _people(desk.tenant)
    tenant = desk.tenant
    with patch.object(Table, "update", side_effect=Unavailable("away")):
        desk.ask("person", AVATAR)
    assert desk.days() == []
    desk.ask("person", AVATAR)
    [day] = desk.days()
    assert day.scans == 2
    assert tenant.find("person", AVATAR)


# ---------------------------------------------------------------------- the job


def _missed(desk: Desk, path: str = "avatarUrl", *, units: float = 40_000, days: tuple[int, ...] = (1, 2, 3)) -> None:
    for day in days:
        desk.note("person", path, _ago(day), scans=100, units=units)


def test_what_costs_more_than_its_index_is_built(desk: Desk) -> None:
    _people(desk.tenant)
    _missed(desk)
    assert desk.advice("person", "avatarUrl").advice == "BUILD"
    desk.choose("auto")
    desk.tune()
    leaf = desk.tenant.object("person").leaves[("avatarUrl",)]
    assert (leaf.index.records, leaf.index.status) == ("ALL", "BUILDING")
    [entry] = read_page(desk.tenant.table, WORKSPACE, limit=10, after=None).entries
    assert entry["action"] == "index.built" and entry["actor"]["type"] == "SYSTEM"
    assert entry["target"]["label"] == "person.avatarUrl" and entry["after"]["records"] == "ALL"
    # While it is being built, queries scan and say so, and nothing is missed that is not under way.
    assert "no index of person.avatarUrl yet" in desk.ask("person", AVATAR).plan
    desk.tenant.finish_jobs()
    before = desk.tenant.find("person", AVATAR)
    meter = desk.ask("person", AVATAR)
    assert not meter.scans and meter.round_trips == 2 and before
    advice = desk.advice("person", "avatarUrl")
    assert (advice.made_by, advice.advice, advice.use.uses) == ("TUNER", "KEEP", 1)
    assert not desk.tenant.orphans()


@pytest.mark.parametrize("setting", ["advise", "declared"])
def test_only_auto_builds(desk: Desk, setting: IndexSetting) -> None:
    _people(desk.tenant, 60)
    _missed(desk)
    desk.choose(setting)
    desk.tune()
    assert desk.records("person", "avatarUrl") == "NONE"
    assert desk.advice("person", "avatarUrl").advice == "BUILD"


def test_what_costs_less_is_not_built(desk: Desk) -> None:
    _people(desk.tenant)
    _missed(desk, units=100)
    desk.choose("auto")
    desk.tune()
    advice = desk.advice("person", "avatarUrl")
    assert (advice.advice, desk.records("person", "avatarUrl")) == ("KEEP", "NONE")
    assert advice.use.scans == 300 and advice.use.units_a_day == pytest.approx(300 / 4)


def test_one_index_of_an_object_at_once(desk: Desk) -> None:
    _people(desk.tenant)
    _missed(desk)
    _missed(desk, "createdBy.name", units=90_000)
    desk.choose("auto")
    desk.tune()
    assert desk.records("person", "createdBy.name") == "ALL"
    # What was missed before tells nothing of the time after.
    desk.tune(TODAY + timedelta(hours=1))
    assert desk.records("person", "avatarUrl") == "NONE"
    assert desk.advice("person", "avatarUrl").use.scans == 0


def test_what_nobody_uses_goes(desk: Desk) -> None:
    tenant, city = desk.tenant, "address.addressCity"
    tenant.create("company", {"name": "Acme", "address": {"addressCity": "Rome"}})
    obj = tenant.object("company")
    tenant.service().create_index(
        {
            "objectMetadataId": obj.id,
            "fields": [{"fieldMetadataId": obj.by_name["linkedinLink"].id, "subFieldName": URL}],
        }
    )
    tenant.finish_jobs()
    desk.choose("auto")
    desk.note("company", "annualRevenue.amountMicros", _ago(10), uses=1)
    desk.tune()
    assert desk.records("company", city) == "ALL"  # nobody has watched for long enough
    desk.note("company", city, _ago(35), uses=1)
    desk.tune()
    assert desk.records("company", city) == "NONE"
    # Used, declared, needed by search, needed by the product, of an object without records.
    for name, path in [
        ("company", "annualRevenue.amountMicros"),
        ("company", f"linkedinLink.{URL}"),
        ("company", "name"),
        ("company", "position"),
        ("company", "updatedAt"),
        ("opportunity", "stage"),
    ]:
        assert desk.records(name, path) == "ALL", (name, path)
    assert desk.records("company", "accountOwnerId") == "NULLS"
    entries = read_page(tenant.table, WORKSPACE, limit=50, after=None).entries
    assert f"company.{city}" in {entry["target"]["label"] for entry in entries if entry["action"] == "index.dropped"}
    rome: Row = {"address": {"addressCity": {"eq": "Rome"}}}
    assert len(tenant.find("company", rome)) == 1
    tenant.finish_jobs()
    assert not tenant.orphans()
    # It comes back when it is missed.
    for day in (1, 2):
        desk.note("company", city, TODAY + timedelta(days=day), scans=9, units=90_000)
    desk.tune(TODAY + timedelta(days=3))
    assert desk.records("company", city) == "ALL"
    assert desk.advice("company", city).made_by == "SHIPPED"
    tenant.finish_jobs()
    assert len(tenant.find("company", rome)) == 1 and not tenant.orphans()


def test_a_relation_keeps_the_rows_of_what_points_at_nothing(desk: Desk) -> None:
    tenant = desk.tenant
    tenant.create("company", {"name": "Acme"})
    field = tenant.object("company").by_name["accountOwner"]
    desk.choose("all")
    desk.tune(_ago(40))
    tenant.finish_jobs()
    assert desk.records("company", "accountOwnerId") == "ALL"
    desk.choose("auto")
    desk.note("company", "name", _ago(35), uses=1)
    for _ in range(9):  # ten at once
        desk.tune()
    assert desk.records("company", "accountOwnerId") == "NULLS"
    tenant.finish_jobs()
    assert not tenant.orphans() and not desk.ask("company", {"accountOwnerId": {"is": "NULL"}}).scans
    with pytest.raises(IndexMutationNotAllowed, match="point at nothing"):
        _drop(desk, field.id)


# ---------------------------------------------------------------------- dropped by hand

KEY = Actor(type="API_KEY", id="11111111-1111-4111-8111-111111111111", name="Ops")


def _drop(desk: Desk, field_id: str, sub: str | None = None) -> None:
    desk.tenant.service().drop_field_index({"fieldMetadataId": field_id, "subFieldName": sub}, KEY)


def test_what_somebody_drops_stays_away_for_30_days(desk: Desk) -> None:
    tenant = desk.tenant
    _people(tenant)
    _missed(desk)
    desk.choose("auto")
    desk.tune()
    tenant.finish_jobs()
    assert desk.advice("person", "avatarUrl").is_droppable
    before = tenant.find("person", AVATAR)
    field = tenant.object("person").by_name["avatarUrl"]
    _drop(desk, field.id)
    entries = read_page(tenant.table, WORKSPACE, limit=9, after=None).entries
    [entry] = [entry for entry in entries if entry["action"] == "index.dropped"]
    assert entry["actor"] == KEY.members
    assert (entry["before"], entry["after"]) == ({"records": "ALL"}, {"records": "NONE"})
    tenant.finish_jobs()
    assert tenant.find("person", AVATAR) == before and not tenant.orphans()
    dropped = datetime.fromisoformat(f"{tenant.object('person').leaves[('avatarUrl',)].index.dropped_on}T09:00:00Z")

    def after(days: int) -> LeafAdvice:
        moment = dropped + timedelta(days=days)
        for day in (1, 2):
            desk.note("person", "avatarUrl", moment - timedelta(days=day), scans=900, units=90_000)
        desk.tune(moment)
        return desk.advice("person", "avatarUrl", moment)

    for days in (3, 29):
        advice = after(days)
        assert (advice.advice, advice.records, advice.is_droppable) == ("KEEP", "NONE", False)
        assert advice.reason == f"Somebody dropped it on {dropped:%Y-%m-%d}: use builds it 30 days later or never"
    assert after(33).records == "ALL"
    assert tenant.object("person").leaves[("avatarUrl",)].index.dropped_on is None


def test_an_index_that_somebody_undeclares_stays_away_too(desk: Desk) -> None:
    tenant = desk.tenant
    _people(tenant)
    person = tenant.object("person")
    field = person.by_name["avatarUrl"]
    made = tenant.service().create_index({"objectMetadataId": person.id, "fields": [{"fieldMetadataId": field.id}]})
    tenant.finish_jobs()
    assert not desk.advice("person", "avatarUrl").is_droppable
    with pytest.raises(
        IndexMutationNotAllowed, match=r"person\.avatarUrl stays: somebody declared it, so deleteOneIndex"
    ):
        _drop(desk, field.id)
    tenant.service().delete_index(made.id)
    assert tenant.object("person").leaves[("avatarUrl",)].index.dropped_on is not None
    tenant.service().create_index({"objectMetadataId": person.id, "fields": [{"fieldMetadataId": field.id}]})
    assert tenant.object("person").leaves[("avatarUrl",)].index.dropped_on is None


@pytest.mark.parametrize(
    ("name", "field", "sub", "error", "message"),
    [
        ("person", "avatarUrl", None, FieldIndexNotFound, "There is no index of person.avatarUrl"),
        (
            "person",
            "createdAt",
            None,
            IndexMutationNotAllowed,
            "person.createdAt stays: the product itself reads by it",
        ),
        ("company", "name", None, IndexMutationNotAllowed, "company.name stays: search uses it"),
        ("person", "name", None, InvalidIndexInput, "requires a sub-field"),
        ("person", "name", "nickname", InvalidIndexInput, "Unknown sub-field nickname"),
        ("person", "jobTitle", "x", InvalidIndexInput, "is not composite"),
        ("company", "people", None, InvalidIndexInput, "no join column"),
        ("person", "id", None, InvalidIndexInput, "Field id cannot have an index of its own"),
    ],
)
def test_what_cannot_be_dropped(
    desk: Desk, name: str, field: str, sub: str | None, error: type[Exception], message: str
) -> None:
    version = desk.tenant.model().version
    with pytest.raises(error, match=message):
        _drop(desk, desk.tenant.object(name).by_name[field].id, sub)
    assert desk.tenant.model().version == version


def test_where_all_fields_have_an_index_none_can_be_dropped(desk: Desk) -> None:
    desk.choose("all")
    field = desk.tenant.object("company").by_name["annualRevenue"]
    with pytest.raises(IndexMutationNotAllowed, match=r"this workspace has all indexes\. Give its setting `indexes`"):
        _drop(desk, field.id, "amountMicros")
    desk.choose("declared")
    _drop(desk, field.id, "amountMicros")
    assert desk.records("company", "annualRevenue.amountMicros") == "NONE"


# ---------------------------------------------------------------------- the setting


def test_all_and_declared(desk: Desk) -> None:
    tenant = desk.tenant
    _people(tenant, 3)
    rocket = tenant.new_object()
    tenant.new_field(rocket, "TEXT", "engine")
    desk.choose("all")
    desk.tune()
    tenant.finish_jobs()
    assert {
        leaf.index.records for obj in tenant.model().objects for leaf in obj.leaves.values() if leaf.may_have_rows
    } == {"ALL"}
    later = tenant.new_object("shuttle")
    assert all(leaf.index.records == "ALL" for leaf in later.leaves.values() if leaf.may_have_rows)
    assert not desk.ask("person", AVATAR).scans
    desk.choose("declared")
    desk.tune()
    tenant.finish_jobs()
    assert desk.records("person", "avatarUrl") == "NONE" and desk.records("person", "jobTitle") == "ALL"
    assert desk.records("rocket", "engine") == "NONE" and desk.records("rocket", "name") == "ALL"
    field = tenant.new_field(tenant.object("rocket"), "NUMBER", "stages")
    assert desk.records("rocket", "stages") == "NONE"
    tenant.service().create_index(
        {"objectMetadataId": rocket.id, "fields": [{"fieldMetadataId": field.id}], "indexType": "BTREE"}
    )
    assert desk.records("rocket", "stages") == "ALL"
    desk.tune()
    assert desk.records("rocket", "stages") == "ALL"
    tenant.finish_jobs()
    assert not tenant.orphans()
    [*_, entry] = read_page(tenant.table, WORKSPACE, limit=60, after=None).entries
    assert entry["action"] == "index.changed" and entry["actor"]["type"] == "SYSTEM"


# ---------------------------------------------------------------------- relations


def test_declaring_the_index_of_a_relation(desk: Desk) -> None:
    tenant = desk.tenant
    companies = tenant.create("company", {"name": "A"}, {"name": "B"})
    tenant.create("person", *({"companyId": companies[i % 2]} if i % 3 else {} for i in range(9)))
    person = tenant.object("person")
    wanted = {"objectMetadataId": person.id, "fields": [{"fieldMetadataId": person.by_name["company"].id}]}
    order: list[Row] = [{"companyId": "AscNullsFirst"}]
    before = tenant.find("person", None, order)
    index = tenant.service().create_index(wanted)
    assert index.is_custom
    with pytest.raises(MetadataValidationError):
        tenant.service().create_index(wanted)
    tenant.finish_jobs()
    meter = Meter(detailed=True)
    assert tenant.find("person", None, order, meter) == before and not meter.scans
    tenant.service().delete_index(index.id)
    [left] = [known for known in tenant.object("person").indexes if known.id == index.id]
    assert not left.is_custom
    tenant.finish_jobs()
    assert desk.records("person", "companyId") == "NULLS" and tenant.find("person", None, order) == before
    assert not tenant.orphans()


# ---------------------------------------------------------------------- whatever comes and goes

_VALUES = (None, "a", "b", "c")
_LEAVES: tuple[tuple[str, str | None], ...] = (
    ("avatarUrl", None),
    ("linkedinLink", URL),
    ("linkedinLink", "primaryLinkLabel"),
    ("jobTitle", None),
)


def _body(name: str, sub: str | None, value: str | None) -> Row:
    return (
        {name: value} if sub is None else {name: {sub: f"https://{value}.example" if sub == URL and value else value}}
    )


def _stored(row: Row, name: str, sub: str | None) -> Any:
    value = row[name] if sub is None else (row[name] or {}).get(sub)
    return value or None


@pytest.mark.parametrize("seed", range(1, 1 + examples(1)))
def test_answers_stay_while_indexes_come_and_go(desk: Desk, seed: int) -> None:
    """Builds and drops by use and by the setting, jobs done or not yet, writes, and queries, in any order."""
    random, tenant = Random(seed), desk.tenant
    known: dict[str, dict[tuple[str, str | None], str | None]] = {}

    def write() -> None:
        values: dict[tuple[str, str | None], str | None] = {leaf: random.choice(_VALUES) for leaf in _LEAVES}
        data: Row = {}
        for (name, sub), value in values.items():
            part = _body(name, sub, value)
            data[name] = {**data.get(name, {}), **part[name]} if sub else part[name]
        if known and random.random() < 0.5:
            record_id = random.choice(sorted(known))
            tenant.update("person", record_id, data)
        else:
            [record_id] = tenant.create("person", data)
        known[record_id] = values

    def ask() -> None:
        name, sub = leaf = random.choice(_LEAVES)
        value = random.choice(_VALUES)
        if value is None:
            inner: Row = {"is": "NULL"}
        else:
            inner = {"eq": _body(name, sub, value)[name] if sub is None else _body(name, sub, value)[name][sub]}
        condition = {name: inner if sub is None else {sub: inner}}
        direction = random.choice(("AscNullsFirst", "DescNullsLast"))
        order: list[Row] = [{name: direction if sub is None else {sub: direction}}]
        found = tenant.find("person", condition, order if random.random() < 0.3 else None)
        assert {row["id"] for row in found} == {i for i, values in known.items() if values[leaf] == value}
        ordered = [_stored(row, name, sub) for row in tenant.find("person", None, order)]
        assert len(ordered) == len(known)
        texts = [text for text in ordered if text is not None]
        assert texts == sorted(texts, reverse=direction.startswith("Desc"))

    for _ in range(8):
        write()
    for step in range(12):
        at = TODAY + timedelta(days=40 * step)
        action = random.choice(("use", "use", "setting", "jobs", "write", "write"))
        if action == "setting":
            desk.choose(random.choice(("auto", "all", "declared", "advise")))
            desk.tune(at)
        elif action == "use":
            desk.choose("auto")
            name, sub = random.choice(_LEAVES)
            path = name if sub is None else f"{name}.{sub}"
            for days in (1, 2, 31):
                desk.note("person", path, at - timedelta(days=days), scans=9, units=90_000)
            desk.tune(at)
        elif action == "jobs":
            tenant.finish_jobs()
        else:
            write()
        ask()
    tenant.finish_jobs()
    ask()
    assert not tenant.orphans()
