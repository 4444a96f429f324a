"""Where the API of this installation is."""

from __future__ import annotations

import os
from typing import Any


def api_url() -> str:
    """The parameter of template.yaml with the API's own address. The function's environment cannot have it: the API
    needs the functions behind it first.
    """
    import boto3  # Here, because only links need it.

    client: Any = boto3.client
    name = f"/icosa/{os.environ['STACK_NAME']}/url"
    url: str = client("ssm").get_parameter(Name=name)["Parameter"]["Value"]
    return url
