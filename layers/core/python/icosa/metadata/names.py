"""Names of objects, fields and indexes: what is allowed, and what follows from labels (docs/wire/metadata.md#names,
docs/wire/metadata.md#indexes).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Sequence
from functools import cache

from ..identifiers import camel_case
from ..model.model import Field, Object
from ..shipped import load
from ..validation.errors import Problem

#: PostgreSQL's limit for identifiers, which Twenty's tables and columns have.
MAX_LENGTH = 63
_NAME = re.compile(r"[a-z][a-zA-Z0-9]*")
_SEPARATORS = re.compile(r"[^a-z0-9]+")
_WORDS = re.compile(r"[a-z]+|[0-9]+")
_HASH_DIGITS = 27


#: The problem of a name that stands for something else.
RESERVED = 'This name is reserved. Use a different name or the system will add "Custom" suffix.'


class InvalidLabel(ValueError):
    """No name follows from the label: it has no letter or digit that can be written in ASCII."""


@cache
def reserved() -> frozenset[str]:
    """Words that are no names, case-sensitive."""
    return frozenset(load("reserved-names"))


def name_problems(name: str, code: str, *, is_custom: bool) -> list[Problem]:
    """Every format rule that a name breaks. What the product brings may be called by a word that is no name for others,
    as fields called ``type`` are in Twenty.
    """
    messages: list[str] = []
    if len(name) > MAX_LENGTH:
        messages.append("Name is too long")
    if len(name) < 1:
        messages.append("Name is too short")
    if not _NAME.fullmatch(name):
        messages.append("Name is not valid: it must start with lowercase letter and contain only alphanumeric letters")
    if is_custom and name in reserved():
        messages.append(RESERVED)
    return [Problem(code=code, message=message, value=name) for message in messages]


def name_from_label(label: str, is_taken: Callable[[str], bool] = lambda _: False) -> str:
    """The name that a label gives; ``is_taken`` says what is reserved besides. Raises InvalidLabel; a blank label gives
    an empty name.

    >>> name_from_label("2nd Größe")
    'n2NdGrosse'
    """
    from anyascii import anyascii

    label = label.strip()
    if not label:
        return ""
    slug = _SEPARATORS.sub("_", anyascii(label).lower()).strip("_")
    if slug[:1].isdigit():
        slug = f"n{slug}"
    words = _WORDS.findall(slug)
    if not words:
        raise InvalidLabel(f'Invalid label: "{label}"')
    name: str = camel_case(words)
    return f"{name}Custom" if name in reserved() or is_taken(name) else name


def plural_from_label(label: str, singular: str, is_taken: Callable[[str], bool] = lambda _: False) -> str:
    """The plural name that a plural label gives beside a singular name. Raises InvalidLabel."""
    name = name_from_label(label, is_taken)
    return f"{name}s"[:MAX_LENGTH] if name == singular else name


def columns_of(field: Field) -> list[str]:
    """The names of a field's columns in Twenty's tables: ``companyId``, ``domainNamePrimaryLinkUrl``
    (docs/wire/metadata.md#field-types).
    """
    return [column(field, leaf.subfield) for leaf in field.leaves] or [field.name]


def column(field: Field, sub: str | None) -> str:
    """The column of a field or of one of its members."""
    return field.input_name if sub is None else camel_case((field.name, sub))


def index_name(obj: Object, columns: Sequence[str], *, is_unique: bool = False) -> str:
    """The name of an index, which follows from what it indexes."""
    table = f"_{obj.name_singular}" if obj.is_custom else obj.name_singular
    digest = hashlib.sha256("".join((table, *columns)).encode()).hexdigest()
    return f"IDX_{'UNIQUE_' if is_unique else ''}{digest[:_HASH_DIGITS]}"
