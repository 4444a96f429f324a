"""What changes of the model mean for records that are there: at once for readers, and in the table after the jobs."""

from __future__ import annotations

from typing import Any

import pytest

from icosa.catalog.jobs import list_jobs, new_job, put_job
from icosa.errors import BadRequest, IcosaError
from icosa.metadata.job_runner import run
from icosa.model.dates import epoch_ms
from icosa.model.model import Object
from icosa.query.operation import Restore
from icosa.store.copies import SINCE, has_copy
from icosa.store.derive import CREATED
from icosa.store.meter import Meter
from icosa.store.ops import DeleteItem as DeleteRow
from icosa.store.ops import PutItem
from icosa.validation.errors import MetadataValidationError
from tests.integration.engine.world import all_rows
from tests.support.tenant import LATER_MS, NOW, WORKSPACE, Tenant


def option(value: str, position: int, **more: Any) -> dict[str, Any]:
    return {"value": value, "label": value.title(), "position": position, "color": "red", **more}


COLOURS = [option("RED", 0), option("GREEN", 1), option("BLUE", 2)]

#: type, what creates the field, a value, a filter that finds it
EVERY_TYPE: list[tuple[str, dict[str, Any], Any, dict[str, Any] | None]] = [
    ("TEXT", {}, "hello", {"eq": "hello"}),
    ("NUMBER", {"settings": {"decimals": 2}}, 2.5, {"gt": 2}),
    ("BOOLEAN", {"defaultValue": False}, True, {"eq": True}),
    ("DATE", {}, "2026-01-31", {"eq": "2026-01-31"}),
    ("DATE_TIME", {}, "2026-01-31T12:00:00.000Z", {"gte": "2026-01-31T12:00:00.000Z"}),
    ("UUID", {}, "0a3d7f5e-9a44-4ad5-8a7a-5d8b6c1f0001", {"eq": "0a3d7f5e-9a44-4ad5-8a7a-5d8b6c1f0001"}),
    ("SELECT", {"options": COLOURS}, "GREEN", {"eq": "GREEN"}),
    ("MULTI_SELECT", {"options": COLOURS}, ["RED", "BLUE"], {"containsAny": ["BLUE"]}),
    ("RATING", {}, "RATING_4", {"eq": "RATING_4"}),
    ("ARRAY", {}, ["a", "b"], {"containsIlike": "%a%"}),
    ("RAW_JSON", {}, {"a": 1}, None),
    ("CURRENCY", {}, {"amountMicros": 5000000, "currencyCode": "EUR"}, {"amountMicros": {"eq": 5000000}}),
    ("FULL_NAME", {}, {"firstName": "Ada", "lastName": "Lovelace"}, {"firstName": {"eq": "Ada"}}),
    ("ADDRESS", {}, {"addressCity": "London"}, {"addressCity": {"eq": "London"}}),
    ("LINKS", {}, {"primaryLinkUrl": "https://a.example"}, {"primaryLinkUrl": {"eq": "https://a.example"}}),
    ("EMAILS", {}, {"primaryEmail": "a@b.example"}, {"primaryEmail": {"eq": "a@b.example"}}),
    ("PHONES", {}, {"primaryPhoneNumber": "+33123456789"}, None),
    ("RICH_TEXT", {}, {"markdown": "x"}, None),
]


def test_every_type_on_objects_with_records(tenant: Tenant) -> None:
    obj = tenant.new_object()
    [old] = tenant.create("rocket", {"name": "old"})
    for number, (type_name, given, _, _) in enumerate(EVERY_TYPE):
        tenant.new_field(obj, type_name, f"field{number}", **given)
    new = {f"field{number}": value for number, (_, _, value, _) in enumerate(EVERY_TYPE)}
    tenant.create("rocket", {"name": "new", **new})
    for _ in range(2):  # while the indexes are being built, and after
        for number, (type_name, _, _, condition) in enumerate(EVERY_TYPE):
            if condition is not None:
                assert tenant.values("rocket", "name", {f"field{number}": condition}) == ["new"], type_name
        assert [row["name"] for row in tenant.find("rocket", order=[{"field0": "AscNullsFirst"}])] == ["old", "new"]
        tenant.finish_jobs()
    assert all(entry.status == "READY" for entry in tenant.object("rocket").fields)
    assert tenant.orphans() == []
    tenant.update("rocket", old, new)
    assert tenant.values("rocket", "name", {"field0": {"eq": "hello"}}) == ["new", "old"]
    assert tenant.orphans() == []


