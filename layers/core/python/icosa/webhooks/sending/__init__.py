"""Sending one request to a webhook: how it is signed, where it may go, what came of it, and when to try again.

Nothing here reads or writes the table.
"""
