"""Certificates in every state, and what breaks their promises."""

from datetime import date

from assessments.models import Badge, Certificate, CertificatePaper, RevocationList
from tests import factories
from tests.invariants import another

NOON = factories.rome(2022, 6, 20, 12)
SOMEBODY = "(SELECT min(id) FROM academy_user)"
STATEMENT = "(SELECT id FROM assessments_certificate WHERE state = 'valid' AND ready_at IS NOT NULL)"
WAITING = "(SELECT min(id) FROM assessments_certificate WHERE ready_at IS NULL)"
ENDED = f"ended_at = now(), ended_by_id = {SOMEBODY}, reason = 'Refuso'"
STANDS = "state = 'valid', ended_at = NULL, ended_by_id = NULL, reason = ''"
LAST = "(SELECT max(id) FROM assessments_certificate)"
ZEROS = "repeat('0', 64)"
OF_STATEMENT = f"UPDATE assessments_certificate SET {{}} WHERE id = {STATEMENT}"


def issued(**changes: str) -> str:
    """SQL that issues another statement to who has none."""
    other = "(SELECT max(id) FROM enrollment_enrollment)"
    number = {"code": "'0123456789012345678901'", "ready_at": "NULL", "supersedes_id": "NULL"}
    ended = {"ended_at": "NULL", "ended_by_id": "NULL", "reason": "''", "state": "'valid'"}
    return another(Certificate, **{"enrollment_id": other, "kind": "'statement'"} | number | ended | changes)


def badge(**changes: str) -> str:
    """SQL that signs another badge, of the certificate that waits."""
    return another(Badge, **{"certificate_id": WAITING, "place": "8", **changes})


