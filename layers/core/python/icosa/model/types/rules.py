"""What metadata demands of fields of a type (docs/wire/metadata.md#field-types, docs/wire/metadata.md#unique-fields,
docs/wire/metadata.md#indexes).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldTypeRules:
    """The rules of one field type. The defaults are those of an ordinary type: any user may create fields of it, they
    may have a default without functions, and only a BTREE index fits.
    """

    #: Why users cannot create fields of the type.
    creation_error: str | None = None
    #: Whether ``creation_error`` ends a request at once, before any other rule is looked at.
    is_refused_at_once: bool = False
    has_default: bool = True
    #: The default of a new field that names none.
    default: Any = None
    #: Defaults that are functions, written without quotes.
    default_functions: frozenset[str] = frozenset()
    is_relation: bool = False
    #: Whether values come from options.
    is_choice: bool = False
    #: Whether requests say which options; otherwise the type has its own (``FieldType.own_options``).
    takes_options: bool = False
    keeps_settings: bool = True
    supports_gin: bool = False
    needs_value_limit: bool = False
    can_be_label_identifier: bool = False
    #: The only name that a field of the type may have; such fields are the system's.
    only_name: str | None = None
