"""The keys badges are signed with: one signs, those before it stay published.

They come as a JSON Web Key Set (RFC 7517) of keys on Ed25519 or P-256. `kid` is a short name, the last part
of the address where the public half is published; `nbf` and `exp` say since and until when a key signs. A
retired key is kept without `d`, its private half: it signs nothing more, and what it signed still verifies.
"""

from __future__ import annotations

import hashlib
import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from courses.reasons import Reason, Refused

Private = Ed25519PrivateKey | ec.EllipticCurvePrivateKey
Public = Ed25519PublicKey | ec.EllipticCurvePublicKey

ALGORITHMS = {"Ed25519": "EdDSA", "P-256": "ES256"}
WIDTH = 32  # bytes of every number in a key or signature of either kind
NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")


class Unfit(StrEnum):
    """What is wrong with the keys."""

    MISSING = "missing"
    UNREADABLE = "unreadable"  # no JSON Web Key Set
    UNNAMED = "unnamed"  # a `kid` no address can end in
    DOUBLE = "double"  # two of one name
    BROKEN = "broken"  # of another kind, or its members do not belong together
    NONE_SIGNS = "none_signs"


@dataclass(frozen=True, slots=True)
class Key:
    """A key with the `address` of its public half, by which signatures name it."""

    address: str
    public: Mapping[str, str]
    private: Private | None = field(default=None, repr=False, compare=False)
    begins: datetime | None = None
    ends: datetime | None = None

    @property
    def algorithm(self) -> str:
        return ALGORITHMS[self.public["crv"]]

    @property
    def published(self) -> dict[str, str]:
        """What `address` answers."""
        return {**self.public, "alg": self.algorithm, "kid": self.address, "use": "sig"}

    def signs_at(self, at: datetime) -> bool:
        begun = self.begins is None or self.begins <= at
        return bool(self.private) and begun and (self.ends is None or at < self.ends)

    def sign(self, content: bytes) -> bytes:
        """The signature as RFC 7518 and 8037 write it; the same for the same content (RFC 8032, RFC 6979)."""
        if isinstance(self.private, Ed25519PrivateKey):
            return self.private.sign(content)
        if self.private is None:
            raise Refused(Reason(Unfit.NONE_SIGNS))
        pair = decode_dss_signature(
            self.private.sign(content, ec.ECDSA(SHA256(), deterministic_signing=True))
        )
        return b"".join(number.to_bytes(WIDTH) for number in pair)


def signing_at(keys: Sequence[Key], at: datetime) -> Key:
    """The newest key that signs at this moment; they stand in order of age."""
    for key in reversed(keys):
        if key.signs_at(at):
            return key
    raise Refused(Reason(Unfit.NONE_SIGNS if keys else Unfit.MISSING))


def read(written: str, base: str) -> tuple[Key, ...]:
    """The keys of a set, published below `base`. What is refused never repeats what was written."""
    try:
        members = json.loads(written)["keys"]
        names = [one["kid"] for one in members]
    except (KeyError, TypeError, ValueError):
        raise Refused(Reason(Unfit.UNREADABLE)) from None
    if not names:
        raise Refused(Reason(Unfit.MISSING))
    if not all(isinstance(name, str) and NAME.fullmatch(name) for name in names):
        raise Refused(Reason(Unfit.UNNAMED))
    if len(set(names)) < len(names):
        raise Refused(Reason(Unfit.DOUBLE))
    return tuple(_read(one, base) for one in members)


def demo(secret: str, base: str) -> tuple[Key, ...]:
    """The one key of a portal on somebody's machine. Never where badges are meant: see `of_portal`."""
    seed = hashlib.sha256(f"assessments.badges.demo:{secret}".encode()).digest()
    return read(json.dumps({"keys": [_written("demo", Ed25519PrivateKey.from_private_bytes(seed))]}), base)


def of_portal(written: str, base: str, *, demo_secret: str | None) -> tuple[Key, ...]:
    """The keys a portal was given. Only one that may, and has none, makes do with that of the demo."""
    if written:
        return read(written, base)
    if demo_secret is None:
        raise Refused(Reason(Unfit.MISSING))
    return demo(demo_secret, base)


def new(name: str, curve: str = "Ed25519") -> dict[str, str]:
    """A new key with its private half, to be kept where nobody reads it."""
    if curve == "Ed25519":
        return _written(name, Ed25519PrivateKey.generate())
    return _written(name, ec.generate_private_key(ec.SECP256R1()))


def b64(content: bytes) -> str:
    """Base64url without padding, as all of JOSE writes bytes."""
    return urlsafe_b64encode(content).rstrip(b"=").decode()


def unb64(written: str) -> bytes:
    """What `b64` wrote."""
    return urlsafe_b64decode(written + "=" * (-len(written) % 4))


def _read(jwk: Mapping[str, Any], base: str) -> Key:
    try:
        private = _private_half(jwk) if "d" in jwk else None
        public = _members(private.public_key() if private else _public_half(jwk))
        begins, ends = (
            datetime.fromtimestamp(jwk[name], UTC) if name in jwk else None for name in ("nbf", "exp")
        )
    except (KeyError, TypeError, ValueError, OverflowError, OSError):
        raise Refused(Reason(Unfit.BROKEN, {"kid": jwk["kid"]})) from None
    if any(jwk.get(name) != value for name, value in public.items()):
        raise Refused(Reason(Unfit.BROKEN, {"kid": jwk["kid"]}))
    return Key(f"{base}{jwk['kid']}", public, private, begins, ends)


def _private_half(jwk: Mapping[str, Any]) -> Private:
    if jwk["crv"] == "Ed25519":
        return Ed25519PrivateKey.from_private_bytes(unb64(jwk["d"]))
    return ec.derive_private_key(int.from_bytes(unb64(jwk["d"])), ec.SECP256R1())


def _public_half(jwk: Mapping[str, Any]) -> Public:
    if jwk["crv"] == "Ed25519":
        return Ed25519PublicKey.from_public_bytes(unb64(jwk["x"]))
    x, y = (int.from_bytes(unb64(jwk[name])) for name in "xy")
    return ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()


def _members(key: Public) -> dict[str, str]:
    if isinstance(key, Ed25519PublicKey):
        return {"kty": "OKP", "crv": "Ed25519", "x": b64(key.public_bytes_raw())}
    numbers = key.public_numbers()
    return {"kty": "EC", "crv": "P-256", "x": _number(numbers.x), "y": _number(numbers.y)}


def _written(name: str, key: Private) -> dict[str, str]:
    if isinstance(key, Ed25519PrivateKey):
        private = b64(key.private_bytes_raw())
    else:
        private = _number(key.private_numbers().private_value)
    return {"kid": name, **_members(key.public_key()), "d": private}


def _number(value: int) -> str:
    return b64(value.to_bytes(WIDTH))
