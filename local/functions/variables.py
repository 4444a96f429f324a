"""The environment variables of a function's process: Lambda's own, the function's, and those that point at the local
services.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass

from local.template.application import Function

#: What a process needs of this machine. Nothing else passes, so that no profile or credential of the developer reaches
#: a function.
_PASSED = (
    "HOME",
    "HTTPS_PROXY",
    "HTTP_PROXY",
    "LANG",
    "NO_PROXY",
    "PATH",
    "REQUESTS_CA_BUNDLE",
    "SSL_CERT_DIR",
    "SSL_CERT_FILE",
    "TMPDIR",
    "https_proxy",
    "http_proxy",
    "no_proxy",
)


@dataclass(frozen=True, kw_only=True)
class Services:
    """Where functions find AWS: URLs of the emulators, the region, and the access key that they ask for."""

    endpoint: str
    dynamodb: str
    region: str
    access_key: str


def function_variables(
    function: Function, services: Services, secrets: Mapping[str, str], pycache: str | None, exports: str = ""
) -> dict[str, str]:
    """All environment variables of a function. ``secrets`` are values by ARN, ``exports`` the folder in place of a
    bucket.

    A variable ``X_ARN`` that names one of the template's secrets comes with ``X``, the secret itself: a local function
    need not import a client for Secrets Manager.
    """
    variables = {name: os.environ[name] for name in _PASSED if name in os.environ}
    variables |= {
        "AWS_ACCESS_KEY_ID": services.access_key,
        "AWS_DEFAULT_REGION": services.region,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_ENDPOINT_URL": services.endpoint,
        "AWS_ENDPOINT_URL_DYNAMODB": services.dynamodb,
        "AWS_ENDPOINT_URL_DYNAMODB_STREAMS": services.dynamodb,
        "AWS_EXECUTION_ENV": "AWS_Lambda_python3.13",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory),
        "AWS_LAMBDA_FUNCTION_NAME": function.name,
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{function.name}",
        "AWS_LAMBDA_LOG_STREAM_NAME": "local",
        "AWS_REGION": services.region,
        "AWS_SECRET_ACCESS_KEY": "local",
        # Webhooks may call a receiver on this machine.
        "ALLOW_PRIVATE_TARGETS": "true",
        "EXPORT_FOLDER": exports,
        "LAMBDA_TASK_ROOT": str(function.code),
        "POWERTOOLS_TRACE_DISABLED": "true",
        "PYTHONUTF8": "1",
        "TZ": ":UTC",
        "_HANDLER": function.handler,
    }
    for name in ("API_GATEWAY", "KMS", "LAMBDA", "SECRETS_MANAGER", "SQS", "SSM", "STS"):
        variables[f"AWS_ENDPOINT_URL_{name}"] = services.endpoint
    if pycache:
        variables["PYTHONPYCACHEPREFIX"] = pycache
    variables |= function.environment
    for name, value in function.environment.items():
        if name.endswith("_ARN") and value in secrets:
            variables.setdefault(name.removesuffix("_ARN"), secrets[value])
    return variables
