"""The OpenAPI documents (``/rest/open-api/{schema}``, ``/open-api/{schema}``) behind API Gateway.

The routes are public. This function verifies the token of those who send one, so that the functions of the APIs need not
know the signing secret.
"""

from __future__ import annotations

import logging

from aws_lambda_powertools import Logger
from aws_lambda_powertools.logging.correlation_paths import API_GATEWAY_REST
from aws_lambda_powertools.logging.utils import copy_config_to_registered_loggers

from icosa.access.secret import signing_secret
from icosa.api.documents import DocumentsApi
from icosa.api.gateway import proxy
from icosa.store.table import Table

logger = Logger()
copy_config_to_registered_loggers(logger, include={logging.getLogger("icosa").name})
_serve = proxy(DocumentsApi(Table.from_environment(), signing_secret).answer)
handler = logger.inject_lambda_context(_serve, correlation_id_path=API_GATEWAY_REST)
