"""Parts of composites in updates, upserts and bulk updates, over both APIs (docs/wire/rest.md#partial-composites)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from icosa.model.model import Model
from tests.support.graphql_client import GraphqlClient
from tests.support.rest_client import RestClient

FR = {"primaryPhoneNumber": "610203040", "primaryPhoneCountryCode": "FR", "primaryPhoneCallingCode": "+33"}
MEMBERS = """
  id contact { primaryEmail additionalEmails } site { primaryLinkUrl primaryLinkLabel secondaryLinks }
  phone { primaryPhoneNumber primaryPhoneCountryCode primaryPhoneCallingCode additionalPhones }
  price { amountMicros currencyCode } pilot { firstName lastName } story { blocknote markdown }
  pad { addressStreet1 addressStreet2 addressCity addressPostcode addressState addressCountry addressLat addressLng }
"""

Write = Callable[[str, dict[str, Any]], Any]


def whole(tag: str) -> dict[str, Any]:
    """A value of every composite type with all its members."""
    return {
        "contact": {"primaryEmail": f"{tag}@a.example", "additionalEmails": ["more@a.example"]},
        "site": {
            "primaryLinkUrl": "https://a.example",
            "primaryLinkLabel": "A",
            "secondaryLinks": [{"label": "B", "url": "https://b.example"}],
        },
        "phone": {**FR, "additionalPhones": [{"number": "611223344", "callingCode": "+33", "countryCode": "FR"}]},
        "price": {"amountMicros": 5, "currencyCode": "EUR"},
        "pilot": {"firstName": "Ada", "lastName": "L"},
        "story": {"blocknote": "[]", "markdown": "text"},
        "pad": {
            "addressStreet1": "1",
            "addressStreet2": "2",
            "addressCity": "C",
            "addressPostcode": "P",
            "addressState": "S",
            "addressCountry": "X",
            "addressLat": 1,
            "addressLng": 2.5,
        },
    }


#: field, part, what the value becomes beside it
PARTS: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    *((name, {}, {}) for name in whole("")),
    ("contact", {"additionalEmails": ["r@b.example"]}, {"additionalEmails": ["r@b.example"]}),
    ("contact", {"additionalEmails": None}, {"additionalEmails": []}),
    ("contact", {"primaryEmail": None}, {"primaryEmail": ""}),
    ("site", {"primaryLinkLabel": "new"}, {"primaryLinkLabel": "new"}),
    ("site", {"primaryLinkUrl": "https://Z.example/"}, {"primaryLinkUrl": "https://z.example"}),
    ("site", {"secondaryLinks": []}, {"secondaryLinks": []}),
    (
        "site",
        {"secondaryLinks": [{"url": "https://z.example", "label": "Z"}]},
        {"secondaryLinks": [{"url": "https://z.example", "label": "Z"}]},
    ),
    (
        "site",
        {"primaryLinkUrl": None},
        {"primaryLinkUrl": "https://b.example", "primaryLinkLabel": "B", "secondaryLinks": []},
    ),
    ("phone", {"primaryPhoneNumber": "06 11 22 33 44"}, {"primaryPhoneNumber": "611223344"}),
    ("phone", {"additionalPhones": []}, {"additionalPhones": []}),
    ("phone", {"primaryPhoneCountryCode": None}, {"primaryPhoneCountryCode": ""}),
    ("price", {"amountMicros": 7}, {"amountMicros": 7}),
    ("price", {"currencyCode": None}, {"currencyCode": None}),
    ("pilot", {"lastName": "B"}, {"lastName": "B"}),
    ("pad", {"addressLat": None, "addressCity": "D"}, {"addressLat": None, "addressCity": "D"}),
]


@pytest.fixture(params=["rest", "rest bulk", "rest upsert", "graphql", "graphql bulk", "graphql upsert"])
def write(request: pytest.FixtureRequest, rest: RestClient, gql: GraphqlClient) -> Write:
    """Gives the record with an id new values; returns the answer's status, or first error over GraphQL."""
    way = request.param

    def rest_write(record_id: str, data: dict[str, Any]) -> Any:
        match way:
            case "rest":
                return rest("PATCH", f"/rest/rockets/{record_id}", data).status
            case "rest bulk":
                return rest("PATCH", "/rest/rockets", data, filter=f"id[in]:[{record_id}]").status
        return {201: 200}.get(
            status := rest("POST", "/rest/batch/rockets?upsert=true", [{"id": record_id, **data}]).status, status
        )

    def graphql_write(record_id: str, data: dict[str, Any]) -> Any:
        document = {
            "graphql": "mutation($i: UUID!, $d: RocketUpdateInput!) { updateRocket(id: $i, data: $d) { id } }",
            "graphql bulk": """mutation($i: UUID!, $d: RocketUpdateInput!) {
                updateRockets(filter: {id: {eq: $i}}, data: $d) { id } }""",
            "graphql upsert": """mutation($d: RocketCreateInput!) { createRocket(data: $d, upsert: true) { id } }""",
        }[way]
        variables = {"d": {"id": record_id, **data}} if "upsert" in way else {"i": record_id, "d": data}
        answer = gql(document, variables)
        return 400 if "errors" in answer else 200

    return rest_write if way.startswith("rest") else graphql_write


