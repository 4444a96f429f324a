"""HTTP requests whose events are samples, by file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from local.samples.names import ROLE, TOKEN


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleRequest:
    """A request, and the status that its function answers on a data folder. ``is_public``: without a token."""

    path: str
    method: str = "GET"
    query: str = ""
    body: Any = None
    status: int = 200
    is_public: bool = False


_PERSON: Final = {"name": {"firstName": "Ada", "lastName": "Lovelace"}, "jobTitle": "Countess"}
_COMPANY: Final = {"name": "Analytical Engines"}

REQUESTS: Final[Mapping[str, SampleRequest]] = {
    "core_rest/list": SampleRequest(path="/rest/people", query="limit=2&order_by=createdAt[DescNullsLast]"),
    "core_rest/filter": SampleRequest(path="/rest/companies", query="filter=name[ilike]:%22a%25%22&depth=1"),
    "core_rest/create": SampleRequest(path="/rest/people", method="POST", body=_PERSON, status=201),
    "core_rest/batch": SampleRequest(
        path="/rest/batch/companies", method="POST", body=[_COMPANY, {"name": "Bletchley"}], status=201
    ),
    "core_rest/not-found": SampleRequest(
        path="/rest/people/20202020-0000-4000-8000-0000000000ff",
        method="PATCH",
        body={"jobTitle": "Nobody"},
        status=404,
    ),
    "core_graphql/query": SampleRequest(
        path="/graphql",
        method="POST",
        body={"query": "{ people(first: 2) { totalCount edges { node { id name { firstName } company { name } } } } }"},
    ),
    "core_graphql/mutation": SampleRequest(
        path="/graphql",
        method="POST",
        body={
            "query": "mutation Create($data: CompanyCreateInput!) { createCompany(data: $data) { id name } }",
            "variables": {"data": _COMPANY},
        },
    ),
    "metadata/rest-list-objects": SampleRequest(path="/rest/metadata/objects", query="limit=2"),
    "metadata/rest-create-webhook": SampleRequest(
        path="/rest/metadata/webhooks",
        method="POST",
        body={"targetUrl": "https://receiver.example.com/hook", "operations": ["person.created"]},
        status=201,
    ),
    "metadata/graphql": SampleRequest(
        path="/metadata",
        method="POST",
        body={"query": "{ objects(paging: {first: 2}) { edges { node { nameSingular labelPlural } } } }"},
    ),
    "metadata/events-feed": SampleRequest(path="/rest/events", query="limit=2"),
    "keys/http-list": SampleRequest(path="/rest/metadata/apiKeys"),
    "keys/http-create": SampleRequest(
        path="/rest/metadata/apiKeys",
        method="POST",
        body={"name": "Sample", "roleId": ROLE, "expiresAt": "2099-12-31T00:00:00.000Z"},
        status=201,
    ),
    "keys/sign-in": SampleRequest(
        path="/console/session", method="POST", body={"code": "no-such-code"}, status=401, is_public=True
    ),
    "documents/open-api": SampleRequest(path="/rest/open-api/core"),
    "documents/open-api-of-nobody": SampleRequest(path="/open-api/metadata", is_public=True),
    "documents/health": SampleRequest(path="/healthz", is_public=True),
    "console/page": SampleRequest(path="/settings/general", is_public=True),
    "console/preflight": SampleRequest(path="/rest/people", method="OPTIONS", is_public=True),
}


def headers_of(request: SampleRequest) -> tuple[tuple[str, str], ...]:
    """What curl would send."""
    headers = [("host", "localhost:8000"), ("user-agent", "curl/8.0"), ("accept", "*/*")]
    if not request.is_public:
        headers.append(("authorization", f"Bearer {TOKEN}"))
    if request.body is not None:
        headers.append(("content-type", "application/json"))
    if request.method == "OPTIONS":
        headers += [("origin", "https://app.example.com"), ("access-control-request-method", "GET")]
    return tuple(headers)
