"""The Core API's document: valid, with the names that clients' generators rely on, and true about what Twenty's is
wrong about.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from typing import Any

import orjson
import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from icosa.api.rest.endpoints import ENDPOINTS
from icosa.api.rest.path import parse_path
from icosa.documents.openapi.base import skeleton, whole
from icosa.documents.openapi.core import core_body, core_members
from icosa.identifiers import capitalised
from icosa.model.model import Model, Object
from icosa.model.types.registry import by_name
from icosa.settings import Settings
from tests.support.crm import crm, field

BASE = "https://api.example/dev"
Document = dict[str, Any]


@cache
def document() -> Document:
    result: Document = orjson.loads(whole("core", BASE, core_body(crm())))
    return result


def members(model: Model, settings: Settings | None = None) -> Document:
    result: Document = orjson.loads(orjson.dumps(core_members(model, settings or Settings())))
    return result


def _nodes(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
        for member in value.values():
            yield from _nodes(member)
    elif isinstance(value, list):
        for member in value:
            yield from _nodes(member)


def resolved(schema: dict[str, Any]) -> dict[str, Any]:
    return document()["components"]["schemas"][schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema


def answer(path: str, method: str, status: str = "200") -> Any:
    return document()["paths"][path][method]["responses"][status]["content"]["application/json"]["schema"]


def test_it_is_valid() -> None:
    small = replace(crm(), objects=tuple(obj for obj in crm().objects if obj.name_singular == "rocket"))
    OpenAPIV31SpecValidator(orjson.loads(whole("core", BASE, core_body(small)))).validate()


def test_every_reference_leads_somewhere() -> None:
    for node in _nodes(document()):
        if "$ref" in node:
            place: Any = document()
            for part in node["$ref"].removeprefix("#/").split("/"):
                place = place[part]


def test_the_head() -> None:
    head = document()
    assert head["openapi"] == "3.1.1"
    assert head["info"]["version"] == "v0.1"
    assert head["info"]["license"] == {"name": "Apache-2.0", "identifier": "Apache-2.0"}
    assert [server["url"] for server in head["servers"]] == [f"{BASE}/rest"]
    assert head["security"] == [{"bearerAuth": []}]
    bearer = head["components"]["securitySchemes"]["bearerAuth"]
    assert (bearer["type"], bearer["scheme"], bearer["bearerFormat"]) == ("http", "bearer", "JWT")


@pytest.mark.parametrize("schema", ["core", "metadata"])
def test_without_a_token_there_is_nothing_of_a_workspace(schema: Any) -> None:
    result = orjson.loads(skeleton(schema, BASE))
    assert set(result) == {"openapi", "info", "servers", "security", "components", "paths"}
    assert set(result["components"]) == {"securitySchemes"}
    assert list(result["paths"]) == [f"/open-api/{schema}"]
    OpenAPIV31SpecValidator(result).validate()


def test_names_of_operations() -> None:
    paths = document()["paths"]
    result = {
        (path, method): (operation["operationId"], operation["summary"])
        for path, methods in paths.items()
        for method, operation in methods.items()
        if operation["tags"] == ["people"]
    }
    assert result == {
        ("/people", "get"): ("findManyPeople", "Find Many people"),
        ("/people", "post"): ("createOnePerson", "Create One person"),
        ("/people", "delete"): ("deleteManyPeople", "Delete Many people"),
        ("/people", "patch"): ("updateManyPeople", "Update Many people"),
        ("/batch/people", "post"): ("createManyPeople", "Create Many people"),
        ("/people/{id}", "get"): ("findOnePerson", "Find One person"),
        ("/people/{id}", "delete"): ("deleteOnePerson", "Delete One person"),
        ("/people/{id}", "patch"): ("UpdateOnePerson", "Update One person"),
        ("/people/destroyed", "get"): ("findDestroyedPeople", "Find Destroyed Records"),
        ("/people/duplicates", "post"): ("findPersonDuplicates", "Find person Duplicates"),
        ("/people/{id}/restore", "patch"): ("restoreOnePerson", "Restore One person"),
        ("/people/restore", "patch"): ("restoreManyPeople", "Restore Many people"),
        ("/people/merge", "patch"): ("mergeManyPeople", "Merge Many people"),
        ("/people/groupBy", "get"): ("groupByPeople", "Group By people"),
    }


def test_operations_are_those_that_the_api_has() -> None:
    documented = set()
    for path, methods in document()["paths"].items():
        if not path.startswith("/open-api"):
            for method in methods:
                parsed = parse_path(method.upper(), f"/rest{path.replace('{id}', str(uuid.uuid4()))}")
                assert parsed is not None
                assert method.upper() in ENDPOINTS[parsed.kind], f"{method} {path}"
                documented.add((parsed.kind, method.upper()))
    handler = {(shape, method) for shape, methods in ENDPOINTS.items() for method in methods}
    # POST to a record's address creates another one, and PUT does what PATCH does; nobody needs to know
    # (docs/wire/rest.md#paths, docs/wire/rest.md#operations-in-the-document).
    assert handler - documented == {("one", "POST"), ("one", "PUT"), ("many", "PUT")}


def test_objects_and_tags_come_in_the_order_of_use() -> None:
    """Those that people work with, then those that they made, then those that serve others."""
    standard = [obj.name_plural for obj in crm().objects if not (obj.is_system or obj.is_custom)]
    system = [obj.name_plural for obj in crm().objects if obj.is_system]
    assert [tag["name"] for tag in document()["tags"]] == ["General", *standard, "rockets", *system]
    assert [path[1:] for path in document()["paths"] if path.count("/") == 1] == [*standard, "rockets", *system]
    assert document()["x-tagGroups"] == [
        {"name": "General", "tags": ["General"]},
        {"name": "Standard objects", "tags": standard},
        {"name": "Custom objects", "tags": ["rockets"]},
        {"name": "System objects", "tags": system},
    ]
    [people] = [tag for tag in document()["tags"] if tag["name"] == "people"]
    assert people["x-displayName"] == "People"
    assert people["description"] == crm().by_plural["people"].description


def test_merge_is_offered_where_it_is_possible() -> None:
    mergeable = {path.split("/")[1] for path in document()["paths"] if path.endswith("/merge")}
    assert mergeable == {obj.name_plural for obj in crm().objects if obj.duplicate_criteria}


@pytest.mark.parametrize("obj", crm().objects, ids=lambda obj: obj.name_singular)
def test_three_schemas_for_each_object(obj: Object) -> None:
    schemas, name = document()["components"]["schemas"], capitalised(obj.name_singular)
    create, update, response = schemas[name], schemas[f"{name}ForUpdate"], schemas[f"{name}ForResponse"]
    assert set(create["properties"]) - set(update["properties"]) == {"id"}
    relations = {f.name for f in obj.fields if f.relation is not None}
    assert set(response["properties"]) == {f.input_name for f in obj.stored_fields} | relations
    assert set(create["properties"]) == {f.input_name for f in obj.stored_fields} | {f.name for f in obj.many_to_one}
    assert create["additionalProperties"] is False
    assert set(create["example"]) <= set(create["properties"])


def test_what_twenty_documents_wrongly() -> None:
    """docs/wire/rest.md#what-twenty-documents-otherwise, by its numbers."""
    components = document()["components"]
    parameters = components["parameters"]
    assert parameters["depth"]["schema"]["default"] == 0  # 1
    merged = answer("/people/merge", "patch")["properties"]["data"]
    assert list(merged["properties"]) == ["mergePerson"]  # 2
    assert answer("/people/groupBy", "get")["type"] == "array"  # 3
    assert parameters["startingAfter"]["schema"] == parameters["endingBefore"]["schema"] == {"type": "string"}  # 4
    note_target = components["schemas"]["NoteTargetForResponse"]["properties"]
    assert note_target["targetPersonId"].items() >= {"type": ["string", "null"], "format": "uuid"}.items()  # 5
    assert note_target["targetPerson"]["anyOf"] == [
        {"$ref": "#/components/schemas/PersonForRelation"},
        {"type": "null"},
    ]
    error = components["schemas"]["Error_Body"]
    assert error["properties"]["messages"]["type"] == "array"  # 6
    assert {"400", "401", "403", "429"} <= set(document()["paths"]["/people"]["get"]["responses"])  # 7
    assert "/people/{id}/restore" in document()["paths"]  # 8
    assert "destroyed" in parameters["softDelete"]["description"]  # 9
    batch = document()["paths"]["/batch/people"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert batch["maxItems"] == 60  # 10
    assert parameters["limit"]["schema"]["maximum"] == 200
    group = resolved(answer("/people/groupBy", "get")["items"])
    assert "string" in resolved(group["properties"]["totalCount"])["type"]  # 11
    assert "put" not in document()["paths"]["/people"]  # 12


def test_limits_are_those_of_the_installation() -> None:
    result = members(
        crm(), Settings(batch_limit=7, page_limit=11, page_default=5, merge_limit=3, group_limit=13, body_limit=99)
    )
    operations = result["paths"]
    assert operations["/batch/people"]["post"]["requestBody"]["content"]["application/json"]["schema"]["maxItems"] == 7
    assert "up to 7 People" in operations["/batch/people"]["post"]["description"]
    limit = result["components"]["parameters"]["limit"]["schema"]
    assert (limit["maximum"], limit["default"]) == (11, 5)
    schemas = result["components"]["schemas"]
    assert schemas["Merge_Body"]["properties"]["ids"]["maxItems"] == 3
    duplicates = schemas["PersonDuplicatesBody"]["properties"]
    assert duplicates["ids"]["maxItems"] == duplicates["data"]["maxItems"] == 7
    assert "99 bytes" in str(result["components"]["responses"]["413"])


def test_names_that_clash_stay_apart() -> None:
    """An object may be called as another's schema is, and as a type."""
    rocket = crm().by_singular["rocket"]
    extra = field(1, "id", "UUID")
    clashing = tuple(
        Object(id=name, key=f"o{950 + number}", name_singular=name, name_plural=f"{name}s", fields=(extra,))
        for number, name in enumerate(("rocketForUpdate", "rocketForResponse", "many", "currency", "page_Info"))
    )
    result = members(replace(crm(), objects=(rocket, *clashing)))
    operations = [operation["operationId"] for methods in result["paths"].values() for operation in methods.values()]
    assert len(set(operations)) == len(operations)
    names = {node["$ref"] for node in _nodes(result) if "$ref" in node}
    for name in ("RocketForUpdate", "RocketForResponse", "Currency"):
        assert f"#/components/schemas/{name}" in names
    assert result["components"]["schemas"]["CURRENCY_Value"]["properties"].keys() == {"amountMicros", "currencyCode"}


def test_a_renamed_type_has_one_schema() -> None:
    assert by_name["RICH_TEXT_V2"] is by_name["RICH_TEXT"]
    assert resolved({"$ref": "#/components/schemas/RICH_TEXT_Value"})["required"] == ["blocknote", "markdown"]


def test_choices_without_options_are_any_text() -> None:
    rocket = crm().by_singular["rocket"]
    empty = replace(rocket, fields=(field(1, "id", "UUID"), field(2, "colour", "SELECT")))
    result = members(replace(crm(), objects=(empty,)))["components"]["schemas"]["Rocket"]
    assert result["properties"]["colour"]["type"] == ["string", "null"]
    assert "enum" not in result["properties"]["colour"]
    assert "colour" not in result["example"]


def test_labels_and_descriptions_are_those_that_the_workspace_sees() -> None:
    person = crm().by_singular["person"]
    first = replace(person.by_name["jobTitle"], overrides={"description": "What they do"})
    fields = tuple(first if f.id == first.id else f for f in person.fields)
    renamed = replace(person, fields=fields, overrides={"labelPlural": "Contacts", "description": "Whom we know"})
    objects = tuple(renamed if obj.id == person.id else obj for obj in crm().objects)
    result = members(replace(crm(), objects=objects))
    assert {"name": "people", "description": "Whom we know", "x-displayName": "Contacts"} in result["tags"]
    assert result["paths"]["/people"]["get"]["description"].startswith("A page of Contacts")
    schema = result["components"]["schemas"]["Person"]
    assert (schema["description"], schema["properties"]["jobTitle"]["description"]) == ("Whom we know", "What they do")


def test_unique_fields_are_marked_and_choose_records() -> None:
    """crm: companies are known by their domain, people by their primary e-mail address, if they are by anything."""
    schemas = document()["components"]["schemas"]
    for obj in crm().objects:
        name = capitalised(obj.name_singular)
        for field_ in obj.stored_fields:
            for each in (f"{name}ForResponse", name):
                property_ = schemas[each]["properties"].get(field_.input_name)
                if property_ is not None:
                    assert property_.get("x-unique", False) is field_.is_unique, f"{each}.{field_.input_name}"
        if f"{name}Connect" not in schemas:
            continue
        where = schemas[f"{name}Connect"]["properties"]["connect"]["properties"]["where"]
        alternatives = where.get("anyOf", [where])
        expected = [["id"], *(sorted({leaf.field.input_name for leaf in c.leaves}) for c in obj.unique_constraints)]
        assert [sorted(each["properties"]) for each in alternatives] == expected
    assert any(name.endswith("Connect") for name in schemas)
