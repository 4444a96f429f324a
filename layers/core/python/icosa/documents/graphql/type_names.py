"""Names of the types of objects and fields (docs/wire/graphql.md#types-of-fields,
docs/wire/graphql.md#composite-types). Field types say their own.
"""

from __future__ import annotations

from ...identifiers import capitalised
from ...model.graphql_names import enum_name
from ...model.model import Field, Object
from ...model.types.graphql_types import TypeNames

#: The enum of a member that has options (the source of an actor).
_MEMBER_ENUM = "{}{}Enum"
_ID = TypeNames(output="UUID", create="ID", update="ID", filter="UUIDFilter")


def types_of(obj: Object, field: Field) -> TypeNames:
    """The types of a stored field or of a join column (``companyId``)."""
    return _ID if field.name == "id" else field.type.graphql(field, enum_name(obj, field))


def members_of(obj: Object, field: Field) -> tuple[str, ...]:
    """What can be selected inside a field: the members of a composite or of a file; nothing for scalars."""
    if field.type.is_composite:
        return tuple(leaf.subfield for leaf in field.leaves if leaf.subfield is not None)
    return types_of(obj, field).members


def output_name(obj: Object, field: Field) -> str:
    """The name of the type that a field's values have, without list brackets."""
    return types_of(obj, field).output.strip("[]")


def member_enum_name(composite: str, member: str) -> str:
    """``ActorSourceEnum``."""
    return _MEMBER_ENUM.format(composite, capitalised(member))
