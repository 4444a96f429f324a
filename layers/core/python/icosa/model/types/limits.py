"""Limits of stored numbers."""

#: Up to here every integer is a double.
EXACT_INTEGERS = 2**53
#: DynamoDB's number type holds magnitudes up to 9.99e125 …
MAX_NUMBER = 9.9999999999999999e125
#: … and, other than zero, from 1e-130.
MIN_NUMBER = 1e-130
