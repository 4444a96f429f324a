"""Clients of PyPI, as their packages ship them, at work on one workspace.

To be run in the environment of requirements/clients.txt, with TWENTY_URL and TWENTY_TOKEN. Prints
{client: {operation: true, or what went wrong}}.
"""

import asyncio
import json
import os
import sys
import time
from collections.abc import Callable
from importlib.util import find_spec, module_from_spec
from typing import Any

from fastmcp import Client, FastMCP
from twenty_mcp.api_client import Api
from twenty_mcp.mcp_server import register_crm_tools, register_graphql_tools

# The package imports all of its modules, which takes eleven seconds; these are the same modules without the others.
for name in ("twentycrm_client", "twentycrm_client.api", "twentycrm_client.models"):
    spec = find_spec(name)
    assert spec is not None
    sys.modules[name] = module_from_spec(spec)

from twentycrm_client.api import companies_api, favorites_api, messages_api, people_api  # noqa: E402
from twentycrm_client.api_client import ApiClient  # noqa: E402
from twentycrm_client.configuration import Configuration  # noqa: E402
from twentycrm_client.models.company import Company  # noqa: E402
from twentycrm_client.models.favorite import Favorite  # noqa: E402
from twentycrm_client.models.message import Message  # noqa: E402

URL, TOKEN = os.environ["TWENTY_URL"], os.environ["TWENTY_TOKEN"]
MARKER = f"Python {time.time_ns()}"
FILTER = f"name[eq]:{MARKER}"

seen: dict[str, dict[str, Any]] = {}


def does(client: str, operation: str, run: Callable[[], Any], check: Callable[[Any], Any] = bool) -> Any:
    """Run one operation of a client; ``check`` gets what it gave."""
    try:
        value = run()
        seen.setdefault(client, {})[operation] = True if check(value) else f"unexpected: {value}"[:500]
    except Exception as error:  # noqa: BLE001  # Clients raise what they like; the test shows it.
        seen.setdefault(client, {})[operation] = f"{type(error).__name__}: {error}"[:500]
        return None
    return value


def generated() -> None:
    """The client that was generated from Twenty's own document. Its models of some answers contradict Twenty, so the
    answers are looked at as they came.
    """
    name = "twentycrm-api-client"
    configuration = Configuration(host=f"{URL}/rest", access_token=TOKEN)
    with ApiClient(configuration) as client:
        companies, people = companies_api.CompaniesApi(client), people_api.PeopleApi(client)

        def answer(method: Callable[..., Any], *arguments: Any, **more: Any) -> Any:
            response = method(*arguments, **more)
            body = json.loads(response.read() if hasattr(response, "read") else response.data)
            if response.status >= 400:
                raise RuntimeError(body["messages"])
            return body

        raw = {
            method: getattr(companies, f"{method}_without_preload_content")
            for method in (
                *("create_one_company", "create_many_companies", "find_one_company", "find_many_companies"),
                *("update_one_company", "delete_one_company", "restore_one_company", "restore_many_companies"),
                "delete_many_companies",
            )
        }
        made = does(name, "create", lambda: answer(raw["create_one_company"], Company(name=MARKER)))
        record_id = made["data"]["createCompany"]["id"]
        does(name, "batch", lambda: answer(raw["create_many_companies"], [Company(name=MARKER), Company(name=MARKER)]))
        does(
            name,
            "list",
            lambda: answer(raw["find_many_companies"], filter=FILTER),
            lambda page: page["totalCount"] == 3,
        )
        does(name, "read", lambda: answer(raw["find_one_company"], record_id, depth=1))
        does(name, "update", lambda: answer(raw["update_one_company"], record_id, {"name": MARKER}))
        does(name, "delete", lambda: answer(raw["delete_one_company"], record_id, soft_delete=True))
        does(name, "restore", lambda: answer(raw["restore_one_company"], record_id))
        does(name, "people", lambda: answer(people.find_many_people_without_preload_content, limit=3))
        messages, favorites = messages_api.MessagesApi(client), favorites_api.FavoritesApi(client)
        sent = Message(subject=MARKER, text="Hello")
        does(name, "messages", lambda: answer(messages.create_one_message_without_preload_content, sent))
        marked = Favorite(company_id=record_id)
        does(name, "favorites", lambda: answer(favorites.create_one_favorite_without_preload_content, marked))
        answer(raw["delete_many_companies"], filter=FILTER)


async def tools() -> None:
    """The server of tools that speak to a model, and the client below it."""
    name = "twenty-mcp"
    api = Api(base_url=URL, token=TOKEN)
    made = does(name, "create", lambda: api.create_record("companies", {"name": MARKER}))
    record_id = made["data"]["createCompany"]["id"]
    does(
        name,
        "batch",
        lambda: api.batch_create_records("companies", [{"name": MARKER}, {"name": MARKER}]),
        lambda batch: len(batch["data"]["createCompanies"]) == 2,
    )
    does(name, "list", lambda: api.get_companies({"filter": FILTER}), lambda page: page["totalCount"] == 3)
    does(name, "read", lambda: api.get_company(record_id))
    does(name, "update", lambda: api.update_company(record_id, {"name": MARKER}))
    does(name, "delete", lambda: api.delete_company(record_id))
    does(name, "model", api.get_metadata_objects)
    api.request("DELETE", "/rest/companies", params={"filter": FILTER})

    server = FastMCP("twenty")
    register_graphql_tools(server)
    register_crm_tools(server)
    old_fields = "{ companies(first: 1) { totalCount edges { node { id name employees idealCustomerProfile } } } }"
    async with Client(server) as client:
        used = await client.call_tool("twenty_graphql", {"query": old_fields})
    does(name, "old fields", lambda: used.data, lambda data: data["companies"]["edges"][0]["node"]["id"])


generated()
asyncio.run(tools())
print(json.dumps(seen))
