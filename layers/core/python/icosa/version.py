"""The product's version, as pyproject.toml and the changelog have it, and the API's."""

from __future__ import annotations

from typing import Final

VERSION: Final = "0.2.0"
#: ``info.version`` of the OpenAPI documents: that of the wire format, which is Twenty's and outlives releases
#: (docs/wire/rest.md#openapi-document).
API_VERSION: Final = "v0.1"
