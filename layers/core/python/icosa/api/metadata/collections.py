"""The collections below ``/rest/metadata``, by name. A new collection is a new line here
(docs/wire/metadata.md#rest-routes).
"""

from __future__ import annotations

from collections.abc import Mapping

from .call import CollectionRoutes
from .fields import FIELDS
from .objects import OBJECTS
from .views import VIEW_COLLECTIONS
from .webhooks import WEBHOOKS

COLLECTIONS: Mapping[str, CollectionRoutes] = {
    "objects": OBJECTS,
    "fields": FIELDS,
    "webhooks": WEBHOOKS,
    **VIEW_COLLECTIONS,
}