def test_a_new_index_answers_only_when_it_is_complete(tenant: Tenant) -> None:
    obj = tenant.new_object()
    tenant.create("rocket", *({"name": f"r{i}"} for i in range(70)))
    tenant.new_field(obj, "NUMBER", "mass", defaultValue=3)
    tenant.create("rocket", {"name": "x", "mass": 9})
    [job] = list_jobs(tenant.table, WORKSPACE)
    assert run(tenant.table, WORKSPACE, job.id, now=NOW, now_ms=job.created_ms + 1).wait_ms > 50_000
    meter = Meter(detailed=True)
    assert len(tenant.find("rocket", {"mass": {"eq": 3}}, meter=meter)) == 70
    assert [note for note in meter.plan if "mass" in note] == ["no index of rocket.mass yet"]
    tenant.finish_jobs()
    meter = Meter(detailed=True)
    assert len(tenant.find("rocket", {"mass": {"gt": 3}}, meter=meter)) == 1
    assert any("mass" in note for note in meter.plan)
    assert tenant.orphans() == []


def test_a_default_fills_old_records_and_a_null_stays_a_null(tenant: Tenant) -> None:
    obj = tenant.new_object()
    first, second, third = tenant.create("rocket", {"name": "a"}, {"name": "b"}, {"name": "c"})
    before = tenant.model()
    tenant.new_field(obj, "NUMBER", "mass", defaultValue=3)
    tenant.new_field(obj, "UUID", "code", defaultValue="uuid")
    tenant.new_field(obj, "DATE_TIME", "since", defaultValue="now")
    tenant.update("rocket", first, {"mass": None})
    tenant.update("rocket", second, {"name": "bb"})
    tenant.update("rocket", third, {"name": "cc"}, model=before)  # by a request that began before the change
    rows = {row["id"]: row for row in tenant.find("rocket")}
    assert [rows[i]["mass"] for i in (first, second, third)] == [None, 3, 3]
    codes = {row["code"] for row in rows.values()}
    assert len(codes) == 3 and None not in codes
    assert len({row["since"] for row in rows.values()}) == 1
    field = tenant.object("rocket").by_name["mass"]
    tenant.service().update_field(field.id, {"defaultValue": 8})
    for _ in range(2):
        assert tenant.values("rocket", "mass") == [3, 3, None]
        assert tenant.values("rocket", "id", {"mass": {"is": "NULL"}}) == [first]
        assert {row["code"] for row in tenant.find("rocket")} == codes
        tenant.finish_jobs()
    assert tenant.orphans() == []
    tenant.create("rocket", {"name": "d"})
    assert tenant.values("rocket", "mass") == [3, 3, 8, None]


# ---------------------------------------------------------------------- options


@pytest.fixture
def rocket(tenant: Tenant) -> Object:
    obj = tenant.new_object()
    tenant.new_field(obj, "SELECT", "colour", options=COLOURS, defaultValue="'RED'")
    tenant.new_field(obj, "MULTI_SELECT", "colours", options=COLOURS)
    colours = [["RED"], ["RED", "GREEN"], ["GREEN", "BLUE"], None]
    tenant.create(
        "rocket", *({"name": f"r{i}", "colour": COLOURS[i % 3]["value"], "colours": c} for i, c in enumerate(colours))
    )
    tenant.finish_jobs()
    return tenant.object("rocket")


def options_of(tenant: Tenant, name: str) -> list[dict[str, Any]]:
    options = tenant.object("rocket").by_name[name].options
    return [{"id": o.id, "value": o.value, "label": o.label, "position": o.position, "color": o.color} for o in options]


def edit(tenant: Tenant, name: str, options: list[dict[str, Any]], **more: Any) -> None:
    tenant.service().update_field(tenant.object("rocket").by_name[name].id, {"options": options, **more})


