"""A badge as it is issued, and a stranger who checks it with nothing of ours but what we publish."""

import json
from base64 import urlsafe_b64decode
from dataclasses import replace
from datetime import UTC, datetime

import jwt
from openbadgeslib.ob3 import OB3Verifier, OpenBadgeCredential
from openbadgeslib.ob3.status import check_credential_status

from assessments.badges import documents, keys

SITE = "https://academy.example.org"
KEYS = f"{SITE}/badges/keys/"
LIST = f"{SITE}/badges/revoked"
AT = datetime(2022, 6, 13, 9, 30, tzinfo=UTC)
EMAIL, SALT = "Giulia.Ferrero@example.org", "9f2c0c6e"

ISSUER = documents.Issuer(f"{SITE}/badges/issuer", "SMTC Academy", f"{SITE}/", "academy@example.org")
ACHIEVEMENT = documents.Achievement(
    id=f"{SITE}/badges/smtc-2022/it",
    kind="Certificate",
    code="SMTC-2022",
    name="SMTC Academy: la mobilità sostenibile per manager",
    description="Un corso di 300 ore.",
    criteria="L’80 % delle ore, tutte le prove superate, il project work discusso.",
    language="it",
    image=f"{SITE}/badges/smtc-2022/it.png",
    caption="Certificato SMTC Academy",
    measures=(
        documents.Measure("hours", "Ore frequentate", "ext:Hours", least="0", most="300", required="240"),
        documents.Measure("average", "Media ponderata", "RawScore", least="18", most="30"),
    ),
    editions={"en": f"{SITE}/badges/smtc-2022/en"},
)
AWARD = documents.Award(
    id=f"{SITE}/certificates/5f1d0b7c/badge",
    number="SMTC-2022-1/07",
    holder="Giulia Ferrero",
    email_hash=documents.email_hash(EMAIL, SALT),
    salt=SALT,
    at=AT,
    evidence=f"{SITE}/certificates/5f1d0b7c/",
    results={"hours": "287", "average": "27.4"},
    status_list=LIST,
    place=4711,
)
BADGE = documents.credential(ISSUER, ACHIEVEMENT, AWARD)

# Private on purpose: keys of the tests.
FIRST = {
    "kid": "2021-1",
    "kty": "OKP",
    "crv": "Ed25519",
    "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",  # RFC 8037, A.1
    "d": "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A",
}
SECOND = {
    "kid": "2022-1",
    "kty": "EC",
    "crv": "P-256",
    "x": "YP7UuiVanTHJYet0xjVtaMBJuJI7Yfps5mliLmDyn7Y",  # RFC 6979, A.2.5
    "y": "eQP-EAi4vJmkGunpVii8ZPLxsgwtfp9Rd6PClNRGIpk",
    "d": "ya-p2EW6dRZrXCFXZ7HWk05Qw9s26JsSe4piKxIPZyE",
}


def given(*members: dict) -> tuple[keys.Key, ...]:
    return keys.read(json.dumps({"keys": members}), KEYS)


def retired(member: dict) -> dict:
    return {name: value for name, value in member.items() if name != "d"}


ED25519, P256 = (given(member)[0] for member in (FIRST, SECOND))


def published(*all_keys: keys.Key, revoked=(), signed_by: keys.Key | None = None, at=AT) -> dict[str, bytes]:
    """What the portal answers, by address."""
    revocations = documents.status_list(ISSUER, LIST, revoked, at)
    return {
        ISSUER.id: json.dumps(documents.profile(ISSUER, all_keys)).encode(),
        **{key.address: json.dumps(key.published).encode() for key in all_keys},
        LIST: documents.signed(revocations, signed_by or all_keys[-1]).encode(),
    }


def badge(key: keys.Key, **facts) -> str:
    return documents.signed(documents.credential(ISSUER, ACHIEVEMENT, replace(AWARD, **facts)), key)


def parts(jws: str) -> tuple[dict, dict]:
    header, payload, _ = jws.split(".")
    return tuple(json.loads(urlsafe_b64decode(part + "===")) for part in (header, payload))


def checked(jws: str, world: dict[str, bytes]) -> OpenBadgeCredential:
    """Signature, claims, dates and status, after somebody else's reading of the standards."""
    found = OB3Verifier(key_of(jws, world)).verify(jws)
    signer_of_list = key_of(world[LIST].decode(), world)
    check_credential_status(
        found, world.__getitem__, verify_list=True, list_pubkey_pem=OB3Verifier(signer_of_list).pubkey_pem
    )
    return found


def key_of(jws: str, world: dict[str, bytes]):
    """The key a signature names, if its issuer says that it is one of theirs."""
    address = jwt.get_unverified_header(jws)["kid"]
    profile = json.loads(world[parts(jws)[1]["iss"]])
    method = next(one for one in profile["verificationMethod"] if one["id"] == address)
    assert address in profile["assertionMethod"]
    assert method["publicKeyJwk"] == json.loads(world[address])
    return jwt.PyJWK(method["publicKeyJwk"]).key
