"""What a template declares, as the local stack needs it: names resolved, globals merged, defaults filled in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

AuthorizerKind = Literal["TOKEN", "REQUEST"]


@dataclass(frozen=True, kw_only=True)
class AsyncInvocation:
    """EventInvokeConfig: what happens to an asynchronous invocation that fails."""

    retries: int = 2
    on_failure: str | None = None


@dataclass(frozen=True, kw_only=True)
class Function:
    """One Lambda function. ``timeout`` in seconds, ``memory`` in MB; ``search_path`` is the function's code, then its
    layers.
    """

    logical_id: str
    name: str
    arn: str
    handler: str
    code: Path
    search_path: tuple[Path, ...]
    environment: Mapping[str, str]
    timeout: float = 3.0
    memory: int = 128
    metadata: Mapping[str, Any] = field(default_factory=dict)
    asynchronous: AsyncInvocation = AsyncInvocation()


@dataclass(frozen=True, kw_only=True)
class Identity:
    """Where an authorizer finds who asks: names of headers, query parameters, stage variables and
    ``$context`` values.
    """

    headers: tuple[str, ...] = ()
    query: tuple[str, ...] = ()
    stage_variables: tuple[str, ...] = ()
    context: tuple[str, ...] = ()
    validation: str | None = None


@dataclass(frozen=True, kw_only=True)
class Authorizer:
    """A Lambda authorizer. ``ttl`` is how many seconds an answer is remembered; 0 is never."""

    name: str
    function: str
    kind: AuthorizerKind
    identity: Identity
    ttl: int


@dataclass(frozen=True, kw_only=True)
class Throttle:
    """A token bucket: ``rate`` tokens a second (may be a fraction), at most ``burst`` of them."""

    rate: float
    burst: int


@dataclass(frozen=True, kw_only=True)
class Route:
    """One method of one resource. ``method`` may be ANY; ``function`` is a logical id; ``timeout`` in seconds.

    ``authorizer`` is the name of one of the API's authorizers, ``AWS_IAM``, or None.
    """

    path: str
    method: str
    function: str
    authorizer: str | None
    api_key_required: bool
    timeout: float = 29.0
    #: What all callers together may do (MethodSettings).
    throttle: Throttle | None = None


@dataclass(frozen=True, kw_only=True)
class GatewayResponse:
    """A customised answer of the gateway itself: parameters are ``gatewayresponse.header.X`` -> mapping expression."""

    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    templates: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Cors:
    """The Cors property; values without their inner quotes."""

    allow_origin: str
    allow_methods: str | None = None
    allow_headers: str | None = None
    max_age: str | None = None
    allow_credentials: bool = False
    authorized: bool = True
    """Whether a preflight request passes the default authorizer (AddDefaultAuthorizerToCorsPreflight)."""
    api_key_required: bool = False


@dataclass(frozen=True, kw_only=True)
class Api:
    """A REST API with one stage. ``minimum_compression`` in bytes, None when responses are never compressed."""

    logical_id: str
    id: str
    stage: str
    routes: tuple[Route, ...]
    authorizers: Mapping[str, Authorizer] = field(default_factory=dict)
    default_authorizer: str | None = None
    stage_variables: Mapping[str, str] = field(default_factory=dict)
    responses: Mapping[str, GatewayResponse] = field(default_factory=dict)
    binary_types: tuple[str, ...] = ()
    minimum_compression: int | None = None
    cors: Cors | None = None
    key_source: Literal["HEADER", "AUTHORIZER"] = "HEADER"
    access_log_format: str | None = None


@dataclass(frozen=True, kw_only=True)
class Quota:
    """At most ``limit`` calls in a calendar period (UTC); ``offset`` days are added to the start of a week or month."""

    limit: int
    period: Literal["DAY", "WEEK", "MONTH"]
    offset: int = 0


@dataclass(frozen=True, kw_only=True)
class UsagePlan:
    """A usage plan and the ids of the APIs whose stages it covers. ``methods`` (``/path/METHOD``) have buckets of their
    own in place of the plan's.
    """

    id: str
    name: str
    api_ids: tuple[str, ...]
    throttle: Throttle | None = None
    methods: Mapping[str, Throttle] = field(default_factory=dict)
    quota: Quota | None = None


@dataclass(frozen=True, kw_only=True)
class ApiKey:
    """An API key that the template itself declares, with the plans that it is in. ``value`` None: generated."""

    id: str
    name: str
    enabled: bool = True
    value: str | None = None
    plans: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Table:
    """A DynamoDB table. ``definition`` is the CreateTable request; ``ttl`` the attribute with the expiry second."""

    name: str
    arn: str
    stream_arn: str
    definition: Mapping[str, Any]
    ttl: str | None = None


@dataclass(frozen=True, kw_only=True)
class Queue:
    """An SQS queue. Times in seconds."""

    name: str
    arn: str
    url: str
    visibility_timeout: int = 30
    delay: int = 0
    retention: int = 345_600
    dead_letter_arn: str | None = None
    max_receive_count: int | None = None


@dataclass(frozen=True, kw_only=True)
class EventSource:
    """An event source mapping of a stream or a queue onto a function. Times in seconds; -1 retries or age: no limit."""

    id: str
    source_arn: str
    function: str
    batch_size: int
    window: float = 0.0
    filters: tuple[str, ...] = ()
    partial_failures: bool = False
    starting_position: Literal["TRIM_HORIZON", "LATEST"] = "TRIM_HORIZON"
    retries: int = -1
    max_age: int = -1
    bisect: bool = False
    parallel: int = 1
    on_failure: str | None = None


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """A function invoked on ``rate(…)`` or ``cron(…)``; ``input`` is the JSON text of its event, None for EventBridge's
    own.
    """

    id: str
    arn: str
    function: str
    expression: str
    input: str | None = None


@dataclass(frozen=True, kw_only=True)
class Secret:
    """A Secrets Manager secret: a fixed ``value``, or text to be generated once (``generate``:
    GenerateSecretString).
    """

    name: str
    arn: str
    value: str | None = None
    generate: Mapping[str, Any] | None = None


@dataclass(frozen=True, kw_only=True)
class EncryptionKey:
    """A symmetric KMS key."""

    id: str
    arn: str


@dataclass(frozen=True, kw_only=True)
class Application:
    """Everything that a template declares and the local stack serves."""

    functions: Mapping[str, Function]
    api: Api | None
    plans: Sequence[UsagePlan]
    api_keys: Sequence[ApiKey]
    tables: Sequence[Table]
    queues: Sequence[Queue]
    event_sources: Sequence[EventSource]
    schedules: Sequence[Schedule]
    secrets: Sequence[Secret]
    encryption_keys: Sequence[EncryptionKey]
    parameters: Mapping[str, str]
    """Systems Manager parameters: name -> value."""

    @property
    def background(self) -> frozenset[str]:
        """Functions that nobody waits for: only streams, queues and schedules invoke them. By logical id."""
        waited = set[str]()
        if self.api is not None:
            waited |= {route.function for route in self.api.routes if route.function is not None}
            waited |= {authorizer.function for authorizer in self.api.authorizers.values()}
        invoked = {source.function for source in self.event_sources} | {each.function for each in self.schedules}
        return frozenset(invoked - waited)