def test_options_are_renamed_and_swapped(tenant: Tenant, rocket: Object) -> None:
    for name in ("colour", "colours"):
        red, green, blue = options_of(tenant, name)
        default = {"defaultValue": "'GREEN'"} if name == "colour" else {}
        edit(tenant, name, [{**red, "value": "GREEN"}, {**green, "value": "RED"}, {**blue, "value": "NAVY"}], **default)
    for _ in range(2):
        assert [row["colour"] for row in sorted(tenant.find("rocket"), key=lambda row: row["name"])] == [
            "GREEN",
            "RED",
            "NAVY",
            "GREEN",
        ]
        assert tenant.values("rocket", "name", {"colour": {"eq": "GREEN"}}) == ["r0", "r3"]
        assert tenant.values("rocket", "name", {"colours": {"containsAny": ["GREEN"]}}) == ["r0", "r1"]
        assert tenant.values("rocket", "colours", {"name": {"eq": "r2"}}) == [["RED", "NAVY"]]
        names = [
            row["name"] for row in tenant.find("rocket", order=[{"colour": "AscNullsLast"}, {"name": "AscNullsLast"}])
        ]
        assert names == ["r0", "r3", "r2", "r1"]
        tenant.finish_jobs()
    assert tenant.orphans() == []


def test_removed_options_fall_back(tenant: Tenant, rocket: Object) -> None:
    edit(tenant, "colour", [entry for entry in options_of(tenant, "colour") if entry["value"] != "GREEN"])
    edit(tenant, "colours", [entry for entry in options_of(tenant, "colours") if entry["value"] != "RED"])
    for _ in range(2):
        assert tenant.values("rocket", "colour") == ["BLUE", "RED", "RED", "RED"]
        assert len(tenant.find("rocket", {"colour": {"eq": "RED"}})) == 3
        assert [row["colours"] for row in sorted(tenant.find("rocket"), key=lambda row: row["name"])] == [
            [],
            ["GREEN"],
            ["GREEN", "BLUE"],
            [],
        ]
        tenant.finish_jobs()
    blue = [entry for entry in options_of(tenant, "colour") if entry["value"] == "BLUE"]
    edit(tenant, "colour", blue, defaultValue=None)
    for _ in range(2):
        assert tenant.values("rocket", "colour") == ["BLUE", None, None, None]
        tenant.finish_jobs()
    assert tenant.orphans() == []


def test_an_option_that_comes_back_is_another(tenant: Tenant, rocket: Object) -> None:
    """Records that held the removed one keep what it fell back to."""
    edit(tenant, "colour", [entry for entry in options_of(tenant, "colour") if entry["value"] != "GREEN"])
    edit(tenant, "colour", [*options_of(tenant, "colour"), option("GREEN", 5)])
    assert tenant.find("rocket", {"colour": {"eq": "GREEN"}}) == []
    tenant.create("rocket", {"name": "new", "colour": "GREEN"})
    for _ in range(2):
        assert tenant.values("rocket", "name", {"colour": {"eq": "GREEN"}}) == ["new"]
        assert tenant.values("rocket", "colour") == ["BLUE", "GREEN", "RED", "RED", "RED"]
        tenant.finish_jobs()
    assert tenant.orphans() == []


def test_removed_options_fall_back_to_the_default_that_comes_with_the_edit(tenant: Tenant, rocket: Object) -> None:
    edit(
        tenant,
        "colour",
        [entry for entry in options_of(tenant, "colour") if entry["value"] != "RED"],
        defaultValue="'BLUE'",
    )
    for _ in range(2):
        assert tenant.values("rocket", "colour") == ["BLUE", "BLUE", "BLUE", "GREEN"]
        assert len(tenant.find("rocket", {"colour": {"eq": "BLUE"}})) == 3
        tenant.finish_jobs()
    assert tenant.orphans() == []


def test_options_without_ids_are_all_new_and_records_hold_the_default(tenant: Tenant, rocket: Object) -> None:
    edit(tenant, "colour", [option("RED", 0), option("GREEN", 1)])
    edit(tenant, "colours", [option("RED", 0)], defaultValue=["'RED'"])
    for _ in range(2):
        assert tenant.values("rocket", "colour") == ["RED", "RED", "RED", "RED"]
        assert len(tenant.find("rocket", {"colour": {"eq": "RED"}})) == 4
        assert [row["colours"] for row in sorted(tenant.find("rocket"), key=lambda row: row["name"])] == [
            ["RED"],
            ["RED"],
            ["RED"],
            [],
        ]
        tenant.finish_jobs()
    assert tenant.orphans() == []


