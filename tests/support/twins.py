"""Two databases that differ only in what a caller may not read: the same workspace, copied, with other hidden values in
the copy. A caller who learns nothing gets the same answers from both.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from icosa.access.api_keys import ApiKeys
from icosa.metadata.service import MetadataService
from icosa.model.model import Model
from icosa.provisioning.workspace import Provisioned
from icosa.store.ops import PutItem
from icosa.store.table import MAX_TRANSACTION, Table, chunked
from tests.support.restricted import Caller, caller_of, full_caller, model_of, restricted_key
from tests.support.rocket import create_rocket

_TAG = re.compile(rb'(?<=\\")(\d+[^.]*)(\.[\w-]+)(?=\\")')
_UUID = re.compile(rb"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_MOMENT = re.compile(rb"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
#: Of the first database, the second, and values that nobody has.
SIDES = ("left", "right", "nobody")
_OLD = "2025-01-01T00:00:00.000Z"
_IMPORT = {"X-Icosa-Import": "1"}


def values_of(side: str, number: int) -> dict[str, Any]:
    """The hidden values of a rocket, every field by its name."""
    seed = SIDES.index(side) * 10 + number + 1
    word = f"{side}word{number}"
    colour = ("RED", "GREEN", "BLUE")[(SIDES.index(side) + number) % 3]
    return {
        "mass": seed,
        "ratio": seed + 0.25,
        "serial": seed * 1000,
        "reusable": seed % 2 == 0,
        "builtOn": f"19{60 + seed}-03-04",
        "launchedAt": f"19{60 + seed}-05-06T07:08:09.000Z",
        "code": f"00000000-0000-4000-8000-0000000000{seed:02d}",
        "colour": colour,
        "colours": [colour],
        "grade": f"RATING_{seed % 5 + 1}",
        "tags": [word],
        "extra": {"word": word},
        "price": {"amountMicros": seed * 1_000_000, "currencyCode": ("EUR", "USD", "GBP")[seed % 3]},
        "pilot": {"firstName": word, "lastName": "p"},
        "pad": {"addressCity": word, "addressLat": seed},
        "site": {"primaryLinkUrl": f"https://{word}.example", "primaryLinkLabel": word},
        "contact": {"primaryEmail": f"{word}@a.example"},
        "phone": {
            "primaryPhoneNumber": f"6123456{seed:02d}",
            "primaryPhoneCountryCode": "FR",
            "primaryPhoneCallingCode": "+33",
        },
        "story": {"markdown": word},
        "motto": word,
        "isbn": word,
    }


def person_values(side: str, number: int) -> dict[str, Any]:
    """The hidden values of a person."""
    word = f"{side}word{number}"
    return {
        "emails": {"primaryEmail": f"{word}@p.example"},
        "linkedinLink": {"primaryLinkUrl": f"https://l.example/{side}"},
        "jobTitle": word,
        "avatarUrl": f"https://img.example/{word}",
        "phones": {"primaryPhoneNumber": f"61234567{SIDES.index(side)}", "primaryPhoneCountryCode": "FR"},
    }


def company_values(side: str, number: int) -> dict[str, Any]:
    """The hidden values of a company."""
    word = f"{side}word{number}"
    return {
        "domainName": {"primaryLinkUrl": f"https://{word}.example"},
        "linkedinLink": {"primaryLinkUrl": f"https://{word}.example"},
        "address": {"addressCity": word},
        "annualRevenue": {"amountMicros": 1_000_000 * (SIDES.index(side) + 1), "currencyCode": "EUR"},
    }


def record_id(kind: int, number: int) -> str:
    return f"10000000-0000-4000-8000-{kind:04d}{number:08d}"


ROCKETS = [record_id(1, n) for n in range(4)]
TRASHED = record_id(1, 90)
PEOPLE = [record_id(2, n) for n in range(4)]
COMPANIES = [record_id(3, n) for n in range(2)]
_DEALS = [record_id(4, n) for n in range(3)]
HIDDEN_OF_PEOPLE = ("sponsor", "emails", "linkedinLink", "jobTitle", "avatarUrl", "phones")
HIDDEN_OF_COMPANIES = ("domainName", "linkedinLink", "address", "annualRevenue")
_NO_RIGHTS = dict.fromkeys(
    ("canReadObjectRecords", "canUpdateObjectRecords", "canSoftDeleteObjectRecords", "canDestroyObjectRecords"), False
)


@dataclass(frozen=True)
class Twins:
    """The callers have the same keys in both databases. ``linked`` may follow relations to rockets but read no field of
    theirs but the name, ``blind`` not even that; neither may see opportunities, or who sponsors a person. ``locked``
    may read all fields of rockets, in the first database, and update none. ``views`` are ids by fields of rockets.
    """

    model: Model
    linked: tuple[Caller, Caller]
    blind: tuple[Caller, Caller]
    admins: tuple[Caller, Caller]
    locked: Caller
    views: Mapping[str, str]
    known: frozenset[bytes]

    def same(self, callers: Sequence[Caller], ask: Callable[[Caller], tuple[int, Any]]) -> tuple[int, Any]:
        """The answer of both databases. Fails when they differ in a byte, apart from new ids and moments."""
        left, right = map(ask, callers)
        assert self.normal(left) == self.normal(right), (left, right)
        return left

    def normal(self, answer: tuple[int, Any]) -> bytes:
        text = orjson.dumps(answer, option=orjson.OPT_SORT_KEYS)
        text = _UUID.sub(lambda found: found[0] if found[0] in self.known else b"<new>", text)
        shown = _MOMENT.sub(lambda found: found[0] if found[0] == _OLD.encode() else b"<now>", text)
        # A tag is a moment, and the digest of what is shown, so it is as new as that.
        is_new = b"<new>" in shown or b"<now>" in shown
        return _TAG.sub(rb"<now>" if is_new else rb"<now>\2", shown)


def make_twins(table: Table, copy: Table, workspace: Provisioned, api_keys: ApiKeys) -> Twins:
    """``table`` has the workspace, ``copy`` is empty."""
    views = _schema(table, workspace)
    admin = full_caller(table, workspace)
    _records(admin, "left")
    model = model_of(table, workspace)
    hidden = [
        *(f"rocket.{name}" for name in values_of("left", 0)),
        *(f"person.{name}" for name in HIDDEN_OF_PEOPLE),
        *(f"company.{name}" for name in HIDDEN_OF_COMPANIES),
    ]
    role: dict[str, Any] = {"objects": {"opportunity": _NO_RIGHTS}, "canUpdateAllSettings": True}
    linked = restricted_key(table, workspace, api_keys, hidden=hidden, **role)
    blind = restricted_key(
        table, workspace, api_keys, hidden=[*hidden, "rocket.maker", "person.ship", "person.company"], **role
    )
    locked = restricted_key(table, workspace, api_keys, locked=[f"rocket.{name}" for name in values_of("left", 0)])
    items = _items(table)
    for part in chunked(items, MAX_TRANSACTION - 1):
        copy.transact([PutItem(item) for item in part])
    other = full_caller(copy, workspace)
    _hide(other, "right")
    return Twins(
        model=model,
        linked=(caller_of(table, workspace, linked), caller_of(copy, workspace, linked)),
        blind=(caller_of(table, workspace, blind), caller_of(copy, workspace, blind)),
        admins=(admin, other),
        locked=caller_of(table, workspace, locked),
        views=views,
        known=frozenset(_UUID.findall(repr(items).encode())),
    )


def _items(table: Table) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = []
    start = None
    while True:
        page, start, _ = table._client.sync_scan_page(table.name, exclusive_start_key=start, consistent_read=True)
        items += page
        if start is None:
            return items


def _schema(table: Table, workspace: Provisioned) -> dict[str, str]:
    """Rockets with a unique text, to which people point; a view of rockets for each field that views filter by."""
    rocket = create_rocket(table, workspace.workspace_id)
    service = MetadataService(table, workspace.workspace_id)
    for name, more in (("motto", {}), ("isbn", {"isUnique": True})):
        service.create_field({"objectMetadataId": rocket.id, "type": "TEXT", "name": name, "label": name, **more})
    person = service.model().by_singular["person"]
    avatar = person.by_name["avatarUrl"].id
    service.update_object(person.id, {"imageIdentifierFieldMetadataId": avatar})
    for name, target in (("ship", rocket), ("sponsor", service.model().by_singular["company"])):
        label = {"ship": "Crew", "sponsor": "Sponsored"}[name]
        payload = {
            "type": "MANY_TO_ONE",
            "targetObjectMetadataId": target.id,
            "targetFieldLabel": label,
            "targetFieldIcon": "IconUser",
        }
        relation = {"name": name, "label": name, "type": "RELATION", "objectMetadataId": person.id}
        service.create_field({**relation, "relationCreationPayload": payload})
    rocket = service.model().by_id[rocket.id]
    metadata = full_caller(table, workspace).metadata
    views: dict[str, str] = {}
    for name in values_of("left", 0):
        body = {"objectMetadataId": rocket.id, "name": name, "type": "TABLE", "icon": "IconList"}
        view_id = metadata("POST", "/rest/metadata/views", body).json["id"]
        condition = {
            "viewId": view_id,
            "fieldMetadataId": rocket.by_name[name].id,
            "operand": "IS_NOT_EMPTY",
            "value": "",
        }
        if metadata("POST", "/rest/metadata/viewFilters", condition).status == 201:
            views[name] = view_id
    return views


def _records(admin: Caller, side: str) -> None:
    for number, company in enumerate(COMPANIES):
        admin.create("companies", id=company, name=f"company{number}", createdAt=_OLD)
    for number, rocket in enumerate([*ROCKETS, TRASHED]):
        admin.create("rockets", id=rocket, name=f"rocket{number}", makerId=COMPANIES[number % 2], createdAt=_OLD)
    for number, person in enumerate(PEOPLE):
        name = {"firstName": f"person{number}", "lastName": "twin"}
        links = {"companyId": COMPANIES[number % 2], "shipId": ROCKETS[number]}
        admin.create("people", id=person, name=name, createdAt=_OLD, **links)
    _hide(admin, side)
    assert admin.rest("DELETE", f"/rest/rockets/{TRASHED}?soft_delete=true").status == 200


def _hide(admin: Caller, side: str) -> None:
    """Give the records their hidden values, and opportunities to people and companies."""
    for plural, ids, values in (
        ("rockets", [*ROCKETS, TRASHED], values_of),
        ("people", PEOPLE, person_values),
        ("companies", COMPANIES, company_values),
    ):
        for number, key in enumerate(ids):
            # People 2 and 3 resemble each other by hidden values on one side only.
            body = values(side, number)
            if plural == "people":
                body["sponsorId"] = COMPANIES[number % 2 if side == "left" else 0]
            if plural == "people" and (number < 2 or side == "right"):
                body["linkedinLink"] = {"primaryLinkUrl": f"https://l.example/{side}{number}"}
            reply = admin.rest("PATCH", f"/rest/{plural}/{key}", {**body, "updatedAt": _OLD}, headers=_IMPORT)
            assert reply.status == 200, reply
    for deal in _DEALS[: 1 if side == "left" else 3]:
        body = {"id": deal, "name": f"{side}deal", "companyId": COMPANIES[1 if side == "left" else 0]}
        assert admin.rest("POST", "/rest/opportunities?upsert=true", body).status == 201
