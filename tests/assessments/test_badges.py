"""A badge is accepted by a verifier that is not ours, refused once touched, and found when revoked."""

import json
from dataclasses import replace
from datetime import timedelta
from importlib.resources import files

import pytest
import time_machine
from hypothesis import given as always
from hypothesis import strategies as st
from openbadgeslib.ob3 import OB3VerificationError, OB3Verifier
from openbadgeslib.ob3.credential import IdentityObject
from openbadgeslib.ob3.status import decode_encoded_list, set_indices

from assessments.badges import documents, keys
from tests import badges
from tests.badges import ACHIEVEMENT, AT, AWARD, BADGE, ED25519, FIRST, ISSUER, LIST, P256, SECOND, checked

SOON = AT + timedelta(hours=1)


@pytest.fixture(autouse=True)
def _soon_after():
    with time_machine.travel(SOON, tick=False):
        yield


# What somebody else reads.


@pytest.mark.parametrize("key", [ED25519, P256], ids=lambda key: key.algorithm)
def test_a_stranger_checks_a_badge_with_nothing_but_what_we_publish(key):
    found = checked(badges.badge(key), badges.published(key))
    assert (found.issuer.id, found.issuer.name) == (ISSUER.id, "SMTC Academy")
    assert (found.id, found.issuance_date) == (AWARD.id, AT)
    assert (found.achievement.name, found.achievement.achievement_type) == (ACHIEVEMENT.name, "Certificate")
    assert [(one.name, one.required_value) for one in found.achievement.result_descriptions] == [
        ("Ore frequentate", "240"),
        ("Media ponderata", None),
    ]
    assert [one.value for one in found.results] == ["287", "27.4"]


def test_the_holder_is_known_by_the_hash_of_their_address_and_never_by_the_address():
    mail, name = checked(badges.badge(ED25519), badges.published(ED25519)).identifiers
    assert mail == IdentityObject.create(badges.EMAIL.lower(), badges.SALT)
    assert (name.identity_type, name.identity_hash, name.hashed) == ("name", "Giulia Ferrero", False)
    assert badges.EMAIL.lower() not in json.dumps(BADGE).lower()


def test_claims_and_header_are_those_open_badges_asks_for_and_no_others():
    header, payload = badges.parts(badges.badge(ED25519))
    assert header == {"alg": "EdDSA", "kid": f"{badges.KEYS}2021-1", "typ": "JWT"}
    claims = {"iss": ISSUER.id, "jti": AWARD.id, "sub": f"{AWARD.id}#holder", "nbf": int(AT.timestamp())}
    assert payload == BADGE | claims


def test_the_same_badge_is_the_same_text_whenever_it_is_made():
    for key in (ED25519, P256):
        made = badges.badge(key), badges.published(key, revoked=[3])
        with time_machine.travel(SOON + timedelta(days=400)):
            assert made == (badges.badge(key), badges.published(key, revoked=[3]))


def test_in_whatever_order_editions_are_named_it_is_the_same_badge():
    editions = {"en": "https://a.example/en", "de": "https://a.example/de"}
    one, other = (
        documents.credential(ISSUER, replace(ACHIEVEMENT, editions=dict(order)), AWARD)
        for order in (editions.items(), reversed(editions.items()))
    )
    assert documents.signed(one, ED25519) == documents.signed(other, ED25519)


def test_a_result_that_the_achievement_does_not_know_is_refused():
    with pytest.raises(ValueError, match="cfu"):
        badges.badge(ED25519, results={"cfu": "12"})


# Facts of the standards, told again: what is required of each class, and that every term is one of theirs.

REQUIRED = {
    "OpenBadgeCredential": {"@context", "id", "type", "name", "issuer", "validFrom", "credentialSubject"},
    "Profile": {"id", "type"},
    "AchievementSubject": {"type", "achievement"},
    "Achievement": {"id", "type", "name", "description", "criteria"},
    "IdentityObject": {"type", "hashed", "identityHash", "identityType"},
    "Image": {"id", "type"},
    "Related": {"id", "type"},
    "ResultDescription": {"id", "type", "name", "resultType"},
    "Result": {"type"},
    "Evidence": {"type"},
    "BitstringStatusListEntry": {"type", "statusPurpose", "statusListIndex", "statusListCredential"},
    "BitstringStatusListCredential": {"@context", "type", "issuer", "credentialSubject"},
    "BitstringStatusList": {"type", "statusPurpose", "encodedList"},
}
# In one object these are text, in lists everywhere else.
SINGLE = {"IdentityObject", "Image", "BitstringStatusListEntry", "BitstringStatusList"}
CONTEXTS = {
    documents.CREDENTIALS: "credentials-v2.json",
    documents.OPEN_BADGES: "ob-v3p0-context-3.0.3.json",
}