# ---------------------------------------------------------------------- uniqueness


def test_a_field_becomes_unique(tenant: Tenant) -> None:
    obj = tenant.new_object()
    code = tenant.new_field(obj, "TEXT", "code")
    ids = tenant.create("rocket", *({"name": f"r{i}", "code": f"c{i}"} for i in range(3)), {"name": "none"})
    tenant.delete("rocket", ids[2], destroy=False)
    assert tenant.service().update_field(code.id, {"isUnique": True}).is_unique
    for _ in range(2):
        for taken in ("c0", "c2"):
            with pytest.raises(BadRequest, match="Duplicate Code with value"):
                tenant.create("rocket", {"code": taken})
        tenant.finish_jobs()
    assert [i.status for i in tenant.object("rocket").indexes if i.is_unique] == ["READY"]
    assert tenant.orphans() == []
    tenant.service().update_field(code.id, {"isUnique": False})
    tenant.create("rocket", {"code": "c0"})
    tenant.finish_jobs()
    assert tenant.orphans() == []


@pytest.mark.parametrize(
    ("type_name", "value", "text"), [("BOOLEAN", True, "true"), ("NUMBER", 5.0, "5"), ("NUMBER", 1.5, "1.5")]
)
def test_taken_values_are_named_as_json_has_them(tenant: Tenant, type_name: str, value: Any, text: str) -> None:
    tenant.new_field(tenant.new_object(), type_name, "code", isUnique=True)
    tenant.create("rocket", {"code": value})
    with pytest.raises(BadRequest, match=f"Duplicate Code with value {text}\\."):
        tenant.create("rocket", {"code": value})


def test_values_that_records_share_cannot_become_unique(tenant: Tenant) -> None:
    obj = tenant.new_object()
    code = tenant.new_field(obj, "TEXT", "code")
    tenant.create("rocket", {"code": "same"}, {"code": "same"})
    with pytest.raises(MetadataValidationError) as refused:
        tenant.service().update_field(code.id, {"isUnique": True})
    assert "same" in refused.value.errors["index"][0]["errors"][0]["message"]
    assert not tenant.object("rocket").by_name["code"].is_unique


def test_a_race_for_a_value_gives_the_uniqueness_up(tenant: Tenant) -> None:
    """A request that began before the change knows no guards."""
    obj = tenant.new_object()
    code = tenant.new_field(obj, "TEXT", "code")
    tenant.create("rocket", {"code": "a"})
    before = tenant.model()
    tenant.service().update_field(code.id, {"isUnique": True})
    tenant.create("rocket", {"code": "a"}, model=before)
    tenant.finish_jobs()
    rocket = tenant.object("rocket")
    assert not rocket.by_name["code"].is_unique and rocket.unique_constraints == ()
    assert [i.status for i in rocket.indexes if i.is_unique] == ["FAILED"]
    assert tenant.orphans() == []


def test_guards_follow_records_that_move_while_they_are_written(tenant: Tenant) -> None:
    obj = tenant.new_object()
    code = tenant.new_field(obj, "TEXT", "code")
    first, second = tenant.create("rocket", {"code": "a"}, {"code": "b"})
    tenant.service().update_field(code.id, {"isUnique": True})
    for key in list(tenant.rows()):
        if key[0].split("#")[1] == "U":
            tenant.table.transact([DeleteRow(key)])  # as if the object had too many records for the rehearsal
    tenant.delete("rocket", first, destroy=False)
    tenant.run(Restore(object=tenant.object("rocket"), id=first))
    with pytest.raises(BadRequest):
        tenant.update("rocket", second, {"code": "a"})
    tenant.finish_jobs()
    assert tenant.orphans() == []


# ---------------------------------------------------------------------- deletion


def relate(tenant: Tenant, source: Object, target: Object, name: str, label: str, kind: str = "MANY_TO_ONE") -> Any:
    wanted = {"type": kind, "targetObjectMetadataId": target.id, "targetFieldLabel": label, "targetFieldIcon": "IconX"}
    return tenant.new_field(source, "RELATION", name, relationCreationPayload=wanted)


