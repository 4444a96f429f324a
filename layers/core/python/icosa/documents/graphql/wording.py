"""What the schema says about its types and their members: the workspace's own descriptions and labels, and sentences
around them (``schemas/graphql/wording.json``).

Labels and descriptions are texts that users wrote. They are cut to ``LONGEST`` characters and lose control characters;
how a text is quoted is the business of who writes it (``text``, ``introspection``).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...identifiers import capitalised
from ...model.model import Field, Model, Object
from ...model.operators import Operator
from ...model.types.composite import Member
from ...query.aggregates import Aggregate
from ...shipped import load

LONGEST = 500
_CUT = "…"
_WORDS: Mapping[str, Mapping[str, str]] = load("graphql/wording")

QUERY = "What can be read."
MUTATION = "What can be changed."


def own(text: Any) -> str:
    """A text of the workspace, as descriptions show it; empty for none."""
    if not isinstance(text, str):
        return ""
    clean = "".join(letter if letter.isprintable() or letter == "\n" else " " for letter in text[: LONGEST + 1]).strip()
    return clean if len(clean) <= LONGEST else clean[: LONGEST - 1] + _CUT


def singular(obj: Object) -> str:
    return own(obj.display("labelSingular")) or obj.name_singular


def plural(obj: Object) -> str:
    return own(obj.display("labelPlural")) or obj.name_plural


def label(field: Field) -> str:
    return own(field.display("label")) or field.name


def content(type_name: str) -> str:
    """What fields of a type hold, as a sentence."""
    return f"{capitalised(_what(type_name))}."


def _what(type_name: str) -> str:
    return _WORDS["fields"].get(type_name) or f"a value of type {type_name}"


def record(obj: Object) -> str:
    """What an object's records are."""
    return own(obj.display("description")) or f"One of the workspace's {plural(obj)}."


def value(model: Model, field: Field) -> str:
    """What a field holds: its description, else its label and what its type is."""
    return own(field.display("description")) or f"{label(field)}: {_content(model, field)}."


def join_column(model: Model, field: Field) -> str:
    """What ``companyId`` holds."""
    return f"{label(field)}: the id of one of the {plural(model.target_of(field))}."


def _content(model: Model, field: Field) -> str:
    if field.relation is None:
        return _what(field.type.name)
    others = plural(model.target_of(field))
    if field.is_one_to_many:
        return f"the {others} whose {label(model.inverse_of(field))} is this record"
    return f"one of the {others}"


def relation_input(model: Model, field: Field) -> str:
    return f"{label(field)}: connects one of the {plural(model.target_of(field))}, or none."


def condition(model: Model, field: Field) -> str:
    """What the member of a filter is for."""
    if field.relation is None:
        return f"Conditions on {label(field)}."
    if field.is_one_to_many:
        return f"Conditions that at least one of the {plural(model.target_of(field))} meets: {label(field)}."
    return f"Conditions on the record that {label(field)} points at."


def id_condition(field: Field) -> str:
    return f"Conditions on the id that {label(field)} holds."


def aggregate(obj: Object, figure: Aggregate) -> str:
    """What an aggregate tells."""
    name = "" if figure.field is None else label(figure.field)
    if figure.leaf is not None and figure.leaf.subfield is not None:
        name = f"{name} ({figure.leaf.subfield})"
    return _WORDS["functions"][figure.function].format(records=plural(obj), field=name)


def member(part: Member) -> str:
    """What a member of a composite type is."""
    return _WORDS["members"].get(part.name) or f"The member {part.name}."


def composite(type_name: str) -> str:
    return _WORDS["composites"].get(type_name) or f"A value of type {type_name}."


def option(name: str) -> str:
    """A source of an actor."""
    return _WORDS["options"][name]


def operator(known: Operator | str) -> str:
    """What a member of a filter asks for."""
    if isinstance(known, str):
        return _WORDS["operators"][known]
    return _WORDS["operators"].get(known.name) or f"{capitalised(known.description)}."


def argument(name: str) -> str:
    return _WORDS["arguments"][name]
