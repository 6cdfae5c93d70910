"""Keys that are made here: the private half never leaves."""

from __future__ import annotations

import secrets


def new_pair(comment: str) -> tuple[str, str]:
    """The private key in OpenSSH's form and the public line."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    key = Ed25519PrivateKey.generate()
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.OpenSSH, serialization.NoEncryption()
    )
    public = key.public_key().public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH)
    return private.decode(), f"{public.decode()} {comment}"


def new_hook_secret() -> str:
    return secrets.token_urlsafe(32)