def test_deleting_fields_leaves_nothing_of_their_values(tenant: Tenant) -> None:
    obj = tenant.new_object()
    company = tenant.object("company")
    fields = [
        tenant.new_field(obj, "TEXT", "code", isUnique=True),
        tenant.new_field(obj, "FULL_NAME", "pilot"),
        relate(tenant, obj, company, "launchSite", "Rockets"),
    ]
    [site] = tenant.create("company", {"name": "Site"})
    data = {"pilot": {"firstName": "Ada"}, "launchSiteId": site}
    ids = tenant.create("rocket", *({"name": f"r{i}", "code": f"c{i}", **data} for i in range(5)))
    tenant.delete("rocket", ids[0], destroy=False)
    tenant.finish_jobs()
    for entry in fields:
        tenant.service().delete_field(entry.id)
    assert {"code", "pilot", "launchSite"}.isdisjoint(tenant.object("rocket").by_name)
    assert "rockets" not in tenant.object("company").by_name
    assert len(tenant.find("rocket")) == 4
    tenant.finish_jobs()
    assert tenant.orphans() == []


def test_deleting_an_object_leaves_nothing_of_it(tenant: Tenant) -> None:
    obj = tenant.new_object()
    company = tenant.object("company")
    relate(tenant, obj, company, "launchSite", "Rockets")
    tenant.new_field(obj, "TEXT", "code", isUnique=True)
    relate(tenant, company, obj, "flagship", "Owners")
    [site] = tenant.create("company", {"name": "Site"})
    ids = tenant.create("rocket", *({"name": f"r{i}", "code": f"c{i}", "launchSiteId": site} for i in range(70)))
    tenant.delete("rocket", ids[0], destroy=False)
    tenant.update("company", site, {"flagshipId": ids[1]})
    [note] = tenant.create("note", {"title": "about it"})
    tenant.create("noteTarget", {"noteId": note, "targetRocketId": ids[2]})
    tenant.finish_jobs()
    tenant.service().delete_object(obj.id)
    assert len(tenant.find("company")) == 1 and len(tenant.find("noteTarget")) == 1
    tenant.finish_jobs()
    assert tenant.orphans() == []
    assert not any(f"#{obj.key}" in pk for pk, _ in tenant.rows() if "#M" not in pk)


def test_what_late_writers_leave_is_removed(tenant: Tenant) -> None:
    obj = tenant.new_object()
    code = tenant.new_field(obj, "TEXT", "code")
    before = tenant.model()
    tenant.service().delete_field(code.id)
    tenant.create("rocket", {"name": "late", "code": "x"}, model=before)
    tenant.finish_jobs()
    assert tenant.orphans() == []
    before = tenant.model()
    tenant.service().delete_object(obj.id)
    tenant.create("rocket", {"name": "late"}, model=before)
    tenant.finish_jobs()
    assert tenant.orphans() == []


# ---------------------------------------------------------------------- relations and names


@pytest.mark.slow
def test_relations_both_ways_and_morph_targets(tenant: Tenant) -> None:
    rocket, pad = tenant.new_object(), tenant.new_object("pad")
    company = tenant.object("company")
    relate(tenant, rocket, company, "maker", "Rockets")
    relate(tenant, company, rocket, "prototypes", "Prototype of", kind="ONE_TO_MANY")
    payloads = [
        {
            "type": "MANY_TO_ONE",
            "targetObjectMetadataId": target.id,
            "targetFieldLabel": "Owned rockets",
            "targetFieldIcon": "IconX",
        }
        for target in (company, pad)
    ]
    owner = tenant.new_field(rocket, "MORPH_RELATION", "owner", morphRelationsCreationPayload=payloads)
    assert owner.name == "ownerCompany"
    names = {entry.name: entry.input_name for entry in tenant.object("rocket").fields if entry.relation}
    assert {"maker": "makerId", "prototypeOf": "prototypeOfId", "ownerPad": "ownerPadId"}.items() <= names.items()
    [firm] = tenant.create("company", {"name": "Firm"})
    [place] = tenant.create("pad", {"name": "39A"})
    tenant.create("rocket", {"name": "r", "makerId": firm, "prototypeOfId": firm, "ownerPadId": place})
    assert tenant.values("rocket", "name", {"ownerPadId": {"eq": place}}) == ["r"]
    tenant.service().update_object(pad.id, {"nameSingular": "site", "namePlural": "sites"})
    assert "ownerSite" in tenant.object("rocket").by_name
    assert tenant.values("rocket", "ownerSiteId") == [place]
    assert "targetSite" in tenant.object("attachment").by_name
    extra = tenant.service().update_field(
        owner.id, {"morphRelationsUpdatePayload": [{"targetObjectMetadataId": tenant.object("person").id}]}
    )
    assert extra.id == owner.id and "ownerPerson" in tenant.object("rocket").by_name
    assert tenant.object("person").by_name["ownedRockets"].relation is not None
    tenant.service().delete_field(owner.id)
    assert not {name for name in tenant.object("rocket").by_name if name.startswith("owner")}
    tenant.finish_jobs()
    assert tenant.orphans() == []


