"""Badges, the list of revoked ones and their issuer, as the standards write them in JSON.

Open Badges 3.0 on Verifiable Credentials 2.0; the list is a Bitstring Status List 1.0. The same facts are
the same document and, with the same key, the same signed text.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from assessments.badges.keys import Key, b64, unb64
from assessments.seal import canonical

Document = dict[str, Any]

CREDENTIALS = "https://www.w3.org/ns/credentials/v2"
IDENTIFIERS = "https://www.w3.org/ns/cid/v1"
OPEN_BADGES = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"

PLACES = 131_072  # in one list: the fewest the standard allows, so that a place says little about a person
LIST_STANDS = timedelta(days=7)  # an older copy proves nothing: since then a badge may have been revoked


@dataclass(frozen=True, slots=True)
class Issuer:
    """Who awards. `id` is the address of `profile`, and stays for as long as badges are to be checked."""

    id: str
    name: str
    url: str
    email: str


@dataclass(frozen=True, slots=True)
class Measure:
    """What an award may say of how it was achieved: hours, an average. Values are text, as printed."""

    key: str
    name: str
    kind: str  # a ResultType of Open Badges, or `ext:` and a word of ours
    least: str = ""
    most: str = ""
    required: str = ""


@dataclass(frozen=True, slots=True)
class Achievement:
    """What is awarded, in one language; `editions` are the addresses of the same in other languages."""

    id: str
    kind: str  # an AchievementType: Certificate, CertificateOfCompletion
    code: str
    name: str
    description: str
    criteria: str
    language: str
    image: str
    caption: str
    measures: Sequence[Measure] = ()
    editions: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Award:
    """One person's. The address of mail is held as its hash only; `place` is the one in the status list."""

    id: str
    number: str
    holder: str
    email_hash: str
    salt: str
    at: datetime
    evidence: str
    results: Mapping[str, str]
    status_list: str
    place: int


def email_hash(email: str, salt: str) -> str:
    """The address as a backpack compares it: in small letters, the salt behind it."""
    return "sha256$" + hashlib.sha256(f"{email.lower()}{salt}".encode()).hexdigest()


def credential(issuer: Issuer, achievement: Achievement, award: Award) -> Document:
    """The badge of one person, yet unsigned."""
    if unknown := award.results.keys() - {measure.key for measure in achievement.measures}:
        raise ValueError(f"no measure of this achievement: {sorted(unknown)}")
    return {
        "@context": [CREDENTIALS, OPEN_BADGES],
        "id": award.id,
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": achievement.name,
        "issuer": _profile(issuer),
        "validFrom": _moment(award.at),
        "credentialSubject": {
            # The JWT needs an id as `sub`: one that says nothing and is in no other badge.
            "id": f"{award.id}#holder",
            "type": ["AchievementSubject"],
            "identifier": [  # mail first: some backpacks compare no other
                {
                    "type": "IdentityObject",
                    "identityType": "emailAddress",
                    "hashed": True,
                    "identityHash": award.email_hash,
                    "salt": award.salt,
                },
                {
                    "type": "IdentityObject",
                    "identityType": "name",
                    "hashed": False,
                    "identityHash": award.holder,
                },
            ],
            "licenseNumber": award.number,
            "achievement": _achievement(issuer, achievement),
            **_said(
                result=[
                    {
                        "type": ["Result"],
                        "resultDescription": f"{achievement.id}#{measure.key}",
                        "value": award.results[measure.key],
                    }
                    for measure in achievement.measures
                    if measure.key in award.results
                ]
            ),
        },
        "evidence": [
            {"id": award.evidence, "type": ["Evidence"], "name": f"{achievement.name}, {award.number}"}
        ],
        "credentialStatus": {
            "id": f"{award.status_list}#{award.place}",
            "type": "BitstringStatusListEntry",
            "statusPurpose": "revocation",
            "statusListIndex": str(_in_list(award.place)),
            "statusListCredential": award.status_list,
        },
    }


