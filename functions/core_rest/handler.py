"""The Core REST API (``/rest/{objects}``) behind API Gateway."""

from __future__ import annotations

import logging

from aws_lambda_powertools import Logger
from aws_lambda_powertools.logging.correlation_paths import API_GATEWAY_REST
from aws_lambda_powertools.logging.utils import copy_config_to_registered_loggers

from icosa.api.gateway import proxy
from icosa.api.rest.service import RestApi
from icosa.store.table import Table

logger = Logger()
copy_config_to_registered_loggers(logger, include={logging.getLogger("icosa").name})
handler = logger.inject_lambda_context(proxy(RestApi(Table.from_environment()).answer), correlation_id_path=API_GATEWAY_REST)