def test_renames_touch_no_record(tenant: Tenant) -> None:
    obj = tenant.new_object()
    field = tenant.new_field(obj, "TEXT", "code")
    tenant.create("rocket", {"name": "r", "code": "x"})
    tenant.finish_jobs()
    before = {key: row for key, row in tenant.rows().items() if key[0].split("#")[1] in "RDIEU"}
    tenant.service().update_field(field.id, {"name": "number"})
    tenant.service().update_object(obj.id, {"nameSingular": "ship", "namePlural": "ships"})
    assert tenant.values("ship", "number") == ["x"]
    assert list_jobs(tenant.table, WORKSPACE) == []
    assert {key: row for key, row in tenant.rows().items() if key[0].split("#")[1] in "RDIEU"} == before


def test_on_delete_actions_act_from_the_change_on(tenant: Tenant) -> None:
    obj = tenant.new_object()
    maker = relate(tenant, obj, tenant.object("company"), "maker", "Rockets")
    [firm] = tenant.create("company", {"name": "Firm"})
    tenant.create("rocket", {"name": "r", "makerId": firm})
    tenant.service().update_field(maker.id, {"settings": {"onDelete": "RESTRICT"}})
    with pytest.raises(IcosaError, match="still referenced"):
        tenant.delete("company", firm)
    tenant.service().update_field(maker.id, {"settings": {"onDelete": "CASCADE"}})
    tenant.delete("company", firm)
    assert tenant.find("rocket") == []
    tenant.finish_jobs()
    assert tenant.orphans() == []


def test_jobs_go_on_where_they_stopped(tenant: Tenant) -> None:
    obj = tenant.new_object()
    tenant.create("rocket", *({"name": f"r{i}"} for i in range(150)))
    tenant.new_field(obj, "NUMBER", "mass", defaultValue=3)
    [job] = list_jobs(tenant.table, WORKSPACE)
    steps = 0
    ticks = iter(range(0, 10_000, 20))  # every look at the clock finds the time of a step over
    while not run(tenant.table, WORKSPACE, job.id, now=NOW, now_ms=LATER_MS, clock=lambda: float(next(ticks))).is_done:
        steps += 1
        assert list_jobs(tenant.table, WORKSPACE)[0].done > 0
        assert len(tenant.find("rocket", {"mass": {"eq": 3}}, order=[{"mass": "AscNullsLast"}])) == 150
    assert steps == 1
    assert tenant.object("rocket").by_name["mass"].status == "READY"
    assert tenant.orphans() == []


@pytest.mark.parametrize("in_trash", [False, True])
@pytest.mark.parametrize(
    ("type_name", "given"), [(type_name, given) for type_name, given, *_ in EVERY_TYPE if "defaultValue" not in given]
)
def test_a_required_field_without_default_needs_an_empty_object(
    tenant: Tenant, type_name: str, given: dict[str, Any], in_trash: bool
) -> None:
    obj, empty = tenant.new_object(), tenant.new_object("comet")
    [record_id] = tenant.create("rocket", {"name": "old"})
    if in_trash:
        tenant.delete("rocket", record_id, destroy=False)
    with pytest.raises(MetadataValidationError) as error:
        tenant.new_field(obj, type_name, "mass", isNullable=False, **given)
    [failure] = error.value.failures
    assert [problem.message for problem in failure.problems] == [
        "Field mass must have a default value, or be nullable, because the object has records"
    ]
    assert "mass" not in tenant.model().by_singular["rocket"].by_name
    assert not tenant.new_field(empty, type_name, "mass", isNullable=False, **given).is_nullable


