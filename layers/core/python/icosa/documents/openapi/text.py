"""Sentences about a workspace's objects and fields: their own descriptions, or else sentences with their labels.

Descriptions of documents are Markdown. What users wrote is shown as they wrote it, and never read as markup.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from ...model.model import Field, Model, Object

#: Characters of a description; a document repeats it in every schema of the object.
LENGTH = 500

_LABEL_LENGTH = 100
#: What Markdown or HTML reads as markup. An underscore inside a word is none.
_MARKUP = re.compile(r"[\\`*\[\]<>~|&]|(?<![^\W_])_|_(?![^\W_])")
#: What begins a heading or a list.
_BLOCK = re.compile(r"(?:[#+=-]|\d+(?=[.)]))")

_OF_SYSTEM: Mapping[str, str] = {
    "id": "The id of the record",
    "createdAt": "When the record was created",
    "updatedAt": "When the record was last changed",
    "deletedAt": "When the record was soft-deleted; null while it is not",
    "createdBy": "Who or what created the record",
    "updatedBy": "Who or what changed the record last",
    "position": "The record's place in lists that are ordered by hand",
}


def plain(text: str, length: int = LENGTH) -> str:
    """A text as one line of Markdown that shows it as it is, cut to ``length`` characters.

    >>> plain("# 1 *of* <b>many</b>\\nsnake_case _this_")
    '\\\\# 1 \\\\*of\\\\* \\\\<b\\\\>many\\\\</b\\\\> snake_case \\\\_this\\\\_'
    """
    line = " ".join(text.split())
    if len(line) > length:
        line = f"{line[: length - 1].rstrip()}…"
    escaped = _MARKUP.sub(r"\\\g<0>", line)
    block = _BLOCK.match(escaped)
    if block is None:
        return escaped
    # Of a number it is the point behind it that makes a list.
    place = block.end() if block[0][0].isdigit() else 0
    return f"{escaped[:place]}\\{escaped[place:]}"


def label(entity: Object | Field, name: str = "label") -> str:
    """A label for use in a sentence; the API's name where it is blank."""
    text = plain(entity.display(name) or "", _LABEL_LENGTH)
    if text:
        return text
    if isinstance(entity, Object):
        return entity.name_plural if name == "labelPlural" else entity.name_singular
    return entity.name


def of_object(obj: Object) -> str:
    """What an object is."""
    return plain(obj.display("description") or "") or f"The object {label(obj, 'labelPlural')}"


def of_field(field: Field) -> str:
    """What the values of a field are."""
    text = plain(field.display("description") or "")
    if text:
        return text
    if field.is_system and field.name in _OF_SYSTEM:
        return _OF_SYSTEM[field.name]
    return f"The id of the record in {label(field)}" if field.is_many_to_one else f"The field {label(field)}"


def of_relation(field: Field, model: Model) -> str:
    """What an answer with ``depth=1`` holds of a relation."""
    text = plain(field.display("description") or "")
    if text:
        return text
    target = model.target_of(field)
    if field.is_one_to_many:
        return f"{label(field)}: the {label(target, 'labelPlural')} that point at this record"
    return f"{label(field)}: the {label(target, 'labelSingular')} that this record points at"
