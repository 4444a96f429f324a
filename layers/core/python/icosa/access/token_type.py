"""The types of tokens (spec/access.md §6) that Icosa issues. Apart from ``token``, so that requests need not import
JWT.
"""

from typing import Final

API_KEY: Final = "API_KEY"
