"""What a caller may not read cannot be found out by guesses (docs/wire/access.md#field-permissions): each guess has the
same answer, right or wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from tests.support.restricted import DENIED, Caller

_DOMAIN = ["company.domainName"]
_EMAILS = ["person.emails"]


def _denied_over_both(caller: Caller, *, method: str, path: str, body: Any, query: str, variables: Any) -> None:
    reply = caller.rest(method, path, body)
    assert (reply.status, reply.json["messages"]) == (403, [DENIED]), reply
    assert caller.gql.error(query, variables) == (DENIED, "FORBIDDEN", "PERMISSION_DENIED")


def _where(tag: str) -> Mapping[str, Any]:
    return {"connect": {"where": {"domainName": {"primaryLinkUrl": f"https://{tag}.example"}}}}


@pytest.mark.parametrize("is_right", [True, False])
def test_connect_by_a_hidden_unique_field(
    admin: Caller, restricted: Callable[..., Caller], tag: str, is_right: bool
) -> None:
    if is_right:
        admin.create("companies", domainName={"primaryLinkUrl": f"https://{tag}.example"})
    caller = restricted(hidden=_DOMAIN)
    data = {"company": _where(tag)}
    person = admin.create("people")
    nested = {"pointOfContact": {"create": data}}
    for method, path, body, query, variables in (
        (
            "POST",
            "/rest/people",
            data,
            "mutation($d: PersonCreateInput!) { createPerson(data: $d) { id } }",
            {"d": data},
        ),
        (
            "POST",
            "/rest/batch/people",
            [{}, data],
            "mutation($d: [PersonCreateInput!]!) { createPeople(data: $d) { id } }",
            {"d": [{}, data]},
        ),
        (
            "PATCH",
            f"/rest/people/{person}",
            data,
            "mutation($i: UUID!, $d: PersonUpdateInput!) { updatePerson(id: $i, data: $d) { id } }",
            {"i": person, "d": data},
        ),
        (
            "PATCH",
            f"/rest/people?filter=id[eq]:{person}",
            data,
            "mutation($f: PersonFilterInput!, $d: PersonUpdateInput!) { updatePeople(filter: $f, data: $d) { id } }",
            {"f": {"id": {"eq": person}}, "d": data},
        ),
        (
            "POST",
            "/rest/opportunities",
            nested,
            "mutation($d: OpportunityCreateInput!) { createOpportunity(data: $d) { id } }",
            {"d": nested},
        ),
    ):
        _denied_over_both(caller, method=method, path=path, body=body, query=query, variables=variables)


@pytest.mark.parametrize("is_right", [True, False])
def test_connect_of_a_polymorphic_relation(
    admin: Caller, restricted: Callable[..., Caller], tag: str, is_right: bool
) -> None:
    if is_right:
        admin.create("companies", domainName={"primaryLinkUrl": f"https://{tag}.example"})
    caller = restricted(hidden=_DOMAIN)
    data = {"targetCompany": _where(tag)}
    query = "mutation($d: NoteTargetCreateInput!) { createNoteTarget(data: $d) { id } }"
    _denied_over_both(caller, method="POST", path="/rest/noteTargets", body=data, query=query, variables={"d": data})


def test_connect_by_what_can_be_read(admin: Caller, restricted: Callable[..., Caller], tag: str) -> None:
    company = admin.create("companies", domainName={"primaryLinkUrl": f"https://{tag}.example"})
    caller = restricted(hidden=["company.address"])
    assert caller.rest("POST", "/rest/people", {"company": _where(tag)}).status == 201
    by_id = {"company": {"connect": {"where": {"id": company}}}}
    assert restricted(hidden=_DOMAIN).rest("POST", "/rest/people", by_id).status == 201


@pytest.mark.parametrize("is_right", [True, False])
@pytest.mark.parametrize("upsert", [True, False])
def test_values_of_a_hidden_unique_field(
    admin: Caller, restricted: Callable[..., Caller], tag: str, upsert: bool, is_right: bool
) -> None:
    """An upsert would match them, every other write would say that they are taken."""
    data = {"emails": {"primaryEmail": f"{tag}@a.example"}}
    if is_right:
        admin.create("people", **data)
    caller = restricted(hidden=_EMAILS)
    person = admin.create("people")
    flag = str(upsert).lower()
    one = f"mutation($d: PersonCreateInput!) {{ createPerson(data: $d, upsert: {flag}) {{ id }} }}"
    _denied_over_both(
        caller, method="POST", path=f"/rest/people?upsert={flag}", body=data, query=one, variables={"d": data}
    )
    many = f"mutation($d: [PersonCreateInput!]!) {{ createPeople(data: $d, upsert: {flag}) {{ id }} }}"
    both = [{"id": person}, data]
    _denied_over_both(
        caller, method="POST", path=f"/rest/batch/people?upsert={flag}", body=both, query=many, variables={"d": both}
    )
    update = "mutation($i: UUID!, $d: PersonUpdateInput!) { updatePerson(id: $i, data: $d) { id } }"
    _denied_over_both(
        caller,
        method="PATCH",
        path=f"/rest/people/{person}",
        body=data,
        query=update,
        variables={"i": person, "d": data},
    )
    nested = {"pointOfContact": {"create": data}}
    outer = "mutation($d: OpportunityCreateInput!) { createOpportunity(data: $d) { id } }"
    _denied_over_both(
        caller, method="POST", path="/rest/opportunities", body=nested, query=outer, variables={"d": nested}
    )


def test_hidden_fields_can_be_written_where_nothing_comes_out(
    admin: Caller, restricted: Callable[..., Caller], tag: str
) -> None:
    caller = restricted(hidden=["person.emails", "person.jobTitle"])
    person = caller.create("people", jobTitle=tag, emails={"additionalEmails": [f"{tag}@b.example"]})
    assert admin.record("people", person)["jobTitle"] == tag
    assert caller.rest("PATCH", f"/rest/people/{person}", {"emails": {"primaryEmail": ""}}).status == 200
    assert caller.rest("PATCH", f"/rest/people/{person}", {"emails": None}).status == 200


@pytest.mark.parametrize("graphql", [False, True])
def test_duplicates_by_hidden_criteria(
    admin: Caller, restricted: Callable[..., Caller], tag: str, graphql: bool
) -> None:
    link = {"primaryLinkUrl": f"https://l.example/{tag}"}
    first, second = (admin.create("people", linkedinLink=link) for _ in range(2))
    name = {"firstName": tag, "lastName": "same"}
    third, fourth = (admin.create("people", name=name) for _ in range(2))
    query = "query($ids: [UUID!]) { personDuplicates(ids: $ids) { totalCount edges { node { id } } } }"

    def found(caller: Caller, person: str) -> list[str]:
        if graphql:
            [part] = caller.gql.data(query, {"ids": [person]})["personDuplicates"]
            assert part["totalCount"] == len(part["edges"])
            return [edge["node"]["id"] for edge in part["edges"]]
        [part] = caller.rest("POST", "/rest/people/duplicates", {"ids": [person]}).json["data"]
        assert part["totalCount"] == len(part["personDuplicates"])
        return [record["id"] for record in part["personDuplicates"]]

    caller = restricted(hidden=["person.linkedinLink"])
    assert found(admin, first) == [second]
    assert found(caller, first) == []
    assert found(caller, third) == [fourth]


def test_a_hidden_image(admin: Caller, restricted: Callable[..., Caller], tag: str) -> None:
    objects = admin.metadata("GET", "/rest/metadata/objects", limit=1000).json["data"]["objects"]
    person = next(obj for obj in objects if obj["nameSingular"] == "person")
    avatar = next(field["id"] for field in person["fields"] if field["name"] == "avatarUrl")
    path = f"/rest/metadata/objects/{person['id']}"
    assert admin.metadata("PATCH", path, {"imageIdentifierFieldMetadataId": avatar}).status == 200
    admin.create("people", name={"firstName": tag}, avatarUrl=f"https://secret.example/{tag}.png")
    query = f'{{ search(searchInput: "{tag}", limit: 5) {{ edges {{ node {{ label imageUrl }} }} }} }}'

    def node(caller: Caller) -> Mapping[str, Any]:
        [edge] = caller.gql.data(query)["search"]["edges"]
        return dict(edge["node"])

    assert node(admin) == {"label": tag, "imageUrl": f"https://secret.example/{tag}.png"}
    assert node(restricted(hidden=["person.avatarUrl"])) == {"label": tag, "imageUrl": None}


def test_a_hidden_relation_is_hidden_from_the_other_side(
    admin: Caller, restricted: Callable[..., Caller], tag: str
) -> None:
    """Which people belong to a company is what ``person.company`` says."""
    company = admin.create("companies", name=tag)
    person = admin.create("people", companyId=company)
    caller = restricted(hidden=["person.company"])
    reply = caller.rest("GET", f"/rest/companies/{company}", depth=1)
    assert reply.status == 200 and person not in str(reply.json)
    assert "people" not in reply.json["data"]["company"]
    assert caller.rest("GET", "/rest/companies", depth=1, fields="people").status == 400
    for query in (
        "{ companies { edges { node { people { edges { node { id } } } } } } }",
        "{ companies { edges { node { people { totalCount } } } } }",
        f'{{ companies(filter: {{people: {{id: {{eq: "{person}"}}}}}}) {{ totalCount }} }}',
    ):
        assert caller.gql.error(query)[0] == DENIED
    types = caller.gql.data('{ __type(name: "Company") { fields { name } } }')["__type"]["fields"]
    names = {field["name"] for field in types}
    assert "people" not in names and "name" in names
