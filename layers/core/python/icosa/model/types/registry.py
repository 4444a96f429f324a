"""Every field type by its name (docs/wire/metadata.md#field-types). Adding a type is adding one entry."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from .actor import Actor
from .base import FieldType
from .choices import ArrayType, MultiSelectType, RatingType, SelectType
from .composite import Address, FullName
from .currency import Currency
from .emails import Emails
from .json import FilesType, RawJsonType
from .links import Links
from .phones import Phones
from .relation import RelationType
from .rich_text import RichText
from .scalars import BOOLEAN, DATE, DATE_TIME, NUMERIC, TEXT, UUID, NumberType, PositionType, TsVectorType

_TYPES: tuple[FieldType, ...] = (
    TEXT,
    NumberType(),
    NUMERIC,
    BOOLEAN,
    DATE,
    DATE_TIME,
    UUID,
    SelectType(),
    MultiSelectType(),
    RatingType(),
    ArrayType(),
    RawJsonType(),
    PositionType(),
    TsVectorType(),
    FilesType(),
    Currency(),
    FullName(),
    Address(),
    Links(),
    Emails(),
    Phones(),
    Actor(),
    RichText(),
    RelationType("RELATION", is_counted=False),
    RelationType("MORPH_RELATION", is_counted=True),
)
#: Names that types had before (docs/wire/graphql.md#types-of-fields).
_ALIASES = {"RICH_TEXT_V2": "RICH_TEXT"}

#: By the names that answers show.
by_own_name: Mapping[str, FieldType] = MappingProxyType({type_.name: type_ for type_ in _TYPES})
#: By every name that requests and rows may hold.
by_name: Mapping[str, FieldType] = MappingProxyType(
    {**by_own_name, **{alias: by_own_name[name] for alias, name in _ALIASES.items()}}
)
