"""Sealing: HPKE to a call's public key, and the key-encryption key that guards its private half.

What is sealed can be read only with the private key, and the private key only with the office's
key-encryption key (``settings.SEALING_KEY``, 32 bytes, never in the database). See docs/security.md.
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from django.conf import settings

SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
NONCE = 12


class SealBroken(Exception):  # noqa: N818 - what happened
    """A sealed content does not open: it was changed, or sealed for something else."""


@dataclass(frozen=True)
class KeyPair:
    """A public key, and its private half wrapped by the key-encryption key."""

    public: bytes
    wrapped_private: bytes


def make_key_pair(purpose: str) -> KeyPair:
    """``purpose`` (a call's number) is bound in: the pair serves nothing else."""
    private = X25519PrivateKey.generate()
    raw = private.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())
    return KeyPair(private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw), wrap(raw, purpose))


def wrap(key: bytes, purpose: str) -> bytes:
    """A key, encrypted with the office's key-encryption key; ``purpose`` is bound in."""
    nonce = os.urandom(NONCE)
    return nonce + AESGCM(settings.SEALING_KEY).encrypt(nonce, key, purpose.encode())


def unwrap_bytes(wrapped: bytes, purpose: str) -> bytes:
    """What ``wrap`` was given. Raises ``SealBroken`` where it was changed, or wrapped for something else."""
    try:
        return AESGCM(settings.SEALING_KEY).decrypt(wrapped[:NONCE], wrapped[NONCE:], purpose.encode())
    except (InvalidTag, ValueError) as error:
        raise SealBroken(f"the key of {purpose} does not unwrap with this office's key") from error


def seal(content: dict[str, Any], public: bytes, purpose: str) -> bytes:
    """Encrypts ``content`` (JSON) to a public key, with ``purpose`` bound in."""
    plain = json.dumps(content, ensure_ascii=False, sort_keys=True).encode()
    return SUITE.encrypt(plain, X25519PublicKey.from_public_bytes(public), purpose.encode())


def unwrap(wrapped: bytes, purpose: str) -> X25519PrivateKey:
    """The private key of ``purpose``. Only the opening calls this, and logs that it did. Raises ``SealBroken``."""
    return X25519PrivateKey.from_private_bytes(unwrap_bytes(wrapped, purpose))


def unseal(sealed: bytes, private: X25519PrivateKey, purpose: str) -> dict[str, Any]:
    """What was sealed. Raises ``SealBroken`` where one bit of it was changed."""
    try:
        return json.loads(SUITE.decrypt(sealed, private, purpose.encode()))
    except (InvalidTag, ValueError) as error:
        raise SealBroken(f"an envelope of {purpose} does not open: it was changed") from error


def fingerprint(sealed: bytes) -> str:
    """SHA-256 of a sealed envelope, as the receipt shows it."""
    return hashlib.sha256(sealed).hexdigest()
