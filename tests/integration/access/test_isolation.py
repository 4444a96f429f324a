"""One workspace cannot reach another's records, whatever ids it knows
(docs/decisions.md#workspaces-are-kept-apart-by-keys).
"""

import json
from collections.abc import Callable
from typing import Any

import pytest

from icosa.access.api_keys import ApiKeys
from icosa.access.context import RequestContext
from icosa.access.gateway_keys import GatewayKeys
from icosa.access.session import open_context
from icosa.engine.executor import Result, execute
from icosa.errors import BadRequest, IcosaError, NotFound
from icosa.model.operators import IN
from icosa.provisioning.workspace import provision
from icosa.query.operation import (
    Compare,
    Connection,
    Create,
    Delete,
    FindDuplicates,
    FindMany,
    FindOne,
    Merge,
    Node,
    Operation,
    RelationSelection,
    Restore,
    Selection,
    Update,
)
from icosa.store.table import Table
from tests.support.provisioning import event_of, forget
from tests.support.tokens import TokensHere


class Caller:
    """A workspace's key at work; every call is a request of its own."""

    def __init__(self, table: Table, event: dict[str, Any]) -> None:
        self._table, self._event = table, event

    @property
    def context(self) -> RequestContext:
        return open_context(self._event, self._table)

    def run(self, make: Callable[..., Operation], plural: str, **arguments: Any) -> Result:
        context = self.context
        return execute(context, make(object=context.model.by_plural[plural], **arguments))

    def create(self, plural: str, **body: Any) -> str:
        result = self.run(Create, plural, data=(body,))
        assert isinstance(result, list)
        node = result[0]
        assert isinstance(node, Node)
        return str(node.item.id)

    def ids(self, plural: str, **arguments: Any) -> list[str]:
        result = self.run(FindMany, plural, **arguments)
        assert isinstance(result, Connection)
        return [node.item.id for node in result.nodes]


@pytest.fixture
def victim_and_stranger(control_table: Table, gateway: GatewayKeys) -> tuple[Caller, Caller]:
    forget()
    api_keys = ApiKeys(TokensHere(control_table, gateway))
    made = [provision(control_table, api_keys, name) for name in ("Victim", "Stranger")]
    victim, stranger = (Caller(control_table, event_of(each)) for each in made)
    return victim, stranger


def rows_of(table: Table, caller: Caller) -> list[str]:
    """Every row of the caller's workspace, as text."""
    items, last, _ = table._client.sync_scan_page(table.name, consistent_read=True)
    assert last is None
    return sorted(
        json.dumps(item, sort_keys=True) for item in items if item["PK"].startswith(caller.context.workspace.id)
    )


def test_known_ids_open_nothing(victim_and_stranger: tuple[Caller, Caller], table: Table) -> None:
    victim, stranger = victim_and_stranger
    company = victim.create("companies", name="Acme", domainName={"primaryLinkUrl": "https://acme.example"})
    person = victim.create("people", name={"firstName": "Ada"}, companyId=company)
    gone = victim.create("people", name={"firstName": "Gone"})
    victim.run(Delete, "people", destroy=False, id=gone)
    own = stranger.create("people", name={"firstName": "Own"})
    before = rows_of(table, victim)

    people = stranger.context.model.by_plural["people"]
    known = Compare(people.leaves["id",], IN, (person, gone))
    assert stranger.ids("people", filter=known) == []
    assert stranger.ids("people") == [own]
    assert stranger.ids("companies") == []
    refused: list[Callable[[], object]] = [
        lambda: stranger.run(FindOne, "people", id=person),
        lambda: stranger.run(Update, "people", id=person, data={"jobTitle": "Mine"}),
        lambda: stranger.run(Delete, "people", id=person, destroy=False),
        lambda: stranger.run(Delete, "people", id=person, destroy=True),
        lambda: stranger.run(Delete, "people", id=gone, destroy=True),
        lambda: stranger.run(Restore, "people", id=gone),
        lambda: stranger.run(Merge, "people", ids=(own, person), priority_index=0),
        lambda: stranger.create("people", companyId=company),
        lambda: stranger.run(Update, "people", id=own, data={"companyId": company}),
        lambda: stranger.create("people", company={"connect": {"where": {"id": company}}}),
        lambda: stranger.create(
            "people", company={"connect": {"where": {"domainName": {"primaryLinkUrl": "https://acme.example"}}}}
        ),
    ]
    for attempt in refused:
        with pytest.raises(IcosaError) as caught:
            attempt()
        assert isinstance(caught.value, BadRequest | NotFound)
    assert stranger.run(Update, "people", filter=known, data={"jobTitle": "Mine"}) == []
    assert stranger.run(Delete, "people", filter=known, destroy=True) == []
    duplicates = stranger.run(FindDuplicates, "people", ids=(person,))
    assert not any(connection.nodes for connection in duplicates if isinstance(connection, Connection))  # type: ignore[union-attr]
    assert rows_of(table, victim) == before


def test_the_same_id_and_the_same_unique_value_may_be_in_both(
    victim_and_stranger: tuple[Caller, Caller], table: Table
) -> None:
    """Also a record that the stranger gives a known id stays in the stranger's own workspace, with its own
    relations.
    """
    victim, stranger = victim_and_stranger
    address = {"primaryLinkUrl": "https://acme.example"}
    company = victim.create("companies", name="Acme", domainName=address)
    victim.create("people", name={"firstName": "Ada"}, companyId=company)
    before = rows_of(table, victim)

    assert stranger.create("companies", id=company, name="Mine", domainName=address) == company
    result = stranger.run(
        FindOne,
        "companies",
        id=company,
        selection=Selection(relations={"people": RelationSelection(selection=Selection())}),
    )
    assert isinstance(result, Node)
    people = result.related["people"]
    assert isinstance(people, Connection)
    assert people.nodes == []
    stranger.run(Create, "companies", data=({"domainName": address, "name": "Still mine"},), upsert=True)
    stranger.run(Delete, "companies", id=company, destroy=True)
    assert rows_of(table, victim) == before