BROKEN_BY_CERTIFICATES = {
    "a_certificate_is_of_a_known_kind": issued(kind="'diploma'"),
    "a_certificate_has_a_known_state": issued(state="'lost'"),
    # the database gives the number: only past its own trigger is one given twice
    "certificates_are_numbered_apart": (
        "SET CONSTRAINTS ALL IMMEDIATE; ALTER TABLE assessments_certificate DISABLE TRIGGER USER;"
        + issued(
            cohort_id="(SELECT max(cohort_id) "
            "FROM enrollment_enrollment WHERE id = (SELECT max(id) FROM enrollment_enrollment))"
        )
    ),
    "one_valid_certificate_of_a_kind_per_place": issued(
        enrollment_id=f"(SELECT enrollment_id FROM assessments_certificate WHERE id = {STATEMENT})"
    ),
    "a_certificate_is_of_the_edition_of_its_place": (
        "SET CONSTRAINTS ALL IMMEDIATE; ALTER TABLE assessments_certificate DISABLE TRIGGER USER;"
        "UPDATE assessments_certificate SET cohort_id = (SELECT max(id) FROM courses_cohort)"
    ),
    "nobody_guesses_the_code_of_a_certificate": issued(code="'0001'"),
    "what_a_certificate_says_has_its_hash": issued(digest="''"),
    "it_is_known_who_ended_a_certificate_and_why": [
        OF_STATEMENT.format("state = 'revoked'"),
        OF_STATEMENT.format(f"state = 'revoked', {ENDED.replace('Refuso', '')}"),
        OF_STATEMENT.format("reason = 'Refuso'"),
    ],
    "a_certificate_is_for_who_stayed": [
        issued(kind="'certificate'"),
        "UPDATE enrollment_enrollment SET auditor = true WHERE ends_on IS NULL;"
        + issued(kind="'certificate'", enrollment_id="(SELECT min(id) FROM enrollment_enrollment)"),
    ],
    "a_certificate_changes_state_by_the_rules": [
        f"UPDATE assessments_certificate SET {STANDS} WHERE state = 'superseded'",
        "UPDATE assessments_certificate SET state = 'revoked' WHERE state = 'superseded'",
    ],
    "what_a_certificate_says_never_changes": [
        OF_STATEMENT.format("facts = '{}'"),
        OF_STATEMENT.format("issued_at = now()"),
        OF_STATEMENT.format("number = 7"),
        OF_STATEMENT.format("code = '0123456789012345678901'"),
        "UPDATE assessments_certificate SET reason = 'Altro' WHERE state = 'superseded'",
        "DELETE FROM assessments_certificate",
    ],
    "a_certificate_is_ready_once_with_all_papers": [
        OF_STATEMENT.format("ready_at = now()"),
        OF_STATEMENT.format("ready_at = NULL"),
        "UPDATE assessments_certificate SET ready_at = now() WHERE ready_at IS NULL",
        f"{issued()}; UPDATE assessments_certificate SET ready_at = now() WHERE id = {LAST}",
    ],
    "one_supersedes_what_was_the_same_persons": [
        issued(supersedes_id=STATEMENT),
        issued(supersedes_id="(SELECT id FROM assessments_certificate WHERE state = 'superseded')"),
    ],
    "a_paper_is_of_a_known_kind": another(CertificatePaper, kind="'map'", certificate_id=WAITING),
    "a_paper_is_in_a_known_language": another(CertificatePaper, language="'fr'", certificate_id=WAITING),
    "a_paper_is_made_once_in_a_language": another(
        CertificatePaper, certificate_id=WAITING, kind="'transcript'", content="NULL", digest="''"
    ),
    "a_paper_has_the_hash_of_its_bytes": [
        f"UPDATE assessments_certificatepaper SET {change} WHERE content IS NULL"
        for change in (
            "content = '%PDF'",
            "digest = repeat('0', 64)",
            "content = '', digest = repeat('0', 64)",
        )
    ],
    "a_paper_once_made_stays_as_it_is": [
        "UPDATE assessments_certificatepaper SET content = '%PDF-2' WHERE content IS NOT NULL",
        "UPDATE assessments_certificatepaper SET content = NULL, digest = '' WHERE content IS NOT NULL",
        "UPDATE assessments_certificatepaper SET kind = 'transcript' WHERE content IS NULL",
        "DELETE FROM assessments_certificatepaper WHERE content IS NULL",
    ],
    "a_ready_certificate_takes_no_more_papers": another(CertificatePaper, kind="'supplement'"),
    "a_badge_is_in_a_known_language": badge(language="'fr'"),
    "a_badge_has_a_place_the_list_has": badge(place="131072"),
    "a_badge_is_signed": badge(jws="'a.b'"),
    "a_badge_is_never_changed": [
        "UPDATE assessments_badge SET place = 7",
        "DELETE FROM assessments_badge",
        "SET CONSTRAINTS ALL IMMEDIATE; TRUNCATE assessments_badge",
    ],
    "a_badge_is_of_a_certificate": badge(certificate_id=STATEMENT),
    "there_is_one_list_of_revoked_badges": (
        "INSERT INTO assessments_revocationlist (id, jws, signed_at) VALUES (2, 'a.b.c', now())"
    ),
    "a_list_of_revoked_badges_is_signed": "UPDATE assessments_revocationlist SET jws = ''",
}


def certificates_of_every_state() -> None:
    """A statement that was superseded, the one that stands, and one whose papers are still to be made.

    Somebody of another edition has left.
    """
    person = factories.an_enrollment()
    old = factories.a_certificate(person)
    old.state, old.ended_at, old.ended_by, old.reason = "superseded", NOON, factories.a_person(), "Nome"
    old.save()
    factories.a_certificate(person, supersedes=old)
    factories.a_certificate(person, kind="certificate", ready=False)
    other = factories.a_certificate(kind="certificate", ready=False)
    Badge.objects.create(certificate=other, language="it", place=7, jws="a.b.c", signed_at=NOON)
    RevocationList.objects.create(pk=1, jws="a.b.c", signed_at=NOON)
    left = {"starts_on": date(2022, 1, 13), "ends_on": date(2022, 3, 4), "ended_at": NOON, "reason": "Ritiro"}
    factories.an_enrollment(state="withdrawn", **left)
