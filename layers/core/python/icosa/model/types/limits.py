"""Limits of stored numbers."""

from __future__ import annotations

import math

#: Up to here every integer is a double.
EXACT_INTEGERS = 2**53
#: JSON libraries write integers of up to 64 bits as digits.
JSON_INTEGERS = 2**63 - 1
#: DynamoDB's number type holds magnitudes up to 9.99e125 …
MAX_NUMBER = math.nextafter(1e126, 0)
#: … and, other than zero, from 1e-130.
MIN_NUMBER = 1e-130


def is_finite(number: float) -> bool:
    """``math.isfinite`` that takes integers of any size."""
    return isinstance(number, int) or math.isfinite(number)
