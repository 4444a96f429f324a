"""Operations against roles (docs/wire/access.md#how-operations-are-checked, docs/wire/rest.md#permissions)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from icosa.access.check import MAX_NESTED_CREATES, authorize, is_relation_readable
from icosa.api.rest.selection import FieldSelector
from icosa.errors import BadRequest, PermissionDenied
from icosa.model.model import Object, Right
from icosa.model.problems import Problems
from icosa.query.filters import resolve_filter
from icosa.query.groups import resolve_dimensions, resolve_group_order
from icosa.query.operation import (
    Create,
    Delete,
    FindDuplicates,
    FindMany,
    FindOne,
    GroupBy,
    Merge,
    Operation,
    RelationSelection,
    Restore,
    Selection,
    Update,
)
from icosa.query.orders import resolve_order
from tests.support.crm import crm

MODEL = crm()
PEOPLE, COMPANIES = MODEL.by_plural["people"], MODEL.by_plural["companies"]
ID = "7c1b6b6e-3a3e-4f61-8b64-0a5a0d6a0001"


@dataclass
class Role:
    """Everything is allowed but what is named: rights by object, fields by object."""

    denied: Mapping[str, set[Right]] = field(default_factory=dict)
    hidden: Mapping[str, set[str]] = field(default_factory=dict)
    locked: Mapping[str, set[str]] = field(default_factory=dict)

    def can(self, obj: Object, right: Right) -> bool:
        return right not in self.denied.get(obj.name_plural, ())

    def unreadable_fields(self, obj: Object) -> frozenset[str]:
        return frozenset(obj.by_name[name].id for name in self.hidden.get(obj.name_plural, ()))

    def unwritable_fields(self, obj: Object) -> frozenset[str]:
        return frozenset(obj.by_name[name].id for name in self.locked.get(obj.name_plural, ()))

    def sees_every_record(self, obj: Object) -> bool:
        return True

    def masked_fields(self, obj: Object) -> frozenset[str]:
        return frozenset()

    def unset_fields(self, obj: Object) -> frozenset[str]:
        return self.unwritable_fields(obj)


def _denied(role: Role, operation: Operation) -> None:
    with pytest.raises(PermissionDenied):
        allowed = authorize(role, operation, MODEL)
        if isinstance(allowed, Create):  # The engine refuses these records, with what else is wrong.
            Problems(allowed.refused).raise_any()


NEEDED: list[tuple[Operation, set[Right]]] = [
    (FindOne(object=PEOPLE, id=ID), {"read"}),
    (FindMany(object=PEOPLE), {"read"}),
    (FindDuplicates(object=PEOPLE, ids=(ID,)), {"read"}),
    (GroupBy(object=PEOPLE, dimensions=resolve_dimensions(MODEL, PEOPLE, [{"jobTitle": True}])), {"read"}),
    (Create(object=PEOPLE, data=({},)), {"read", "update"}),
    (Update(object=PEOPLE, data={}, id=ID), {"read", "update"}),
    (Delete(object=PEOPLE, destroy=False, id=ID), {"read", "soft_delete"}),
    (Delete(object=PEOPLE, destroy=True, id=ID), {"read", "destroy"}),
    (Restore(object=PEOPLE, id=ID), {"read", "soft_delete"}),
    (Merge(object=PEOPLE, ids=(ID, ID), priority_index=0), {"read", "update", "soft_delete"}),
]


@pytest.mark.parametrize(("operation", "needed"), NEEDED)
def test_rights_that_operations_need(operation: Operation, needed: set[Right]) -> None:
    rights: tuple[Right, ...] = ("read", "update", "soft_delete", "destroy")
    for right in rights:
        role = Role(denied={"people": {right}})
        if right in needed:
            _denied(role, operation)
        else:
            assert authorize(role, operation, MODEL) is operation


def test_an_operation_of_a_full_role_is_the_same() -> None:
    operation = FindMany(object=PEOPLE, selection=_depth_1(Role()))
    assert authorize(Role(), operation, MODEL) is operation


# ------------------------------------------------------------------ what is shown


def _depth_1(role: Role) -> Selection:
    return FieldSelector(MODEL, role, children=60, field_limit=200).select(PEOPLE, 1, None)


def test_all_fields_are_narrowed() -> None:
    restricted = authorize(Role(hidden={"people": {"emails", "company"}}), FindOne(object=PEOPLE, id=ID), MODEL)
    assert isinstance(restricted, FindOne)
    names = [f.name for f in PEOPLE.stored_fields if f.name not in ("emails", "company")]
    assert list(restricted.selection.fields or ()) == names


def test_all_fields_of_related_and_grouped_records_are_narrowed() -> None:
    role = Role(hidden={"companies": {"name"}, "people": {"emails"}})
    restricted = authorize(role, FindOne(object=PEOPLE, id=ID, selection=_depth_1(role)), MODEL)
    assert isinstance(restricted, FindOne)
    assert "name" not in (restricted.selection.relations["company"].selection.fields or ())
    dimensions = resolve_dimensions(MODEL, PEOPLE, [{"jobTitle": True}])
    grouped = authorize(role, GroupBy(object=PEOPLE, dimensions=dimensions, records=Selection()), MODEL)
    assert isinstance(grouped, GroupBy)
    assert grouped.records is not None
    assert "emails" not in (grouped.records.fields or ())


def test_fields_and_relations_that_are_asked_for_must_be_readable() -> None:
    _denied(
        Role(hidden={"people": {"emails"}}), FindOne(object=PEOPLE, id=ID, selection=Selection(fields=("id", "emails")))
    )
    company = Selection(relations={"company": RelationSelection(selection=Selection(fields=("name",)))})
    for role in (
        Role(denied={"companies": {"read"}}),
        Role(hidden={"people": {"company"}}),
        Role(hidden={"companies": {"name"}}),
    ):
        _denied(role, FindMany(object=PEOPLE, selection=company))


def test_depth_1_leaves_unreadable_relations_out() -> None:
    assert "company" in _depth_1(Role()).relations
    for role in (Role(denied={"companies": {"read"}}), Role(hidden={"people": {"company"}})):
        assert not is_relation_readable(role, MODEL, PEOPLE, PEOPLE.by_name["company"])
        selection = _depth_1(role)
        assert "company" not in selection.relations
        assert "noteTargets" in selection.relations
        authorize(role, FindMany(object=PEOPLE, selection=selection), MODEL)


def test_a_list_needs_the_relation_that_it_is_made_of() -> None:
    role = Role(hidden={"people": {"company"}})
    assert not is_relation_readable(role, MODEL, COMPANIES, COMPANIES.by_name["people"])
    assert is_relation_readable(Role(hidden={"companies": {"people"}}), MODEL, PEOPLE, PEOPLE.by_name["company"])


@pytest.mark.parametrize(("names", "depth"), [(("emails",), 0), (("company",), 1)])
def test_unreadable_names_in_fields_are_unknown(names: tuple[str, ...], depth: int) -> None:
    role = Role(hidden={"people": {"emails"}}, denied={"companies": {"read"}})
    with pytest.raises(BadRequest, match=f"Unknown or unreadable fields on 'person': {names[0]}"):
        FieldSelector(MODEL, role, children=60, field_limit=200).select(PEOPLE, depth, names)


def test_the_first_fields_of_many() -> None:
    selector = FieldSelector(
        MODEL, Role(hidden={"people": {"jobTitle"}}), children=60, field_limit=len(PEOPLE.stored_fields) - 1
    )
    rendered = selector.select(PEOPLE, 0, None).fields or ()
    assert rendered[:2] == ("id", "name")
    assert "jobTitle" not in rendered
    assert len(rendered) == len(PEOPLE.stored_fields) - 1


# ------------------------------------------------------------------ what is asked by


HIDDEN_TITLE = Role(hidden={"people": {"jobTitle"}})
FILTERS: list[Any] = [
    {"jobTitle": {"eq": "x"}},
    {"or": [{"id": {"eq": ID}}, {"not": {"jobTitle": {"eq": "x"}}}]},
]


@pytest.mark.parametrize("raw", FILTERS)
def test_conditions_on_hidden_fields_are_refused(raw: Any) -> None:
    condition = resolve_filter(MODEL, PEOPLE, raw)
    for operation in (
        FindOne(object=PEOPLE, filter=condition),
        FindMany(object=PEOPLE, filter=condition),
        Update(object=PEOPLE, data={}, filter=condition),
        Delete(object=PEOPLE, destroy=True, filter=condition),
        Restore(object=PEOPLE, filter=condition),
        GroupBy(object=PEOPLE, dimensions=(), filter=condition),
    ):
        _denied(HIDDEN_TITLE, operation)
        authorize(Role(), operation, MODEL)


def test_conditions_through_relations() -> None:
    through_company = FindMany(object=PEOPLE, filter=resolve_filter(MODEL, PEOPLE, {"company": {"name": {"eq": "x"}}}))
    through_people = FindMany(
        object=COMPANIES, filter=resolve_filter(MODEL, COMPANIES, {"people": {"jobTitle": {"eq": "x"}}})
    )
    _denied(Role(denied={"companies": {"read"}}), through_company)
    _denied(Role(hidden={"people": {"company"}}), through_company)
    _denied(Role(hidden={"companies": {"name"}}), through_company)
    _denied(HIDDEN_TITLE, through_people)
    _denied(Role(denied={"people": {"read"}}), through_people)
    authorize(HIDDEN_TITLE, through_company, MODEL)


def test_orders_on_hidden_fields_are_refused() -> None:
    by_title = FindMany(object=PEOPLE, order=resolve_order(MODEL, PEOPLE, [{"jobTitle": "AscNullsLast"}]))
    by_company = FindMany(object=PEOPLE, order=resolve_order(MODEL, PEOPLE, [{"company": {"name": "AscNullsLast"}}]))
    _denied(HIDDEN_TITLE, by_title)
    _denied(Role(hidden={"companies": {"name"}}), by_company)
    _denied(Role(denied={"companies": {"read"}}), by_company)
    authorize(HIDDEN_TITLE, by_company, MODEL)


def test_groups_and_aggregates_on_hidden_fields_are_refused() -> None:
    dimensions = resolve_dimensions(MODEL, PEOPLE, [{"jobTitle": True}])
    _denied(HIDDEN_TITLE, GroupBy(object=PEOPLE, dimensions=dimensions))
    order = resolve_group_order(MODEL, PEOPLE, [{"aggregate": {"countEmptyJobTitle": "AscNullsLast"}}], ())
    _denied(HIDDEN_TITLE, GroupBy(object=PEOPLE, dimensions=(), order=order))
    _denied(HIDDEN_TITLE, GroupBy(object=PEOPLE, dimensions=(), aggregates=("countEmptyJobTitle",)))
    _denied(
        HIDDEN_TITLE,
        GroupBy(
            object=PEOPLE, dimensions=(), records_order=resolve_order(MODEL, PEOPLE, [{"jobTitle": "AscNullsLast"}])
        ),
    )
    _denied(HIDDEN_TITLE, FindMany(object=PEOPLE, aggregates=frozenset({"countEmptyJobTitle"})))
    authorize(HIDDEN_TITLE, FindMany(object=PEOPLE, aggregates=frozenset({"totalCount", "countEmptyId"})), MODEL)


def test_duplicates_of_hidden_values_are_refused() -> None:
    _denied(HIDDEN_TITLE, FindDuplicates(object=PEOPLE, data=({"jobTitle": "x"},)))
    authorize(HIDDEN_TITLE, FindDuplicates(object=PEOPLE, data=({"city": "x"},)), MODEL)


def test_duplicates_and_merges_say_what_does_not_count() -> None:
    by_id = authorize(HIDDEN_TITLE, FindDuplicates(object=PEOPLE, ids=(ID,)), MODEL)
    assert isinstance(by_id, FindDuplicates)
    assert by_id.ignored == {PEOPLE.by_name["jobTitle"].key}
    merge = Merge(object=PEOPLE, ids=(ID, ID), priority_index=0)
    locked = authorize(
        Role(locked={"people": {"jobTitle", "createdBy"}, "opportunities": {"pointOfContact"}}), merge, MODEL
    )
    assert isinstance(locked, Merge)
    assert locked.locked == {PEOPLE.by_name["jobTitle"].key}
    deals = MODEL.by_plural["opportunities"]
    assert locked.fixed_references == {(deals.key, deals.by_name["pointOfContact"].key)}
    _denied(Role(locked={"people": {"jobTitle"}}, hidden={"people": {"jobTitle"}}), merge)


# ------------------------------------------------------------------ what is written


def test_locked_fields_cannot_be_written() -> None:
    role = Role(locked={"people": {"jobTitle", "company"}})
    for data in ({"jobTitle": None}, {"companyId": ID}, {"company": {"disconnect": True}}):
        _denied(role, Create(object=PEOPLE, data=({}, data)))
        _denied(role, Update(object=PEOPLE, data=data, id=ID))
    authorize(role, Create(object=PEOPLE, data=({"name": {"firstName": "Ada"}, "unknown": 1},)), MODEL)


def test_connecting_needs_to_read_and_creating_inside_needs_to_write() -> None:
    connected = Create(object=PEOPLE, data=({"company": {"connect": {"where": {"id": ID}}}},))
    created = Create(object=PEOPLE, data=({"company": {"create": {"name": "x"}}},))
    _denied(Role(denied={"companies": {"read"}}), connected)
    _denied(Role(denied={"companies": {"update"}}), created)
    _denied(Role(locked={"companies": {"name"}}), created)
    authorize(Role(denied={"companies": {"update"}}), connected, MODEL)
    authorize(Role(), Create(object=PEOPLE, data=({"company": "nonsense"}, {"company": {"create": 1}})), MODEL)


@pytest.mark.parametrize("upsert", [True, False])
def test_values_of_hidden_unique_fields_cannot_be_written(upsert: bool) -> None:
    role = Role(hidden={"people": {"emails"}})
    for refused in ({"emails": {"primaryEmail": "a@b.example"}}, {"emails": "nonsense"}):
        _denied(role, Create(object=PEOPLE, data=({}, refused), upsert=upsert))
        _denied(role, Update(object=PEOPLE, data=refused, id=ID))
    for taken in (
        {"emails": None},
        {"emails": {"primaryEmail": ""}},
        {"emails": {"additionalEmails": ["a@b.example"]}},
    ):
        authorize(role, Create(object=PEOPLE, data=(taken,), upsert=upsert), MODEL)


def test_parts_of_hidden_values_that_must_fit_to_the_rest() -> None:
    role = Role(hidden={"people": {"phones"}})
    whole = {"primaryPhoneNumber": "1", "primaryPhoneCountryCode": "FR", "primaryPhoneCallingCode": "+33"}
    for number, data in enumerate(({"primaryPhoneNumber": "1"}, {**whole}, {"additionalPhones": []})):
        body = {"phones": data}
        authorize(role, Create(object=PEOPLE, data=(body,)), MODEL)
        for operation in (Update(object=PEOPLE, data=body, id=ID), Create(object=PEOPLE, data=(body,), upsert=True)):
            if number:
                authorize(role, operation, MODEL)
            else:
                _denied(role, operation)
            authorize(Role(), operation, MODEL)


def test_what_a_connect_names_must_be_readable() -> None:
    where = {"domainName": {"primaryLinkUrl": "https://a.example"}}
    connected = Create(object=PEOPLE, data=({"company": {"connect": {"where": where}}},))
    _denied(Role(hidden={"companies": {"domainName"}}), connected)
    authorize(Role(hidden={"companies": {"address"}}), connected, MODEL)


def test_nesting_is_limited() -> None:
    data: dict[str, Any] = {}
    for _ in range(MAX_NESTED_CREATES):
        data = {"booster": {"create": data}}
    rockets = MODEL.by_plural["rockets"]
    authorize(Role(), Create(object=rockets, data=(data,)), MODEL)
    refused = authorize(Role(), Create(object=rockets, data=({"booster": {"create": data}},)), MODEL).refused  # type: ignore[union-attr]
    assert [problem.error.message for problem in refused] == ["Records cannot be created more than 5 levels deep"]
