"""Forms of names and ids that all parts share. Imports nothing: functions that must start fast need it, too."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TypeGuard

#: Any version and variant of RFC 4122 in hexadecimal text form.
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE | re.ASCII)


def is_uuid(value: object) -> TypeGuard[str]:
    """Whether a value is the text of a UUID, in either case.

    >>> is_uuid("0D4B6D5C-5d3f-4a3c-9c0e-2f7a4d1b8e11"), is_uuid("0d4b6d5c5d3f4a3c9c0e2f7a4d1b8e11")
    (True, False)
    """
    return isinstance(value, str) and _UUID.fullmatch(value) is not None


def parse_uuid(value: object) -> str | None:
    """A UUID in lower case, None when the value is none."""
    return value.lower() if is_uuid(value) else None


def capitalised(name: str) -> str:
    """Only the first letter changes: ``noteTarget`` is ``NoteTarget``."""
    return name[:1].upper() + name[1:]


def join_column_of(relation: str) -> str:
    """The name of the id that a many-to-one relation holds.

    >>> join_column_of("company")
    'companyId'
    """
    return f"{relation}Id"


def camel_case(words: Sequence[str]) -> str:
    """Words as one name.

    >>> camel_case(("domainName", "primaryLinkUrl"))
    'domainNamePrimaryLinkUrl'
    """
    return words[0] + "".join(map(capitalised, words[1:]))
