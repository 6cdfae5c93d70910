"""The key that signs bundles: derived from the secret key, so that none is stored (docs/decisions/0062)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey


def sign(content: bytes) -> str:
    """The Ed25519 signature in hexadecimal."""
    return str(_private().sign(content).hex())


def public_key() -> str:
    """32 bytes in hexadecimal."""
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    return str(_private().public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex())


def _private() -> Ed25519PrivateKey:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    derive = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"mlops.bundle-signing")
    return Ed25519PrivateKey.from_private_bytes(derive.derive(settings.SECRET_KEY.encode()))