def awarded(issuer: Issuer, achievement: Achievement) -> Document:
    """What `achievement.id` answers."""
    return {"@context": [CREDENTIALS, OPEN_BADGES], **_achievement(issuer, achievement)}


def status_list(issuer: Issuer, address: str, revoked: Iterable[int], at: datetime) -> Document:
    """The list at `address`, made `at`: which places are those of revoked badges."""
    return {
        "@context": [CREDENTIALS, OPEN_BADGES],  # the second for the `jti` of `signed`
        "id": address,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": issuer.id,
        "validFrom": _moment(at),
        "validUntil": _moment(at + LIST_STANDS),
        "credentialSubject": {
            "id": f"{address}#list",
            "type": "BitstringStatusList",
            "statusPurpose": "revocation",
            "encodedList": _encoded(revoked),
        },
    }


def profile(issuer: Issuer, keys: Iterable[Key]) -> Document:
    """What `issuer.id` answers: who that is, and all keys whose signatures it stands for."""
    methods = [
        {"id": key.address, "type": "JsonWebKey", "controller": issuer.id, "publicKeyJwk": key.published}
        for key in keys
    ]
    return {
        "@context": [IDENTIFIERS, OPEN_BADGES],
        **_profile(issuer),
        "verificationMethod": methods,
        "assertionMethod": [method["id"] for method in methods],
    }


def signed(document: Document, key: Key) -> str:
    """The document with its claims as a compact JWS."""
    issuer = document["issuer"]
    claims = {
        "iss": issuer if isinstance(issuer, str) else issuer["id"],
        "jti": document["id"],
        "sub": document["credentialSubject"]["id"],
        "nbf": _seconds(document["validFrom"]),
    }
    if "validUntil" in document:
        claims["exp"] = _seconds(document["validUntil"])
    header = {"alg": key.algorithm, "kid": key.address, "typ": "JWT"}
    content = f"{b64(canonical(header))}.{b64(canonical(document | claims))}"
    return f"{content}.{b64(key.sign(content.encode()))}"


def said(jws: str) -> Document:
    """The document of a compact JWS of ours, its signature unchecked."""
    found: Document = json.loads(unb64(jws.split(".")[1]))
    return found


def _profile(issuer: Issuer) -> Document:
    return {
        "id": issuer.id,
        "type": ["Profile"],
        "name": issuer.name,
        "url": issuer.url,
        "email": issuer.email,
    }


def _achievement(issuer: Issuer, achievement: Achievement) -> Document:
    return {
        "id": achievement.id,
        "type": ["Achievement"],
        "achievementType": achievement.kind,
        "humanCode": achievement.code,
        "name": achievement.name,
        "description": achievement.description,
        "criteria": {"narrative": achievement.criteria},
        "inLanguage": achievement.language,
        "creator": _profile(issuer),
        "image": {"id": achievement.image, "type": "Image", "caption": achievement.caption},
        **_said(
            related=[
                {"id": address, "type": ["Related"], "inLanguage": language}
                for language, address in sorted(achievement.editions.items())
            ],
            resultDescription=[
                {
                    "id": f"{achievement.id}#{measure.key}",
                    "type": ["ResultDescription"],
                    "name": measure.name,
                    "resultType": measure.kind,
                    **_said(valueMin=measure.least, valueMax=measure.most, requiredValue=measure.required),
                }
                for measure in achievement.measures
            ],
        ),
    }


def _said(**parts: str | list[Document]) -> Document:
    """Those of the parts that say something."""
    return {name: part for name, part in parts.items() if part}


def _encoded(revoked: Iterable[int]) -> str:
    """One bit for each place, the first one leftmost; compressed, as multibase writes base64url."""
    bits = bytearray(PLACES // 8)
    for place in revoked:
        bits[_in_list(place) // 8] |= 0x80 >> place % 8
    return "u" + b64(gzip.compress(bytes(bits), mtime=0))


def _in_list(place: int) -> int:
    if 0 <= place < PLACES:
        return place
    raise ValueError(f"a list has no place {place}")


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _seconds(moment: str) -> int:
    return int(datetime.fromisoformat(moment).timestamp())
