"""Forms of names and ids."""

from __future__ import annotations

import pytest

from icosa.identifiers import camel_case, capitalised, is_uuid, parse_uuid

ID = "0d4b6d5c-5d3f-4a3c-9c0e-2f7a4d1b8e11"


def test_uuids() -> None:
    assert parse_uuid(ID) == parse_uuid(ID.upper()) == ID


@pytest.mark.parametrize(
    "value", ["", ID[:-1], f"{ID}0", ID.replace("-", ""), f"{{{ID}}}", f"{ID}\n", ID.replace("0", "٠"), 7, None, [ID]]
)
def test_what_is_no_uuid(value: object) -> None:
    assert not is_uuid(value)
    assert parse_uuid(value) is None


def test_names() -> None:
    assert [capitalised(name) for name in ("noteTarget", "URL", "")] == ["NoteTarget", "URL", ""]
    assert camel_case(("domainName", "primaryLinkUrl")) == "domainNamePrimaryLinkUrl"
    assert camel_case(("name",)) == "name"
