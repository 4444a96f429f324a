"""The Metadata APIs (``/rest/metadata/*`` and ``/metadata``) behind API Gateway."""

from __future__ import annotations

from icosa.api.metadata.service import MetadataApi
from icosa.metadata.overdue import do_overdue
from icosa.runtime.handlers import api_handler
from icosa.runtime.prime import prime
from icosa.store.table import Table
from icosa.webhooks.secret_cipher import secret_cipher

handler = api_handler(MetadataApi(Table.from_environment()).answer, do_overdue=do_overdue)
prime(secret_cipher)
