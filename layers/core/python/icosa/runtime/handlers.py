"""What the Lambda functions have in common: their logs, and how a proxy event comes to an API."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.logging.correlation_paths import API_GATEWAY_REST
from aws_lambda_powertools.logging.utils import copy_config_to_registered_loggers

from .http import HttpRequest, HttpResponse, proxy


def function_logger() -> Logger:
    """The function's logger. What this package logs has the same form."""
    logger = Logger()
    copy_config_to_registered_loggers(logger, include={__package__.partition(".")[0]})
    return logger


def api_handler(answer: Callable[[HttpRequest], HttpResponse]) -> Callable[[dict[str, Any], Any], dict[str, Any]]:
    """The handler of a function with an API behind API Gateway. Logs name the request."""
    handler: Callable[[dict[str, Any], Any], dict[str, Any]] = function_logger().inject_lambda_context(
        proxy(answer), correlation_id_path=API_GATEWAY_REST
    )
    return handler
