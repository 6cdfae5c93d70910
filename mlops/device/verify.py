"""Whether a bundle is whole and signed. Runs before anything of the bundle does, so it needs Python alone:

`python3 -I verify.py FOLDER [KEY]`. Ed25519 as RFC 8032 (section 5.1.7) has it; only public values are handled."""

from __future__ import annotations

import hashlib
import json
import os
import sys

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT = pow(2, (P - 1) // 4, P)
Point = tuple[int, int, int, int]
"""Extended coordinates (X, Y, Z, T): x = X/Z, y = Y/Z, x·y = T/Z."""
MANIFEST, SIGNATURE = "bundle.json", "bundle.sig"
FINGERPRINT_DIGITS = 16


def problem(folder: str, key: str = "") -> str:
    """What is wrong with the bundle in this folder, or an empty text. `key`: the public key (hexadecimal) that it
    must be signed with; empty: the one that the bundle itself names."""
    try:
        with open(os.path.join(folder, MANIFEST), "rb") as file:
            content = file.read()
        with open(os.path.join(folder, SIGNATURE)) as file:
            signature = bytes.fromhex(file.read().strip())
        manifest = json.loads(content)
        files = dict(manifest["files"])
        public = bytes.fromhex(key or str(manifest["public_key"]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        return f"its manifest or signature cannot be read ({error})"
    if not is_signed(public, content, signature):
        return "its manifest is not signed with the key that this device trusts"
    return _difference(folder, files)


def fingerprint(public_key: str) -> str:
    """The start of the key's SHA-256, in groups of four, for people to compare."""
    digest = hashlib.sha256(bytes.fromhex(public_key)).hexdigest()[:FINGERPRINT_DIGITS]
    return "-".join(digest[start : start + 4] for start in range(0, FINGERPRINT_DIGITS, 4))


def is_signed(public: bytes, message: bytes, signature: bytes) -> bool:
    if len(public) != 32 or len(signature) != 64:
        return False
    a, r = _point(public), _point(signature[:32])
    s = int.from_bytes(signature[32:], "little")
    if a is None or r is None or s >= L:
        return False
    h = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % L
    return _same(_times(s, BASE), _add(r, _times(h, a)))


def _difference(folder: str, files: dict[str, str]) -> str:
    for path, digest in sorted(files.items()):
        try:
            found = _sha256(os.path.join(folder, path))
        except OSError:
            return f"{path} is missing"
        if found != digest:
            return f"{path} was changed"
    for place, _folders, names in os.walk(folder):
        for name in names:
            path = os.path.relpath(os.path.join(place, name), folder).replace(os.sep, "/")
            if path not in files and path not in (MANIFEST, SIGNATURE):
                return f"{path} was added"
    return ""


def _sha256(path: str) -> str:
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def _add(p: Point, q: Point) -> Point:
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % P, (p[1] + p[0]) * (q[1] + q[0]) % P
    c, d = 2 * p[3] * q[3] * D % P, 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def _times(number: int, point: Point) -> Point:
    result: Point = (0, 1, 1, 0)
    while number:
        if number & 1:
            result = _add(result, point)
        point, number = _add(point, point), number >> 1
    return result


def _same(p: Point, q: Point) -> bool:
    return (p[0] * q[2] - q[0] * p[2]) % P == 0 and (p[1] * q[2] - q[1] * p[2]) % P == 0


def _point(encoded: bytes) -> Point | None:
    y = int.from_bytes(encoded, "little")
    sign, y = y >> 255, y & ((1 << 255) - 1)
    x = _x(y, sign) if y < P else None
    return None if x is None else (x, y, 1, x * y % P)


def _x(y: int, sign: int) -> int | None:
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    return P - x if x & 1 != sign else x


_BASE_Y = 4 * pow(5, P - 2, P) % P
_BASE_X = _x(_BASE_Y, 0) or 0
BASE: Point = (_BASE_X, _BASE_Y, 1, _BASE_X * _BASE_Y % P)


if __name__ == "__main__":
    said = problem(sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else "")
    if said:
        print(f"This bundle is not what was signed: {said}. Nothing of it is run.", file=sys.stderr)
        sys.exit(4)
