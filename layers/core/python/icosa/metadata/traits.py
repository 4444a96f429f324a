"""What metadata demands of field types beyond what the types know themselves (spec/metadata.md §5.2, §5.6, §7).

One entry for each type that differs from the ordinary: any user may create it, it may have a default without functions,
and only a BTREE index fits.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..model.types.base import FieldType


@dataclass(frozen=True, slots=True, kw_only=True)
class Traits:
    """``refusal`` says why users cannot create the type, ``is_input`` that this is known before any rule is looked at.

    ``functions`` are defaults that are not quoted.
    """

    refusal: str | None = None
    is_input: bool = True
    has_default: bool = True
    functions: frozenset[str] = frozenset()
    is_relation: bool = False
    #: Values come from options; ``takes_options`` is False where the server makes them.
    is_choice: bool = False
    takes_options: bool = False
    keeps_settings: bool = True
    supports_gin: bool = False
    needs_value_limit: bool = False
    label_identifier: bool = False
    #: The default of a new field that names none.
    default: Any = None
    #: The only name that a field of the type may have; such fields are the system's.
    only_name: str | None = None


_NOW = frozenset(("now",))
_TRAITS: Mapping[str, Traits] = {
    "TEXT": Traits(label_identifier=True),
    "FULL_NAME": Traits(label_identifier=True),
    "UUID": Traits(functions=frozenset(("uuid",)), label_identifier=True),
    "DATE": Traits(functions=_NOW),
    "DATE_TIME": Traits(functions=_NOW),
    "NUMERIC": Traits(refusal="Field type NUMERIC is not supported for field creation. Use NUMBER instead."),
    "SELECT": Traits(is_choice=True, takes_options=True, keeps_settings=False),
    "MULTI_SELECT": Traits(is_choice=True, takes_options=True, keeps_settings=False, supports_gin=True),
    "RATING": Traits(is_choice=True, keeps_settings=False),
    "ARRAY": Traits(supports_gin=True),
    "RAW_JSON": Traits(supports_gin=True),
    "POSITION": Traits(only_name="position"),
    "TS_VECTOR": Traits(
        refusal="TS Vector is not supported for field creation", is_input=False, has_default=False, supports_gin=True
    ),
    "FILES": Traits(has_default=False, needs_value_limit=True),
    "ACTOR": Traits(default={"source": "'MANUAL'", "name": "'System'", "workspaceMemberId": None}),
    "RELATION": Traits(is_relation=True, has_default=False),
    "MORPH_RELATION": Traits(is_relation=True, has_default=False),
}
_ORDINARY = Traits()


def traits(type_: FieldType) -> Traits:
    """The traits of a type."""
    return _TRAITS.get(type_.name, _ORDINARY)
