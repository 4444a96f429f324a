"""Search by phone numbers as they are dialled from abroad: index rows that say calling codes stand in for tokens
(``LeafIndex.tells_codes``).
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any

import pytest

from icosa.model.model import Model
from icosa.query.filters import resolve_filter
from icosa.query.operation import Create, Operation, Restore, Search, Update
from icosa.store import keys
from icosa.store.derive import CODE, TWO_VALUES
from icosa.store.meter import Meter
from icosa.store.ops import PutItem
from tests.support.tenant import WORKSPACE, Tenant

#: Calling codes of one to three digits, and numbers of which some are the same in two countries.
CODES = {"+1": "US", "+44": "GB", "+49": "DE", "+351": "PT"}
NUMBERS = {"+1": ("2125550100",), "+44": ("2079460000", "3012345678"), "+49": ("3012345678",), "+351": ("210123456",)}
TERMS = sorted({(code[1:] + number)[:n] for code in CODES for number in NUMBERS[code] for n in (1, 3, 5, 13)})


def phones(random: Random) -> dict[str, Any]:
    code = random.choice([*CODES, ""])
    number = random.choice(NUMBERS[code]) if code else ""
    return {
        "primaryPhoneNumber": number,
        "primaryPhoneCallingCode": code,
        "primaryPhoneCountryCode": CODES.get(code, ""),
    }


def found(tenant: Tenant, text: str, meter: Meter | None = None, model: Model | None = None) -> set[str]:
    model = model or tenant.model()
    page = tenant.run(Search(text=text, objects=(model.by_singular["person"],), limit=200), model, meter)
    return {hit.item.id for hit in page.hits}


def texts(person: dict[str, Any]) -> tuple[str, str]:
    """The number of a person in its country, and from abroad."""
    shown = person["phones"]
    number = shown["primaryPhoneNumber"]
    return number, shown["primaryPhoneCallingCode"].removeprefix("+") + number


def check(tenant: Tenant) -> None:
    model = tenant.model()
    people = [(person["id"], texts(person)) for person in tenant.find("person")]
    for term in TERMS:
        expected = {record_id for record_id, dialled in people if any(text.startswith(term) for text in dialled)}
        assert found(tenant, term, model=model) == expected, term


def writes(tenant: Tenant, random: Random, ids: list[str]) -> Iterator[Operation]:
    """Of one person and of many, of the number and of its code alone."""
    model = tenant.model()
    person = model.by_singular["person"]
    some = resolve_filter(model, person, {"id": {"in": ids[:7]}})
    for _ in range(4):
        one = random.choice(ids)
        yield random.choice(
            (
                Update(object=person, id=one, data={"phones": phones(random)}),
                Update(object=person, data={"phones": phones(random)}, filter=some),
                Create(object=person, data=tuple({"phones": phones(random)} for _ in range(random.choice((1, 8))))),
            )
        )


@pytest.mark.parametrize("seed", range(2))
def test_every_beginning_of_a_dialled_number_finds_it(tenant: Tenant, seed: int) -> None:
    random = Random(seed)
    ids = tenant.create("person", *({"phones": phones(random)} for _ in range(12)))
    check(tenant)
    for write in writes(tenant, random, ids):
        tenant.run(write)
        check(tenant)
    tenant.delete("person", ids[0], destroy=False)
    tenant.delete("person", ids[1])
    tenant.run(Restore(object=tenant.object("person"), id=ids[0]))
    check(tenant)
    assert tenant.orphans() == []


def test_a_row_between_two_codes_is_looked_at(tenant: Tenant) -> None:
    """A batch that changes the code of a number leaves its row standing for both until it has ended."""
    british = {"primaryPhoneNumber": "3012345678", "primaryPhoneCallingCode": "+44", "primaryPhoneCountryCode": "GB"}
    german = {**british, "primaryPhoneCallingCode": "+49", "primaryPhoneCountryCode": "DE"}
    [one] = tenant.create("person", {"phones": british})
    leaf = tenant.object("person").leaves[("phones", "primaryPhoneNumber")]
    partition = keys.index(WORKSPACE, tenant.object("person").key, leaf.key)
    [row] = [item for item in tenant.rows().values() if item["PK"] == partition and CODE in item]
    assert row[CODE] == "44"
    tenant.update("person", one, {"phones": german})
    tenant.table.transact([PutItem({**row, TWO_VALUES: 1})])
    assert found(tenant, "493012345678") == {one}
    assert found(tenant, "443012345678") == set()


def test_what_a_search_of_a_number_reads(tenant: Tenant) -> None:
    [one] = tenant.create("person", {"phones": {"primaryPhoneNumber": "+442079460000"}})
    meter = Meter()
    assert found(tenant, "442079460000", meter) == {one}
    # Tokens, the indexes that serve search, that of the number without its code; then the record.
    assert (meter.round_trips, meter.read_units) == (2, 7 + 1)
