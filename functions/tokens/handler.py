"""Makes tokens for the functions that ask it by Invoke (``icosa.access.minting``); nothing else leads here.

It alone makes keys of the usage plan, and beside those who verify tokens it alone may read the signing secret.
"""

from __future__ import annotations

from icosa.access.gateway_keys import GatewayKeys
from icosa.access.issuer import Issuer
from icosa.access.secret import secrets_client, signing_keys
from icosa.access.workspace_plan import WorkspacePlan
from icosa.runtime.handlers import direct_handler, function_logger
from icosa.runtime.prime import prime
from icosa.store.table import Table

logger = function_logger()
table, gateway = Table.from_environment(), GatewayKeys.from_environment()
issuer = Issuer(table, WorkspacePlan(table, gateway), lambda: signing_keys().newest(), signing_keys)
handler = direct_handler(logger, issuer.answer)
prime(gateway.open, secrets_client)