def test_a_required_field_with_a_default_fills_records(tenant: Tenant) -> None:
    obj = tenant.new_object()
    tenant.create("rocket", {"name": "old"})
    tenant.new_field(obj, "NUMBER", "mass", isNullable=False, defaultValue=7)
    assert tenant.values("rocket", "mass") == [7]


@pytest.mark.parametrize("type_name", ["SELECT", "MULTI_SELECT"])
def test_a_removed_option_of_a_required_field_needs_a_default(tenant: Tenant, type_name: str) -> None:
    obj = tenant.new_object()
    field = tenant.new_field(obj, type_name, "colour", isNullable=False, options=COLOURS)
    kept = [{**option(o.value, o.position), "id": o.id} for o in field.options][1:]
    tenant.create("rocket", {"name": "old", "colour": "RED" if type_name == "SELECT" else ["RED"]})
    with pytest.raises(MetadataValidationError) as error:
        tenant.service().update_field(field.id, {"options": kept})
    assert "can only be removed when it has a default value" in error.value.failures[0].problems[0].message
    default = "'GREEN'" if type_name == "SELECT" else ["'GREEN'"]
    tenant.service().update_field(field.id, {"options": kept, "defaultValue": default})
    assert tenant.values("rocket", "colour") == ["GREEN" if type_name == "SELECT" else ["GREEN"]]


def test_rows_of_version_0_2_are_completed(tenant: Tenant) -> None:
    """Beside writers who change what rows carry, and twice over."""
    obj = tenant.new_object()
    ids = tenant.create("rocket", *({"name": f"rocket {number}"} for number in range(30)))
    whole = {key: row[CREATED] for key, row in all_rows(tenant.table).items() if CREATED in row}
    for row in [row for key, row in all_rows(tenant.table).items() if key in whole]:
        bare = {name: value for name, value in row.items() if name != CREATED}
        tenant.table.transact([PutItem(bare)])
    tenant.update("rocket", ids[0], {"createdAt": "2020-01-01T00:00:00.000Z"})
    for _ in range(2):
        job = new_job("carry", object_key=obj.key, object_id=obj.id, now_ms=0)
        tenant.table.transact([put_job(WORKSPACE, job)])
        tenant.finish_jobs()
        rows = all_rows(tenant.table)
        changed = {key for key in whole if ids[0] in key[1]}
        assert {key: rows[key].get(CREATED) for key in whole.keys() - changed} == {
            key: whole[key] for key in whole.keys() - changed
        }
        assert {rows[key][CREATED] for key in changed & rows.keys()} == {epoch_ms("2020-01-01T00:00:00.000Z")}


def test_copies_that_an_earlier_release_has_left_behind_are_made_anew(tenant: Tenant) -> None:
    obj = tenant.new_object()
    ids = tenant.create("rocket", *({"name": f"old {number}"} for number in range(3)))
    before = {key: row for key, row in all_rows(tenant.table).items() if "#I#" in key[0] and has_copy(row)}
    assert len(before) == 3
    for number, record_id in enumerate(ids):
        tenant.update("rocket", record_id, {"name": f"new {number}"})
    for row in before.values():
        tenant.table.transact([PutItem({name: value for name, value in row.items() if name != SINCE})])
    newest = [{"createdAt": "DescNullsLast"}]
    assert {row["name"] for row in tenant.find("rocket", order=newest)} == {"old 0", "old 1", "old 2"}
    job = new_job("carry", object_key=obj.key, object_id=obj.id, now_ms=0)
    tenant.table.transact([put_job(WORKSPACE, job)])
    tenant.finish_jobs()
    assert {row["name"] for row in tenant.find("rocket", order=newest)} == {"new 0", "new 1", "new 2"}
    tenant.update("rocket", ids[0], {"name": "newest"})
    assert {row["name"] for row in tenant.find("rocket", order=newest)} == {"newest", "new 1", "new 2"}
