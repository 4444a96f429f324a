"""What holds everywhere in a document: descriptions, items, references without cycles, examples that fit.

Checked for models with every field type, with labels and descriptions of any kind, and for parts of documents.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from markdown_it import MarkdownIt
from openapi_schema_validator import oas31_format_checker

from icosa.documents.openapi.base import skeleton, whole
from icosa.documents.openapi.core import IN_FULL, core_body
from icosa.documents.openapi.metadata import metadata_document
from icosa.documents.openapi.text import LENGTH, plain
from icosa.model.model import Model
from icosa.model.types.registry import by_name
from tests.support.crm import crm
from tests.support.generated import generated_model

Document = Mapping[str, Any]
Node = tuple[tuple[str, ...], Mapping[str, Any]]

BASE = "https://api.example/dev"


def core(model: Model, *plurals: str) -> Document:
    only = [model.by_plural[plural].id for plural in plurals] or None
    result: Document = orjson.loads(whole("core", BASE, core_body(model, only=only)))
    return result


#: Names of the documents, which are made by the first test and not by every process that collects tests.
_NAMES = ("core", "part", "generated", "large", "metadata", "direct metadata", "skeleton")


@cache
def documents() -> Mapping[str, Document]:
    generated = generated_model("w", objects=20, fields=700)
    large = generated_model("w", objects=120, fields=IN_FULL + 100)
    made = (
        core(crm()),
        core(crm(), "rockets", "people"),
        core(generated),
        core(large),
        orjson.loads(metadata_document(BASE, is_direct=False)),
        orjson.loads(metadata_document(BASE, is_direct=True)),
        orjson.loads(skeleton("core", BASE)),
    )
    return dict(zip(_NAMES, made, strict=True))


every_document = pytest.mark.parametrize("name", _NAMES)


def nodes(value: Any, path: tuple[str, ...] = ()) -> Iterator[Node]:
    """Every object in a document with the way to it; examples are no part of it."""
    if isinstance(value, dict):
        yield path, value
        for key, member in value.items():
            if key not in ("example", "examples"):
                yield from nodes(member, (*path, key))
    elif isinstance(value, list):
        for number, member in enumerate(value):
            yield from nodes(member, (*path, str(number)))


def schemas(document: Document) -> Mapping[str, Any]:
    result: Mapping[str, Any] = document["components"].get("schemas", {})
    return result


def operations(document: Document) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if isinstance(operation, dict):
                yield path, method, operation


def referred(value: Any) -> set[str]:
    return {node["$ref"].rpartition("/")[2] for _, node in nodes(value) if "$ref" in node}


@every_document
def test_field_types_are_all_there(name: str) -> None:
    if name == "core":
        used = {field.type.name for obj in crm().objects for field in obj.fields}
        assert used >= set(by_name) - {"RICH_TEXT_V2", "MORPH_RELATION"}


@every_document
def test_everything_has_a_description(name: str) -> None:
    document = documents()[name]
    for path, method, operation in operations(document):
        assert operation["description"].strip() and operation["summary"].strip(), (path, method)
        for response in operation["responses"].values():
            assert "$ref" in response or response["description"] not in ("", "Done") or method != "get"
        for parameter in operation.get("parameters", ()):
            assert "$ref" in parameter or parameter["description"], (path, method)
    for parameter in document["components"].get("parameters", {}).values():
        assert parameter["description"]
    for tag in document.get("tags", ()):
        assert tag["description"] and tag["x-displayName"]
    for component, schema in schemas(document).items():
        for member, value in schema.get("properties", {}).items():
            is_described = value.get("description") or (
                "$ref" in value and schemas(document)[value["$ref"].rpartition("/")[2]].get("description")
            )
            is_envelope = member == "data" and component.endswith("Page")
            assert is_described or is_envelope, f"{component}.{member}"


@pytest.mark.parametrize("name", [name for name in _NAMES if "metadata" not in name])
def test_schemas_of_records_have_descriptions(name: str) -> None:
    assert [component for component, schema in schemas(documents()[name]).items() if not schema["description"]] == []


@every_document
def test_lists_say_what_is_in_them(name: str) -> None:
    for path, node in nodes(documents()[name]):
        types = node.get("type")
        if "properties" not in path[-1:] and (types == "array" or (isinstance(types, list) and "array" in types)):
            assert "items" in node, path


@every_document
def test_references_lead_somewhere_and_nothing_is_left_over(name: str) -> None:
    document = documents()[name]
    used: set[str] = set()
    for _, node in nodes(document):
        if "$ref" in node:
            place: Any = document
            for part in node["$ref"].removeprefix("#/").split("/"):
                place = place[part]
            used.add(node["$ref"])
    there = {
        f"#/components/{kind}/{component}"
        for kind in ("schemas", "responses")
        for component in document["components"].get(kind, ())
    }
    assert there == {reference for reference in used if "/parameters/" not in reference}


@every_document
def test_no_schema_leads_back_to_itself(name: str) -> None:
    """Of bodies of the Metadata API neither: none of its entities holds another of its kind."""
    ways = {component: referred(schema) for component, schema in schemas(documents()[name]).items()}
    done: set[str] = set()

    def visit(component: str, above: tuple[str, ...]) -> None:
        assert component not in above, (*above, component)
        if component not in done:
            for target in ways[component]:
                visit(target, (*above, component))
            done.add(component)

    for component in ways:
        visit(component, ())


@every_document
def test_ids_and_tags_of_operations(name: str) -> None:
    document = documents()[name]
    ids = [operation["operationId"] for _, _, operation in operations(document)]
    assert len(ids) == len(set(ids))
    if "tags" in document:
        tags = [tag["name"] for tag in document["tags"]]
        assert {tag for _, _, operation in operations(document) for tag in operation["tags"]} == set(tags)
        assert [tag for group in document["x-tagGroups"] for tag in group["tags"]] == tags


@every_document
def test_examples_fit_their_schemas(name: str) -> None:
    document = documents()[name]
    for component, schema in schemas(document).items():
        if "example" in schema:
            validator = Draft202012Validator(
                {**schema, "components": document["components"]}, format_checker=oas31_format_checker
            )
            assert [error.message for error in validator.iter_errors(schema["example"])] == [], component
    for response in document["components"].get("responses", {}).values():
        content = response["content"]["application/json"]
        validator = Draft202012Validator({**content["schema"], "components": document["components"]})
        for example in [content.get("example"), *(e["value"] for e in content.get("examples", {}).values())]:
            assert example is None or validator.is_valid(example)
    for parameter in document["components"].get("parameters", {}).values():
        for example in parameter.get("examples", {}).values():
            Draft202012Validator(parameter["schema"]).validate(example["value"])


@every_document
def test_only_what_is_needed_is_ticked(name: str) -> None:
    """Consoles send what has an example, unless it says that it is not to be sent."""
    for parameter in documents()[name]["components"].get("parameters", {}).values():
        for example in parameter.get("examples", {}).values():
            assert parameter["required"] or example["x-disabled"] is True


def test_related_records_have_no_relations() -> None:
    for obj in crm().objects:
        name = f"{obj.name_singular[0].upper()}{obj.name_singular[1:]}ForRelation"
        if name in schemas(documents()["core"]):
            stored = {field.input_name for field in obj.stored_fields}
            assert set(schemas(documents()["core"])[name]["properties"]) == stored


def test_a_new_record_can_be_created_as_often_as_one_likes() -> None:
    person, company = (schemas(documents()["core"])[name]["example"] for name in ("Person", "Company"))
    assert "emails" not in person and "domainName" not in company
    assert "name" in person and "name" in company


def test_parts_say_what_the_whole_says() -> None:
    everything, part = documents()["core"], documents()["part"]
    assert [tag["name"] for tag in part["tags"]] == ["General", "people", "rockets"]
    for path, item in part["paths"].items():
        assert item == everything["paths"][path]
    for component, schema in schemas(part).items():
        assert schema == schemas(everything)[component]
    assert {path.split("/")[2 if path.startswith("/batch") else 1] for path in part["paths"]} == {
        "open-api",
        "people",
        "rockets",
    }
    # What they refer to, and no more: of companies the form that related records have.
    assert "CompanyForRelation" in schemas(part)
    assert schemas(part).keys().isdisjoint({"Company", "CompanyForResponse", "CompanyPage", "NoteForRelation"})
    assert part["components"]["parameters"] == everything["components"]["parameters"]


def test_names_in_a_part_are_those_of_the_whole() -> None:
    """An object that is not in the part may have taken the name."""
    rocket = crm().by_singular["rocket"]
    rival = replace(rocket, id="rival", name_singular="rocketForUpdate", name_plural="aRockets")
    model = replace(crm(), objects=(*crm().objects, rival))
    assert core(model, "rockets")["paths"].items() <= core(model)["paths"].items()


def test_aggregates_have_names() -> None:
    groups = schemas(documents()["core"])["RocketGroup"]["properties"]
    kinds = {name: schema.get("$ref", "").rpartition("/")[2] for name, schema in groups.items()}
    assert (
        kinds.items()
        >= {
            "totalCount": "Exact_Aggregate",
            "countNotEmptyName": "Exact_Aggregate",
            "avgMass": "Number_Aggregate",
            "sumPriceAmountMicros": "Exact_Aggregate",
            "maxLaunchedAt": "Moment_Aggregate",
        }.items()
    )
    assert "additionalProperties" not in schemas(documents()["core"])["RocketGroup"]
    large = schemas(documents()["large"])["Thing1Group"]
    assert large["additionalProperties"] is True and set(large["properties"]) == {"groupByDimensionValues", "records"}


_MARKUP = (
    "em",
    "strong",
    "code_inline",
    "link",
    "image",
    "html",
    "list",
    "heading",
    "blockquote",
    "fence",
    "hr",
    "code_block",
)


@given(text=st.text(max_size=40) | st.text(alphabet="*_`[]()<>#-+=~!&;|\\1. a\n\t", max_size=60))
@settings(max_examples=300)
def test_user_text_is_never_markup(text: str) -> None:
    tokens = MarkdownIt("commonmark").parse(plain(text))
    kinds = {child.type for token in tokens for child in (token, *(token.children or ()))}
    assert not any(kind.startswith(_MARKUP) for kind in kinds), plain(text)


def test_user_text_is_cut() -> None:
    assert len(plain("a" * 10_000)) == LENGTH
    assert plain("snake_case, 3 < 4") == r"snake_case, 3 \< 4"


def test_labels_and_descriptions_of_any_kind() -> None:
    rocket = crm().by_singular["rocket"]
    hostile = "# <script>alert(1)</script> [x](javascript:y) {plural} {0}\n\n* `z`"
    fields = tuple(replace(field, label=hostile, description=hostile) for field in rocket.fields)
    changed = replace(rocket, label_singular=hostile, label_plural=hostile, description=hostile * 100, fields=fields)
    objects = tuple(changed if obj.id == rocket.id else obj for obj in crm().objects)
    document = core(replace(crm(), objects=objects), "rockets")
    for path, node in nodes(document):
        description = node.get("description")
        if isinstance(description, str) and "properties" not in path[-1:]:
            assert "<script>" not in description and "](" not in description.replace(r"\](", ""), path
            assert "{plural}" in description or "script" not in description
    assert len(schemas(document)["Rocket"]["description"]) <= 2 * LENGTH
