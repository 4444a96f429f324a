"""What graphql-core says in the words of graphql-js, whose messages clients of Twenty know: names stand in double
quotes.
"""

from __future__ import annotations

import re

_QUOTED = re.compile(r"(?<!\w)'([^']*)'(?!\w)")


def reworded(message: str) -> str:
    """
    >>> reworded("Cannot query field 'nope' on type 'Object'. Did you mean 'name'?")
    'Cannot query field "nope" on type "Object". Did you mean "name"?'
    """
    return _QUOTED.sub(r'"\1"', message)
