"""KMS: Encrypt and Decrypt with the template's symmetric keys (KMS API reference).

Ciphertexts are AES-256-GCM with the encryption context as additional data, as KMS makes them; key material is made once
and kept in the data folder.
"""

from __future__ import annotations

import base64
import binascii
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from local.aws.errors import AwsError
from local.aws.routing import Call, Reply, Targets
from local.state import Settings
from local.template.application import EncryptionKey

_MAX_PLAINTEXT = 4096
_NONCE_BYTES = 12


def kms_targets(declared: Iterable[EncryptionKey], settings: Settings) -> Targets:
    """The operations, over the template's keys."""
    service = _Kms([_Kept(key, _material(key, settings)) for key in declared])
    return {"TrentService.Encrypt": service.encrypt, "TrentService.Decrypt": service.decrypt}


def _material(key: EncryptionKey, settings: Settings) -> bytes:
    name = f"encryption key {key.id}"
    kept = settings.get(name)
    if kept is None:
        kept = secrets.token_hex(32)
        settings.set(name, kept)
    return bytes.fromhex(kept)


@dataclass(frozen=True)
class _Kept:
    key: EncryptionKey
    material: bytes


class _Kms:
    def __init__(self, keys: Iterable[_Kept]) -> None:
        self._keys = {name: kept for kept in keys for name in (kept.key.id, kept.key.arn)}

    async def encrypt(self, call: Call) -> Reply:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # Most starts of the stack never come here.

        body = call.json()
        kept = self._find(str(body.get("KeyId")))
        plaintext = _decoded(body, "Plaintext")
        if not 1 <= len(plaintext) <= _MAX_PLAINTEXT:
            raise AwsError("ValidationException", f"'plaintext' must have 1 to {_MAX_PLAINTEXT} bytes")
        nonce = secrets.token_bytes(_NONCE_BYTES)
        sealed = AESGCM(kept.material).encrypt(nonce, plaintext, _context(body))
        # Decrypt may be called without a key: a ciphertext says which it was made with.
        name = kept.key.id.encode()
        return _shown(kept, CiphertextBlob=bytes([len(name)]) + name + nonce + sealed)

    async def decrypt(self, call: Call) -> Reply:
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        body = call.json()
        blob = _decoded(body, "CiphertextBlob")
        end = 1 + (blob[0] if blob else 0)
        kept = self._keys.get(blob[1:end].decode(errors="replace"))
        if kept is None:
            raise AwsError("InvalidCiphertextException", "")
        if "KeyId" in body and self._find(str(body["KeyId"])) != kept:
            raise AwsError(
                "IncorrectKeyException",
                "The key ID in the request does not identify a CMK that can perform this operation.",
            )
        nonce, sealed = blob[end : end + _NONCE_BYTES], blob[end + _NONCE_BYTES :]
        try:
            plaintext = AESGCM(kept.material).decrypt(nonce, sealed, _context(body))
        except (InvalidTag, ValueError) as error:
            raise AwsError("InvalidCiphertextException", "") from error
        return _shown(kept, Plaintext=plaintext)

    def _find(self, name: str) -> _Kept:
        if name not in self._keys:
            raise AwsError("NotFoundException", f"Key '{name}' does not exist")
        return self._keys[name]


def _decoded(body: Mapping[str, Any], name: str) -> bytes:
    try:
        return base64.b64decode(str(body.get(name, "")), validate=True)
    except binascii.Error as error:
        raise AwsError("SerializationException", f"'{name}' is not Base64") from error


def _context(body: Mapping[str, Any]) -> bytes:
    return orjson.dumps(body.get("EncryptionContext") or {}, option=orjson.OPT_SORT_KEYS)


def _shown(kept: _Kept, **blobs: bytes) -> Reply:
    encoded = {name: base64.b64encode(blob).decode() for name, blob in blobs.items()}
    return Reply(body={"KeyId": kept.key.arn, "EncryptionAlgorithm": "SYMMETRIC_DEFAULT", **encoded})
