"""The types of tokens (docs/wire/access.md#types-of-tokens) that Icosa issues. Apart from ``token``, so that requests
need not import JWT.
"""

from typing import Final

API_KEY: Final = "API_KEY"