def nodes(value):
    if isinstance(value, dict):
        yield value
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            yield from nodes(one)


REVOCATIONS = documents.status_list(ISSUER, LIST, [1], AT)
NODES = [*nodes(BADGE), *nodes(REVOCATIONS)]


def types(node) -> list[str]:
    return node["type"] if isinstance(node.get("type"), list) else [node["type"]] if "type" in node else []


def test_each_object_has_what_its_class_requires():
    seen = set()
    for node in NODES:
        for name in set(types(node)) & set(REQUIRED):
            seen.add(name)
            assert REQUIRED[name] - set(node) == set(), name
            assert isinstance(node["type"], str) == (name in SINGLE), name
    assert seen == set(REQUIRED)


@pytest.mark.parametrize("document", [BADGE, REVOCATIONS], ids=lambda one: one["type"][1])
def test_every_term_is_defined_by_the_contexts_named(document):
    terms = {}
    for address in document["@context"]:
        text = (files("openbadgeslib.ob3") / "contexts" / CONTEXTS[address]).read_text()
        terms |= json.loads(text)["@context"]
    for node in nodes(badges.parts(documents.signed(document, ED25519))[1]):
        scoped = [terms[name].get("@context", {}) for name in types(node) if isinstance(terms[name], dict)]
        assert set(node) - {"@context"} - set(terms) - set().union(*scoped) == set()


def test_the_profile_names_every_key_and_nothing_private():
    profile = documents.profile(ISSUER, [ED25519, P256])
    assert REQUIRED["Profile"] - set(profile) == set()
    assert profile["assertionMethod"] == [f"{badges.KEYS}2021-1", f"{badges.KEYS}2022-1"]
    for node in nodes(profile):
        assert "d" not in node


# What was touched.


@always(st.data())
def test_no_letter_of_a_badge_may_be_changed(data):
    jws = badges.badge(ED25519)
    place = data.draw(st.integers(0, jws.rindex(".") - 1))
    other = data.draw(st.sampled_from("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_."))
    if other != jws[place]:
        with pytest.raises(OB3VerificationError):
            OB3Verifier(badges.key_of(jws, badges.published(ED25519))).verify(
                jws[:place] + other + jws[place + 1 :]
            )


def test_who_signs_in_our_name_with_another_key_is_refused():
    stranger = badges.given(keys.new("2021-1"))[0]
    with pytest.raises(OB3VerificationError, match="signature"):
        checked(badges.badge(stranger), badges.published(ED25519))


def test_a_badge_is_not_valid_before_its_day():
    with time_machine.travel(AT - timedelta(hours=1)), pytest.raises(OB3VerificationError):
        checked(badges.badge(ED25519), badges.published(ED25519, at=AT - timedelta(days=1)))


# Other keys.


def test_what_a_retired_key_signed_still_verifies_beside_what_the_new_one_signs():
    old, new = badges.given(badges.retired(FIRST), SECOND)
    world = badges.published(old, new)
    assert keys.signing_at((old, new), AT) == new
    assert checked(badges.badge(ED25519), world).id == checked(badges.badge(new), world).id == AWARD.id


def test_the_key_that_signs_is_the_newest_one_whose_time_it_is():
    ring = badges.given(FIRST, SECOND | {"nbf": int(AT.timestamp())})
    assert keys.signing_at(ring, AT - timedelta(seconds=1)).address == ED25519.address
    assert keys.signing_at(ring, AT).address == P256.address


