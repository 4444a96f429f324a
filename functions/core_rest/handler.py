"""The Core REST API (``/rest/{objects}``) behind API Gateway."""

from __future__ import annotations

from icosa.api.older.rest import OldAddresses
from icosa.api.rest.service import RestApi
from icosa.metadata.overdue import do_overdue
from icosa.runtime.handlers import api_handler
from icosa.runtime.prime import prime
from icosa.store.table import Table

handler = api_handler(RestApi(Table.from_environment(), old_addresses=OldAddresses()).answer, do_overdue=do_overdue)
prime()
