"""What tokens are signed with: the secret of the deployment, and the one before it.

Secrets Manager holds both as ``{"current": …, "previous": …}``, or, until it is replaced for the first time, the one
secret as it is. A key's id is made from the secret itself, so the two never disagree, and only ``kid`` is ever shown.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, Protocol, Self

from ..aws import client_without_debug_logs

logger = logging.getLogger(__name__)

#: HS256 wants a key of at least the hash's size (RFC 7518 §3.2).
_MIN_BYTES = 32
#: Seconds for which a secret is used before it is asked for again.
LIFETIME: Final = 300
#: Asking because of a key id that nobody knows: so many times at once, and once more after so many seconds. Anybody can
#: invent ids.
_LOOKUPS: Final = 3
_LOOKUP_SECONDS: Final = 10.0


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A secret and its public id."""

    secret: str

    def __post_init__(self) -> None:
        if len(self.secret.encode()) < _MIN_BYTES:
            raise RuntimeError(f"the signing secret must have at least {_MIN_BYTES} bytes")

    def __repr__(self) -> str:
        return f"SigningKey({self.kid})"

    @property
    def kid(self) -> str:
        """The id in the header of tokens."""
        return hashlib.sha256(self.secret.encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class SigningKeys:
    """``current`` signs; tokens that ``previous`` signed are valid as well."""

    current: SigningKey
    previous: SigningKey | None = None

    @classmethod
    def parse(cls, stored: str) -> Self:
        """From the stored value. Raises RuntimeError for a secret that is shorter than 32 bytes."""
        if not stored.startswith("{"):
            return cls(SigningKey(stored))
        members = json.loads(stored)
        previous = members.get("previous")
        return cls(SigningKey(members["current"]), None if previous is None else SigningKey(previous))

    def stored(self) -> str:
        """Inverse of ``parse``."""
        members = {"current": self.current.secret}
        if self.previous is not None:
            members["previous"] = self.previous.secret
        return json.dumps(members)

    def candidates(self, kid: str | None) -> tuple[SigningKey, ...]:
        """The keys that may have signed a token with this ``kid``; without one it was made before there were ids."""
        held = (self.current,) if self.previous is None else (self.previous, self.current)
        return held if kid is None else tuple(key for key in held if key.kid == kid)


class Keyring(Protocol):
    """Where a token's key is looked up."""

    def candidates(self, kid: str | None) -> tuple[SigningKey, ...]:
        """See ``SigningKeys.candidates``."""
        ...


class RefreshedKeys:
    """The signing keys as they are stored, asked for again after ``lifetime`` seconds, and for an unknown key id.

    ``fetch`` gives the stored value, None when it cannot be had now: then what is known is used for longer.
    """

    def __init__(
        self,
        fetch: Callable[[], str | None],
        *,
        known: str | None = None,
        lifetime: float = LIFETIME,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._fetch = fetch
        self._lifetime = lifetime
        self._clock = clock
        self._keys = None if known is None else SigningKeys.parse(known)
        self._fetched = self._counted = clock()
        self._lookups = float(_LOOKUPS)

    def keys(self) -> SigningKeys:
        """The keys, at most ``lifetime`` seconds old. Raises RuntimeError while there are none."""
        if self._keys is None or self._clock() - self._fetched >= self._lifetime:
            return self.newest()
        return self._keys

    def newest(self) -> SigningKeys:
        """The keys as they are stored now."""
        stored = self._fetch()
        self._fetched = self._clock()
        if stored is not None:
            self._keys = SigningKeys.parse(stored)
        if self._keys is None:
            raise RuntimeError("the signing secret cannot be read")
        return self._keys

    def candidates(self, kid: str | None) -> tuple[SigningKey, ...]:
        """See ``SigningKeys.candidates``. An id that is not known may be new."""
        return self.keys().candidates(kid) or (self.newest().candidates(kid) if self._may_look_up() else ())

    def _may_look_up(self) -> bool:
        now = self._clock()
        self._lookups = min(float(_LOOKUPS), self._lookups + (now - self._counted) / _LOOKUP_SECONDS)
        self._counted = now
        if self._lookups < 1:
            return False
        self._lookups -= 1
        return True


@cache
def signing_keys() -> RefreshedKeys:
    """The keys of the Secrets Manager secret SIGNING_SECRET_ARN, refreshed every SIGNING_SECRET_SECONDS.

    SIGNING_SECRET is its value as of the start of the process, or, without an ARN, for good. Raises RuntimeError when
    neither is set.
    """
    known, arn = os.environ.get("SIGNING_SECRET"), os.environ.get("SIGNING_SECRET_ARN")
    if not known and not arn:
        raise RuntimeError("neither SIGNING_SECRET nor SIGNING_SECRET_ARN is set")
    lifetime = float(os.environ.get("SIGNING_SECRET_SECONDS") or LIFETIME)
    return RefreshedKeys(lambda: read_secret(arn) if arn else known, known=known or None, lifetime=lifetime)


def read_secret(arn: str) -> str | None:
    """The stored value of a secret; None while Secrets Manager does not answer."""
    client = secrets_client()
    from botocore.exceptions import BotoCoreError, ClientError  # The client has loaded it.

    try:
        value: str = client.get_secret_value(SecretId=arn)["SecretString"]
    except (BotoCoreError, ClientError) as error:
        logger.warning("the signing secret could not be read", extra={"reason": type(error).__name__})
        return None
    return value


@cache
def secrets_client() -> Any:
    """The client of Secrets Manager. It does not wait as long as the authorizer may take."""
    from botocore.config import Config

    config = Config(connect_timeout=1, read_timeout=2, retries={"mode": "standard", "total_max_attempts": 2})
    return client_without_debug_logs("secretsmanager", config=config)
