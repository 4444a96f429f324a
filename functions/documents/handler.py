"""The OpenAPI documents (``/rest/open-api/{schema}``, ``/open-api/{schema}``) and ``/healthz`` behind API Gateway.

The routes are public. This function verifies the token of those who send one, so that the functions of the APIs need
not know the signing secret.
"""

from __future__ import annotations

from icosa.access.secret import secrets_client, signing_keys
from icosa.api.documents import DocumentsApi
from icosa.api.health import with_health
from icosa.runtime.handlers import api_handler
from icosa.runtime.prime import prime
from icosa.store.table import Table

handler = api_handler(with_health(DocumentsApi(Table.from_environment(), signing_keys).answer))
prime(secrets_client)
