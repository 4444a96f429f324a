"""The client and the server of tools of twenty-mcp, as its package ships them: make an API key, use it and revoke it.

To be run in the environment of requirements/clients.txt, with TWENTY_URL and TWENTY_TOKEN. Prints what it saw.
"""

import asyncio
import json
import os

from agent_connector_sdk.exceptions import ParameterError
from fastmcp import Client, FastMCP
from twenty_mcp.mcp_server import register_crm_tools, register_graphql_tools
from twenty_mcp.twenty_gql import GraphQL

NEVER = "2199-12-31T00:00:00.000Z"
REVOKE = "mutation ($id: UUID!) { revokeApiKey(input: {id: $id}) { id revokedAt } }"


async def main() -> None:
    url = os.environ["TWENTY_URL"]
    admin = GraphQL(url=url, token=os.environ["TWENTY_TOKEN"])
    roles = admin.get_roles()["getRoles"]
    role = next(role for role in roles if role["canUpdateAllSettings"])
    key = admin.create_api_key("Made by twenty-mcp", NEVER, role["id"])["createApiKey"]
    token = admin.generate_api_key_token(key["id"], NEVER)["generateApiKeyToken"]["token"]

    # Its tools take their key from the environment.
    os.environ["TWENTY_TOKEN"] = token
    server = FastMCP("twenty")
    register_graphql_tools(server)
    register_crm_tools(server)
    async with Client(server) as tools:
        used = await tools.call_tool("twenty_graphql", {"query": "{ people(first: 1) { totalCount } }"})
    revoked = admin.execute_gql(REVOKE, variables={"id": key["id"]}, core=True)["revokeApiKey"]
    failure = None
    try:
        GraphQL(url=url, token=token).execute_gql("{ people(first: 1) { totalCount } }")
    except ParameterError as error:
        failure = str(error)
    print(json.dumps({"key": key, "used": used.data, "revoked": revoked, "failure": failure}))


asyncio.run(main())