@pytest.mark.parametrize(
    "member", [badges.retired(FIRST), FIRST | {"exp": int(AT.timestamp())}], ids=["retired", "ended"]
)
def test_nothing_is_signed_where_no_key_signs(member):
    with pytest.raises(keys.Refused) as refused:
        keys.signing_at(badges.given(member), AT)
    assert refused.value.reasons[0].code == keys.Unfit.NONE_SIGNS


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("", "unreadable"),
        ("[]", "unreadable"),
        ('{"keys": [1]}', "unreadable"),
        ('{"keys": []}', "missing"),
        ({"kid": "2021/1"}, "unnamed"),
        ({"kid": 2021}, "unnamed"),
        ({"crv": "Ed448"}, "broken"),
        ({"kty": "EC"}, "broken"),
        ({"x": SECOND["x"]}, "broken"),
        ({"d": "short"}, "broken"),
        ({"nbf": "2021"}, "broken"),
    ],
)
def test_keys_that_do_not_fit_are_refused_without_repeating_them(written, why):
    text = json.dumps({"keys": [FIRST | written]}) if isinstance(written, dict) else written
    with pytest.raises(keys.Refused) as refused:
        keys.read(text, badges.KEYS)
    assert refused.value.reasons[0].code == why
    assert FIRST["d"] not in repr(refused.value.reasons)


def test_two_keys_of_one_name_are_refused():
    with pytest.raises(keys.Refused) as refused:
        badges.given(FIRST, SECOND | {"kid": FIRST["kid"]})
    assert refused.value.reasons[0].code == keys.Unfit.DOUBLE


@pytest.mark.parametrize("curve", ["Ed25519", "P-256"])
def test_a_new_key_can_be_read_signs_and_is_never_printed_with_its_private_half(curve):
    member = keys.new("2026-1", curve)
    (key,) = badges.given(member)
    assert checked(badges.badge(key), badges.published(key)).id == AWARD.id
    assert member["d"] not in repr(key) + json.dumps(key.published)


def test_only_a_portal_that_may_makes_do_with_the_key_of_the_demo():
    (demo,) = keys.of_portal("", badges.KEYS, demo_secret="of this machine")
    assert checked(badges.badge(demo), badges.published(demo)).id == AWARD.id
    assert keys.of_portal(json.dumps({"keys": [FIRST]}), badges.KEYS, demo_secret="s") == (ED25519,)
    with pytest.raises(keys.Refused) as refused:
        keys.of_portal("", badges.KEYS, demo_secret=None)
    assert refused.value.reasons[0].code == keys.Unfit.MISSING


def test_signatures_are_those_the_standards_print():
    signature = "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"
    content = b"eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc"  # RFC 8037, A.4
    assert keys.b64(ED25519.sign(content)) == signature
    assert P256.sign(b"sample").hex() == (  # RFC 6979, A.2.5
        "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716"
        "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8"
    )


# Revocation.


def test_a_revoked_badge_is_found_and_its_neighbours_are_not():
    jws, place = badges.badge(ED25519), AWARD.place
    assert checked(jws, badges.published(ED25519, revoked=[place - 1, place + 1]))
    with pytest.raises(OB3VerificationError, match=f"'revocation' is set at index {place}"):
        checked(jws, badges.published(ED25519, revoked=[place]))


@always(st.frozensets(st.integers(0, documents.PLACES - 1), max_size=40))
def test_the_list_says_exactly_who_is_revoked(revoked):
    encoded = documents.status_list(ISSUER, LIST, revoked, AT)["credentialSubject"]["encodedList"]
    bits = decode_encoded_list(encoded)
    assert (set_indices(bits), len(bits), encoded[0]) == (revoked, 16 * 1024, "u")


@pytest.mark.parametrize("place", [-1, documents.PLACES])
def test_a_place_that_no_list_has_is_refused(place):
    with pytest.raises(ValueError, match="no place"):
        documents.status_list(ISSUER, LIST, [place], AT)
    with pytest.raises(ValueError, match="no place"):
        badges.badge(ED25519, place=place)


def test_a_list_somebody_else_made_is_not_believed():
    forged = badges.published(badges.given(keys.new("2021-1"))[0])[LIST]
    with pytest.raises(OB3VerificationError, match="proof is invalid"):
        checked(badges.badge(ED25519), badges.published(ED25519) | {LIST: forged})


def test_an_old_copy_of_the_list_proves_nothing():
    world = badges.published(ED25519)
    with time_machine.travel(AT + timedelta(days=8)), pytest.raises(OB3VerificationError, match="expired"):
        checked(badges.badge(ED25519), world)
