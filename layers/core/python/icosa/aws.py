"""Clients of AWS services whose requests and responses hold secrets."""

from __future__ import annotations

import logging
from typing import Any


def client_without_debug_logs(service: str, **options: Any) -> Any:
    """A client that reports nothing of what it sends and receives, whatever the level of the function's log.

    Lambda gives the root logger the level of the function, and at DEBUG botocore writes down whole bodies.
    """
    import boto3  # Here, because it costs 260 ms that most requests need not pay.

    logging.getLogger("botocore").setLevel(logging.INFO)
    client: Any = boto3.client
    return client(service, **options)
