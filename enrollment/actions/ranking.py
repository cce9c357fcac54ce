"""The ranking: published in versions that are only superseded. Locks: see `passages`."""

import logging
from collections import defaultdict
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from courses.models import Cohort
from courses.refusals import Refusal
from enrollment.models import Application, Call, Offer, Ranking, RankingLine
from enrollment.standings import Standing, in_words, standing_of

from .offers import hold_offer, make_offer, settle
from .passages import pass_all_to

log = logging.getLogger(__name__)
State = Application.State


@transaction.atomic
def publish_ranking(*, call: Call, by, at: datetime, reason: str = "", seen: str | None = None) -> Ranking:
    """Freeze the ranking as it stands, tell everybody their outcome, and offer the seats.

    `seen` is the digest of the preview `by` has looked at: what has changed since is not published.
    Published again unchanged, it is the version there is. A later version needs a reason, which
    applicants read; whoever has accepted a seat keeps it, whoever is no longer admitted loses the open
    offer.
    """
    Cohort.objects.select_for_update(no_key=True).get(pk=call.cohort_id)
    standing = standing_of(Call.objects.select_related("cohort__hub").get(pk=call.pk), at)
    current, reason = standing.current, reason.strip()
    if current and (seen == current.digest or standing.unchanged):
        return Ranking.objects.get(pk=current.pk)
    if seen not in (None, standing.digest):
        raise Refusal(_("The ranking has changed since you looked at it: look at it again."))
    if missing := standing.missing:
        raise Refusal(" ".join(in_words(reason) for reason in missing))
    if current and not reason:
        raise Refusal(_("Say why the ranking is published anew."))
    ranking = freeze(standing, by=by, at=at, reason=reason)
    carry_out(standing, by=by, at=at, reason=reason)
    log.info("ranking of %s published, version %d", call.cohort, ranking.version)
    return ranking


def freeze(standing: Standing, *, by, at: datetime, reason: str) -> Ranking:
    """Write the version with its lines."""
    ranking = Ranking.objects.create(
        call=standing.call,
        version=standing.current.version + 1 if standing.current else 1,
        published_at=at,
        published_by=by,
        reason=reason if standing.current else "",
        inputs=standing.inputs,
        digest=standing.digest,
    )
    RankingLine.objects.bulk_create(
        RankingLine(
            ranking=ranking,
            application_id=line.key,
            place=line.place,
            documents=line.documents,
            interview=line.interview,
            total=line.total,
            outcome=line.outcome.value,
            ground=line.ground,
        )
        for line in standing.ranking
    )
    return ranking


def carry_out(standing: Standing, *, by, at: datetime, reason: str) -> None:
    """Move the applications: first those who lose an offer, so that their seats are free for the others."""
    moving = defaultdict(list)
    for line in standing.ranking:
        if standing.people[line.key].state not in (line.outcome, State.ENROLLED):
            moving[line.outcome.value].append(line.key)
    losing = [key for outcome, keys in moving.items() if outcome != State.ADMITTED for key in keys]
    for offer in Offer.objects.open().filter(application__in=losing).select_related("application"):
        settle(hold_offer(offer), Offer.State.REVOKED, by=by, at=at)
    for outcome, keys in moving.items():
        pass_all_to(keys, outcome, by=by, at=at, reason=reason)
    if standing.deadline:
        for application in Application.objects.filter(pk__in=moving[State.ADMITTED]).order_by("pk"):
            make_offer(application=application, deadline=standing.deadline, by=by, at=at)
