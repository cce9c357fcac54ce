"""What one applicant reads of a published ranking: the own line and nobody else's."""

from collections.abc import Mapping
from decimal import Decimal
from typing import NamedTuple

from django.db.models import OuterRef, Subquery, Sum
from django.db.models.fields.json import KeyTextTransform
from django.utils.translation import gettext_lazy as _

from enrollment.models import Application, Criterion, Phase, RankingLine


class OwnOutcome(NamedTuple):
    """What one applicant reads of a published ranking: nothing of anybody else."""

    line: RankingLine
    suitable: int  # how many had a place
    suitable_from: int
    maxima: Mapping[str, int]  # points at most, by phase

    @property
    def points(self) -> list[tuple[object, Decimal, int]]:
        """Documents, interview and total: what, how many points, of how many; not those nobody gave."""
        line = self.line
        rows = [
            *((phase.label, getattr(line, phase), self.maxima.get(phase, 0)) for phase in Phase),
            (_("total"), line.total, sum(self.maxima.values())),
        ]
        return [(name, points, maximum) for name, points, maximum in rows if points is not None and maximum]


def own_outcome(application: Application) -> OwnOutcome | None:
    """From the latest version `application` stands in; None before any is published. Two queries."""
    placed = RankingLine.objects.filter(ranking=OuterRef("ranking"), place__isnull=False)
    line = (
        RankingLine.objects.filter(application=application)
        .select_related("ranking")
        .defer("ranking__inputs")
        .annotate(
            suitable=Subquery(placed.order_by("-place").values("place")[:1]),
            suitable_from=KeyTextTransform("suitable_from", "ranking__inputs"),
        )
        .order_by("-ranking__version")
        .first()
    )
    if line is None:
        return None
    criteria = Criterion.objects.filter(call=line.ranking.call_id).order_by()
    maxima = dict(criteria.values_list("phase").annotate(Sum("maximum")))
    return OwnOutcome(line, line.suitable or 0, int(line.suitable_from), maxima)
