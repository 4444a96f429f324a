"""The generated schema against graphql-core, as text and as introspection (docs/wire/graphql.md#signatures,
docs/wire/graphql.md#schema).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from functools import cache
from typing import Any

import pytest
from graphql import (
    GraphQLField,
    GraphQLObjectType,
    GraphQLSchema,
    build_schema,
    get_introspection_query,
    graphql_sync,
    print_type,
    validate_schema,
)

from icosa.access.permissions import Permissions
from icosa.access.roles import Role
from icosa.documents.graphql.document import introspection, schema, sdl
from icosa.documents.graphql.text import write
from icosa.documents.graphql.type_names import members_of, types_of
from icosa.model.model import Model, Object
from icosa.model.types.composite import CompositeType
from icosa.model.types.registry import by_name
from tests.support.crm import crm

#: What every workspace has, whatever its objects.
_QUERY = get_introspection_query(
    specified_by_url=True, directive_is_repeatable=True, input_value_deprecation=True, one_of=True
)


@cache
def _built() -> GraphQLSchema:
    return build_schema(sdl(crm()))


def _fields(name: str) -> Mapping[str, GraphQLField]:
    type_ = _built().type_map[name]
    assert isinstance(type_, GraphQLObjectType)
    return dict(type_.fields)


def _type(name: str) -> str:
    return print_type(_built().type_map[name])


def test_the_text_is_a_valid_schema() -> None:
    assert validate_schema(_built()) == []


def test_the_introspection_is_that_of_the_text() -> None:
    expected = graphql_sync(_built(), _QUERY).data
    assert expected is not None

    def by_name_(data: Any) -> Any:
        return {**data["__schema"], "types": {type_["name"]: type_ for type_ in data["__schema"]["types"]}}

    assert by_name_(introspection(crm())) == {**by_name_(expected), "description": None}


@pytest.mark.parametrize(
    ("root", "field", "signature"),
    [
        (
            "Query",
            "companies",
            "companies(first: Int, last: Int, offset: Int, before: String, after: String, filter: CompanyFilterInput, "
            "orderBy: [CompanyOrderByInput]): CompanyConnection",
        ),
        ("Query", "company", "company(filter: CompanyFilterInput!): Company"),
        (
            "Query",
            "companyDuplicates",
            "companyDuplicates(ids: [UUID], data: [CompanyCreateInput]): [CompanyConnection!]",
        ),
        (
            "Query",
            "companiesGroupBy",
            "companiesGroupBy(groupBy: [CompanyGroupByInput!]!, filter: CompanyFilterInput, orderBy: "
            "[CompanyOrderByWithGroupByInput], "
            "orderByForRecords: [CompanyOrderByInput], viewId: UUID, limit: Int, offset: Int, offsetForRecords: Int): "
            "[CompanyGroupByConnection!]",
        ),
        (
            "Mutation",
            "createCompany",
            "createCompany(data: CompanyCreateInput!, upsert: Boolean, shareWith: [ShareWithInput]): Company",
        ),
        (
            "Mutation",
            "createCompanies",
            "createCompanies(data: [CompanyCreateInput!]!, upsert: Boolean, shareWith: [ShareWithInput]): [Company!]",
        ),
        ("Mutation", "updateCompany", "updateCompany(id: UUID!, data: CompanyUpdateInput!): Company"),
        (
            "Mutation",
            "updateCompanies",
            "updateCompanies(data: CompanyUpdateInput!, filter: CompanyFilterInput!, limit: Int): [Company!]",
        ),
        ("Mutation", "deleteCompany", "deleteCompany(id: UUID!): Company"),
        ("Mutation", "deleteCompanies", "deleteCompanies(filter: CompanyFilterInput!, limit: Int): [Company!]"),
        ("Mutation", "destroyCompany", "destroyCompany(id: UUID!): Company"),
        ("Mutation", "destroyCompanies", "destroyCompanies(filter: CompanyFilterInput!, limit: Int): [Company!]"),
        ("Mutation", "restoreCompany", "restoreCompany(id: UUID!): Company"),
        ("Mutation", "restoreCompanies", "restoreCompanies(filter: CompanyFilterInput!, limit: Int): [Company!]"),
        (
            "Mutation",
            "mergeCompanies",
            "mergeCompanies(ids: [UUID!]!, conflictPriorityIndex: Int!, dryRun: Boolean): Company",
        ),
    ],
)
def test_root_fields(root: str, field: str, signature: str) -> None:
    result = _fields(root)[field]

    arguments = ", ".join(f"{name}: {argument.type}" for name, argument in result.args.items())
    assert f"{field}({arguments}): {result.type}" == signature


def test_objects_without_criteria_have_no_duplicates() -> None:
    assert "taskDuplicates" not in _fields("Query")
    assert "mergeTasks" not in _fields("Mutation")


def test_no_other_root_fields() -> None:
    model = crm()
    wanted = 4 * len(model.objects) + sum(bool(obj.duplicate_criteria) for obj in model.objects) + 1

    assert len(_fields("Query")) == wanted


@pytest.mark.parametrize(
    ("type_", "lines"),
    [
        (
            "Company",
            ["id: UUID!", "name: String", "domainName: Links", "accountOwner: WorkspaceMember", "accountOwnerId: ID"],
        ),
        (
            "Company",
            [
                "createdAt: DateTime!",
                "deletedAt: DateTime",
                "createdBy: Actor!",
                "position: Position!",
                "searchVector: TSVector",
            ],
        ),
        ("NoteTarget", ["targetCompany: Company", "targetCompanyId: ID", "targetPerson: Person", "targetPersonId: ID"]),
        ("CompanyEdge", ["node: Company!", "cursor: Cursor!"]),
        (
            "CompanyConnection",
            ["edges: [CompanyEdge!]!", "pageInfo: PageInfo!", "totalCount: Int", "maxCreatedAt: DateTime"],
        ),
        (
            "CompanyConnection",
            ["sumAnnualRevenueAmountMicros: Float", "percentageEmptyName: Float", "countUniqueValuesId: Int"],
        ),
        ("CompanyGroupByConnection", ["groupByDimensionValues: JSON!", "totalCount: Int"]),
        (
            "CompanyCreateInput",
            ["id: ID", "name: String", "accountOwner: WorkspaceMemberRelationInput", "accountOwnerId: ID"],
        ),
        (
            "CompanyFilterInput",
            ["and: [CompanyFilterInput]", "not: CompanyFilterInput", "people: PersonFilterInput", "id: UUIDFilter"],
        ),
        ("CompanyOrderByInput", ["accountOwner: WorkspaceMemberOrderByInput", "accountOwnerId: OrderByDirection"]),
        ("CompanyWhereUniqueInput", ["id: ID", "domainName: CompanyDomainNameWhereInput"]),
        ("CompanyDomainNameWhereInput", ["primaryLinkUrl: String"]),
        ("PersonRelationInput", ["connect: PersonConnectInput", "disconnect: Boolean"]),
        ("OpportunityStageEnum", ["NEW", "CUSTOMER"]),
        (
            "OpportunityFilterInput",
            ["stage: OpportunityStageEnumFilter", "closeDate: DateTimeFilter", "amount: CurrencyFilterInput"],
        ),
        (
            "OpportunityGroupByInput",
            ["stage: Boolean", "closeDate: GroupByDateGranularityInput", "company: CompanyGroupByInput"],
        ),
        (
            "OpportunityOrderByWithGroupByInput",
            ["aggregate: OpportunityOrderByWithGroupByAggregateInput", "stage: OrderByDirection"],
        ),
        (
            "Rocket",
            ["mass: Float", "serial: BigInt", "exactMass: BigFloat", "tags: [String]", "colours: [RocketColoursEnum]"],
        ),
        ("Rocket", ["grade: RocketGradeEnum", "extra: JSON", "story: RichText", "code: UUID", "builtOn: Date"]),
        ("Actor", ["source: ActorSourceEnum", "workspaceMemberId: UUID", "name: String", "context: JSON"]),
        ("Currency", ["amountMicros: BigFloat", "currencyCode: String"]),
        ("RichTextFilterInput", ["blocknote: StringFilter", "markdown: StringFilter"]),
    ],
)
def test_types(type_: str, lines: list[str]) -> None:
    result = {line.strip() for line in _type(type_).splitlines()}

    assert set(lines) <= result, result


@pytest.mark.parametrize("member", ["name", "workspaceMemberId"])
def test_who_wrote_is_not_an_input(member: str) -> None:
    assert f"{member}:" not in _type("ActorCreateInput")


@pytest.mark.parametrize("field", ["id", "deletedAt", "createdBy", "searchVector", "people"])
def test_what_cannot_be_grouped_by(field: str) -> None:
    assert f"  {field}:" not in _type("CompanyGroupByInput")


def test_settings_choose_the_type_of_numbers() -> None:
    rocket = crm().by_singular["rocket"]
    mass = dataclasses.replace(rocket.by_name["mass"], settings={"dataType": "int"})

    assert types_of(rocket, mass).output == "Int"
    assert types_of(rocket, mass).filter == "IntFilter"


def test_every_field_type_has_a_shape() -> None:
    """Adding a field type without saying how it looks in GraphQL fails here."""
    model = crm()
    rendered = {
        field.type.name
        for obj in model.objects
        for field in obj.fields
        if not field.is_one_to_many and types_of(obj, field)
    }

    assert rendered >= {type_.name for type_ in by_name.values() if type_.is_stored}


def test_composites_are_selected_by_member() -> None:
    person = crm().by_singular["person"]

    assert members_of(person, person.by_name["name"]) == ("firstName", "lastName")
    assert members_of(person, person.by_name["jobTitle"]) == ()
    assert isinstance(person.by_name["name"].type, CompositeType)


# ------------------------------------------------------------------ rights


def _seen_by(**role: Any) -> dict[str, Any]:
    return schema(crm(), Permissions(Role(id="r", **role)))


def _company() -> Object:
    return crm().by_singular["company"]


def test_a_role_without_rights_sees_system_objects_only() -> None:
    result = _seen_by(rights=frozenset())

    assert "Company" not in result
    assert "NoteTarget" in result
    assert "targetCompany" not in {argument.name for argument in result["NoteTargetFilterInput"].inputs}


def test_relations_end_where_nothing_may_be_read() -> None:
    result = _seen_by(rights=frozenset({"read"}), object_rights={_company().id: {"read": False}})

    assert "companies" not in {field.name for field in result["Query"].fields}
    assert not {"company", "companyId"} & {field.name for field in result["Person"].fields}
    assert all(
        "Company" not in field.type for type_ in result.values() for field in type_.fields if type_.name != "Query"
    )
    assert validate_schema(build_schema(write(result))) == []


def test_a_reader_has_no_mutations() -> None:
    model = crm()
    result = _seen_by(rights=frozenset({"read"}))
    open_to_all = {obj.name_singular for obj in model.objects if obj.is_system}

    named = [field.type.strip("[]!").lower() for field in result["Mutation"].fields]
    assert set(named) <= {name.lower() for name in open_to_all}


def test_hidden_and_locked_fields() -> None:
    company = _company()
    address, revenue = company.by_name["address"], company.by_name["annualRevenue"]
    result = _seen_by(
        rights=frozenset({"read", "update"}),
        hidden_fields={company.id: frozenset({address.id})},
        locked_fields={company.id: frozenset({address.id, revenue.id})},
    )

    names = {type_: {field.name for field in result[type_].fields} for type_ in ("Company", "CompanyConnection")}
    assert "address" not in names["Company"]
    assert "annualRevenue" in names["Company"]
    assert "countEmptyAddress" not in names["CompanyConnection"]
    assert not {"address", "annualRevenue"} & {argument.name for argument in result["CompanyUpdateInput"].inputs}
    assert "address" not in {argument.name for argument in result["CompanyFilterInput"].inputs}


def test_a_model_without_objects() -> None:
    empty = Model(workspace_id="w", version=1, objects=())

    assert validate_schema(build_schema(sdl(empty))) == []
    assert introspection(empty)["__schema"]["mutationType"] is None
