"""Workspaces, API keys and roles.

API Gateway leads here with the collections of ``icosa.api.keys`` and with sign-ins to the console, and with nothing
else. Administrators invoke the
function directly (``icosa.provisioning.admin`` lists what they can do), so IAM decides who may. Tokens are made by
another function: this one does not know what signs them.
"""

from __future__ import annotations

from icosa.access.api_keys import ApiKeys
from icosa.access.minting import lambda_client
from icosa.api.keys.app import keys_app
from icosa.api.sign_in import SignInApi, with_sign_in
from icosa.provisioning.address import api_url
from icosa.provisioning.admin import Administration
from icosa.runtime.asgi import asgi_proxy
from icosa.runtime.handlers import gateway_or_direct, proxy_handler
from icosa.runtime.http import proxy
from icosa.runtime.prime import prime
from icosa.store.table import Table

table, api_keys = Table.from_environment(), ApiKeys.from_environment()
gateway = proxy_handler(with_sign_in(proxy(SignInApi(table).answer), asgi_proxy(keys_app(table))))
handler = gateway_or_direct(gateway, Administration(table, api_keys, api_url).run)
prime(lambda_client)
