"""The types of tokens (docs/wire/access.md#types-of-tokens) that Icosa issues. Apart from ``token``, so that requests
need not import JWT.
"""

from datetime import timedelta
from typing import Final

API_KEY: Final = "API_KEY"
#: Of a session of the console: a short token in place of the key's own, with the same rights.
SESSION: Final = "SESSION"
SESSION_LIFETIME: Final = timedelta(hours=12)
#: The types that may call.
CALLERS: Final = frozenset((API_KEY, SESSION))
