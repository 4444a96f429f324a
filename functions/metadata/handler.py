"""The Metadata APIs (``/rest/metadata/*`` and ``/metadata``) behind API Gateway."""

from __future__ import annotations

from icosa.api.metadata.service import MetadataApi
from icosa.runtime.handlers import api_handler
from icosa.store.table import Table

handler = api_handler(MetadataApi(Table.from_environment()).answer)
