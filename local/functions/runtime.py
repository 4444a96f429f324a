"""The process that runs one function: Lambda's runtime, one event at a time over a socket.

Started as a script by ``environment.py``, with the function's environment variables and nothing else of the stack on
its path, so it imports as little as a Lambda runtime does. A frame from the stack is two lengths (4 bytes each,
big-endian), the invocation's head and the event; a frame to the stack is a kind (1 byte), a length (4 bytes) and the
payload. Both are JSON.
"""

from __future__ import annotations

import importlib
import json
import logging
import os
import resource
import socket
import struct
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from typing import Any

import orjson

READY, ANSWER, FAILURE, BROKEN = b"r", b"a", b"f", b"b"
_HEAD = struct.Struct(">II")
_LENGTH = struct.Struct(">I")

#: Bytes; Lambda's limit of a synchronous answer.
_ANSWER_LIMIT = 6_291_556

#: Text, numbers and containers only: json.dumps in Lambda knows neither dates nor dataclasses.
_STRICT = orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_SUBCLASS

Handler = Callable[[Any, "LambdaContext"], Any]


class LambdaContext:
    """The context object of an invocation (Lambda developer guide, "Using the Lambda context object" for Python)."""

    identity = None
    client_context = None

    def __init__(self, head: dict[str, Any]) -> None:
        self.aws_request_id: str = head["id"]
        self.invoked_function_arn: str = head["arn"]
        self.function_name = os.environ["AWS_LAMBDA_FUNCTION_NAME"]
        self.function_version = os.environ["AWS_LAMBDA_FUNCTION_VERSION"]
        self.memory_limit_in_mb = os.environ["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"]
        self.log_group_name = os.environ["AWS_LAMBDA_LOG_GROUP_NAME"]
        self.log_stream_name = os.environ["AWS_LAMBDA_LOG_STREAM_NAME"]
        self._deadline: float = time.monotonic() + head["timeout"]

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until the function is stopped."""
        return max(0, int((self._deadline - time.monotonic()) * 1000))

    def log(self, message: object) -> None:
        """Write to the function's log."""
        sys.stdout.write(str(message))


def main() -> None:
    """Serve invocations from the socket whose descriptor is the first argument, until it is closed."""
    connection = socket.socket(fileno=int(sys.argv[1]))
    sys.path[0:1] = sys.argv[2:]  # In place of this script's own folder.
    _set_up_logging()
    try:
        handler = _load(os.environ["_HANDLER"])
    except BaseException as error:  # noqa: BLE001 - whatever the function's modules raise is the answer
        _send(connection, BROKEN, _failure(error, ""))
        sys.exit(1)
    _send(connection, READY, b"")
    while frame := _receive(connection):
        kind, payload = _run(handler, *frame)
        sys.stdout.flush()
        _send(connection, kind, payload)


def _load(name: str) -> Handler:
    module, _, attribute = name.rpartition(".")
    handler: Handler = getattr(importlib.import_module(module.replace("/", ".")), attribute)
    return handler


def _run(handler: Handler, head: dict[str, Any], event: bytes) -> tuple[bytes, bytes]:
    """Kind and payload of the answer to one event."""
    context = LambdaContext(head)
    os.environ["_X_AMZN_TRACE_ID"] = head["trace"]
    wall, cpu = time.perf_counter(), time.process_time()
    try:
        result = handler(orjson.loads(event), context)
        payload = _answer(result)
        kind = ANSWER
    except Exception as error:  # noqa: BLE001 - whatever the function raises is the answer
        kind, payload = FAILURE, _failure(error, context.aws_request_id)
    if kind is ANSWER and len(payload) > _ANSWER_LIMIT:
        message = f"Response payload size exceeded maximum allowed payload size ({_ANSWER_LIMIT} bytes)."
        kind, payload = FAILURE, orjson.dumps({"errorMessage": message, "errorType": "Function.ResponseSizeTooLarge"})
    wall, cpu = (time.perf_counter() - wall) * 1000, (time.process_time() - cpu) * 1000
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // (1024 if sys.platform == "linux" else 1024 * 1024)
    sys.stdout.write(
        f"REPORT RequestId: {context.aws_request_id}\tDuration: {wall:.2f} ms\tCPU: {cpu:.2f} ms\tMax Memory Used: "
        f"{memory} MB\n"
    )
    return kind, payload


def _answer(result: object) -> bytes:
    try:
        return orjson.dumps(result, option=_STRICT)
    except orjson.JSONEncodeError:
        return json.dumps(
            result, ensure_ascii=False, separators=(",", ":")
        ).encode()  # Keys of other types, subclasses; else TypeError.


def _failure(error: BaseException, request_id: str) -> bytes:
    """Lambda's description of an exception, which also goes to the log."""
    trace = traceback.format_tb(error.__traceback__)
    kind = type(error).__name__
    print(f"[ERROR] {kind}: {error}\nTraceback (most recent call last):\n{''.join(trace)}", flush=True)
    return orjson.dumps({"errorMessage": str(error), "errorType": kind, "requestId": request_id, "stackTrace": trace})


def _set_up_logging() -> None:
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        logging.Formatter("[%(levelname)s]\t%(asctime)s.%(msecs)03dZ\t%(message)s", "%Y-%m-%dT%H:%M:%S")
    )
    logging.Formatter.converter = time.gmtime
    logging.getLogger().addHandler(handler)


def _receive(connection: socket.socket) -> tuple[dict[str, Any], bytes] | None:
    lengths = _read(connection, _HEAD.size)
    if lengths is None:
        return None
    head, event = _HEAD.unpack(lengths)
    body = _read(connection, head + event)
    return None if body is None else (orjson.loads(body[:head]), body[head:])


def _read(connection: socket.socket, size: int) -> bytes | None:
    """So many bytes; None when the stack is gone."""
    parts: Sequence[bytes] = []
    parts, missing = [], size
    while missing:
        part = connection.recv(missing)
        if not part:
            return None
        parts.append(part)
        missing -= len(part)
    return b"".join(parts)


def _send(connection: socket.socket, kind: bytes, payload: bytes) -> None:
    connection.sendall(kind + _LENGTH.pack(len(payload)) + payload)


if __name__ == "__main__":
    main()
