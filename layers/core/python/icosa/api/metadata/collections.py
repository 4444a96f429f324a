"""The collections below ``/rest/metadata``, by name. A new collection is a new line here
(docs/wire/metadata.md#rest-routes).
"""

from __future__ import annotations

from collections.abc import Mapping

from .audit_log import AUDIT_LOG
from .call import CollectionRoutes, Route, collection_routes
from .demo import DEMO_RECORDS
from .events import EVENTS
from .fields import FIELDS
from .index_advice import INDEX_ADVICE
from .jobs import JOBS
from .me import ME
from .objects import OBJECTS
from .plan import PLAN
from .reserved_names import RESERVED_NAMES
from .roles import ROLE_ROUTES, ROLES
from .views import VIEW_COLLECTIONS
from .webhooks import WEBHOOK_ROUTES, WEBHOOKS

COLLECTIONS: Mapping[str, CollectionRoutes] = {
    "objects": OBJECTS,
    "fields": FIELDS,
    "webhooks": WEBHOOKS,
    "roles": ROLES,
    **VIEW_COLLECTIONS,
}
ROUTES: tuple[Route, ...] = (
    *(route for name, collection in COLLECTIONS.items() for route in collection_routes(name, collection)),
    *ROLE_ROUTES,
    *WEBHOOK_ROUTES,
    ME,
    PLAN,
    AUDIT_LOG,
    *JOBS,
    INDEX_ADVICE,
    EVENTS,
    DEMO_RECORDS,
    RESERVED_NAMES,
)