@pytest.fixture
def rocket_id(rest: RestClient, tag: str) -> str:
    made: str = rest("POST", "/rest/rockets", whole(tag)).json["data"]["createRocket"]["id"]
    return made


def shown(gql: GraphqlClient, record_id: str) -> dict[str, Any]:
    record: dict[str, Any] = gql.data(
        f"query($i: UUID) {{ rocket(filter: {{id: {{eq: $i}}}}) {{ {MEMBERS} }} }}", {"i": record_id}
    )["rocket"]
    record.pop("id")
    return record


def test_what_is_not_sent_stays(write: Write, gql: GraphqlClient, rest: RestClient, tag: str, rocket_id: str) -> None:
    for name, part, changed in PARTS:
        assert rest("PATCH", f"/rest/rockets/{rocket_id}", whole(tag)).status == 200
        before = shown(gql, rocket_id)
        assert write(rocket_id, {name: part}) == 200, (name, part)
        after = shown(gql, rocket_id)
        assert after == {**before, name: {**before[name], **changed}}, (name, part)


def test_parts_that_do_not_fit_are_refused(write: Write, gql: GraphqlClient, rocket_id: str) -> None:
    before = shown(gql, rocket_id)
    for part in (
        {"primaryPhoneCountryCode": "US"},
        {"primaryPhoneCallingCode": "+44"},
        {"primaryPhoneNumber": "none"},
        {"primaryPhoneNumber": "+14155552671", "primaryPhoneCountryCode": "FR"},
    ):
        assert write(rocket_id, {"phone": part}) == 400, part
    assert shown(gql, rocket_id) == before


def test_records_can_be_sent_back(write: Write, rest: RestClient, tag: str, model: Model) -> None:
    every = {
        **whole(tag),
        "name": tag,
        "mass": 3,
        "ratio": 2.5,
        "serial": 2**60,
        "reusable": False,
        "builtOn": "2026-02-28",
        "launchedAt": "2026-02-28T10:00:00.5Z",
        "code": "7c1b6b6e-3a3e-4f61-8b64-0a5a0d6a0001",
        "colour": "RED",
        "colours": ["RED", "BLUE"],
        "grade": "RATING_3",
        "tags": ["a", ""],
        "extra": {"a": [1, True, None]},
        "papers": [{"fileId": "7c1b6b6e-3a3e-4f61-8b64-0a5a0d6a0001", "label": "cv.pdf"}],
    }
    for data in (every, {}):
        made = rest("POST", "/rest/rockets", data).json["data"]["createRocket"]
        path = f"/rest/rockets/{made['id']}"
        sent = {name: value for name, value in made.items() if name not in ("id", "updatedAt", "updatedBy")}
        assert write(made["id"], sent) == 200
        after = rest("GET", path).json["data"]["rocket"]
        assert {name: after[name] for name in sent} == sent
        assert rest("PATCH", path, {"contact": {"primaryEmail": None}}).status == 200


def test_unique_values_follow_the_merged_value(write: Write, rest: RestClient, tag: str, rocket_id: str) -> None:
    twin = {"contact": {"primaryEmail": f"{tag}@a.example"}}
    assert write(rocket_id, {"contact": {"additionalEmails": ["x@a.example"]}}) == 200
    assert rest("POST", "/rest/rockets", twin).status == 400
    assert write(rocket_id, {"contact": {"primaryEmail": None}}) == 200
    assert rest("POST", "/rest/rockets", twin).status == 201


def test_a_bulk_update_merges_each_record(rest: RestClient, tag: str) -> None:
    for country, number in (("FR", "610203040"), ("GB", "2079460000")):
        phone = {"primaryPhoneNumber": number, "primaryPhoneCountryCode": country}
        assert rest("POST", "/rest/rockets", {"name": tag, "phone": phone}).status == 201
    mine = f"name[eq]:{tag}"
    changed = rest("PATCH", "/rest/rockets", {"phone": {"primaryPhoneNumber": "02079460001"}}, filter=mine)
    assert changed.status == 200
    phones = [record["phone"] for record in changed.json["data"]["updateRockets"]]
    assert {phone["primaryPhoneCallingCode"] for phone in phones} == {"+33", "+44"}
    refused = rest("PATCH", "/rest/rockets", {"phone": {"primaryPhoneCountryCode": "GB"}}, filter=mine)
    assert refused.status == 400
    assert [record["phone"] for record in rest("GET", "/rest/rockets", filter=mine).json["data"]["rockets"]] == phones


def test_a_part_of_no_record_is_checked_as_far_as_it_goes(rest: RestClient) -> None:
    none, national = "id[eq]:7c1b6b6e-3a3e-4f61-8b64-0a5a0d6a0009", {"phone": {"primaryPhoneNumber": "0610203040"}}
    assert rest("PATCH", "/rest/rockets", national, filter=none).status == 200
    assert rest("PATCH", "/rest/rockets/7c1b6b6e-3a3e-4f61-8b64-0a5a0d6a0009", national).status == 404
    assert rest("PATCH", "/rest/rockets", {"contact": {"primaryEmail": "x"}}, filter=none).status == 400
    assert rest("POST", "/rest/rockets?upsert=true", national).status == 400
