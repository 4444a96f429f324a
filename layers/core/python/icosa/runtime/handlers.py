"""What the Lambda functions have in common: their logs, and how a proxy event comes to an API."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, Final

from aws_lambda_powertools import Logger
from aws_lambda_powertools.logging.correlation_paths import API_GATEWAY_REST
from aws_lambda_powertools.logging.utils import copy_config_to_registered_loggers

from ..version import VERSION
from .http import HttpRequest, HttpResponse, proxy
from .log_format import LogFormat
from .observation import OverdueJobs, observed_action, observing, of_request

Event = dict[str, Any]
Handler = Callable[[Event, Any], dict[str, Any]]


def function_logger() -> Logger:
    """The function's logger. What this package logs has the same form; each line names the release."""
    logger = Logger(logger_formatter=LogFormat(), release=VERSION)
    copy_config_to_registered_loggers(logger, include={__package__.partition(".")[0]})
    return logger


#: Does jobs that are overdue, as far as a call has time for it.
DoOverdue = Callable[[OverdueJobs], None]
#: A call that has taken longer leaves what is overdue to others.
_LONG_SECONDS: Final = 5.0


def api_handler(answer: Callable[[HttpRequest], HttpResponse], *, do_overdue: DoOverdue | None = None) -> Handler:
    """The handler of a function with an API behind API Gateway."""
    return proxy_handler(proxy(answer), do_overdue=do_overdue)


def proxy_handler(run: Handler, *, do_overdue: DoOverdue | None = None) -> Handler:
    """A handler of proxy events whose calls are observed, and whose logs name request, workspace and key."""
    logger = function_logger()

    def observed_run(event: Event, context: Any) -> dict[str, Any]:
        with observing(of_request(event)) as observation:
            logger.append_keys(**observation.ids)
            response = run(event, context)
            observation.status = response["statusCode"]
            overdue = observation.overdue
            if overdue and do_overdue and time.perf_counter() - observation.began < _LONG_SECONDS:
                do_overdue(overdue)
        return response

    handler: Handler = logger.inject_lambda_context(
        observed_run, correlation_id_path=API_GATEWAY_REST, clear_state=True
    )
    return handler


def direct_handler[R](logger: Logger, run: Callable[[Any], R]) -> Callable[[Any, Any], R]:
    """A handler of events that name an action; IAM decides who sends them."""
    observed_run = observed_action(run)
    handler: Callable[[Any, Any], R] = logger.inject_lambda_context(
        lambda event, _context: observed_run(event), clear_state=True
    )
    return handler


def gateway_or_direct(gateway: Handler, direct: Callable[[Any], dict[str, Any]]) -> Handler:
    """The handler of a function that API Gateway calls and administrators invoke.

    An event of the gateway is its request, whatever else is in it: nobody reaches ``direct`` over HTTP.
    """
    invoked = direct_handler(function_logger(), direct)

    def handler(event: Event, context: Any) -> dict[str, Any]:
        is_request = isinstance(event, dict) and "requestContext" in event
        return gateway(event, context) if is_request else invoked(event, context)

    return handler
