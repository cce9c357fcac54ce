"""A published ranking as a table for a spreadsheet, and the minutes of its committee as a paper.

Only of versions that were published, and for the office alone: they name everybody.
"""

from collections import Counter
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from django.utils.formats import date_format, number_format
from django.utils.text import capfirst
from django.utils.timezone import localtime
from django.utils.translation import get_language, ngettext, pgettext
from django.utils.translation import gettext as _

from courses.paper import Data, Paper, Section, set_paper
from courses.tables import write_csv, write_xlsx
from enrollment.admission import Placed, rank_again
from enrollment.models import Criterion, Evaluation, Ground, Phase, Ranking
from enrollment.standings import in_words

PLACE, POINTS = 0, (3, 4, 5)  # columns of numbers


class Entry(NamedTuple):
    """One line of a ranking in words; points as they were recorded."""

    place: int | None
    receipt: str
    name: str
    documents: Decimal | None
    interview: Decimal | None
    total: Decimal | None
    outcome: str
    note: str


def columns() -> list[str]:
    """The names of the fields of an entry, in the reader's language."""
    return [
        capfirst(str(name))
        for name in (
            pgettext("in a ranking", "position"),
            pgettext("of an application", "receipt"),
            _("name"),
            _("documents"),
            _("interview"),
            _("total"),
            pgettext("of an application", "outcome"),
            _("note"),
        )
    ]


def entries(ranking: Ranking) -> list[Entry]:
    """By place, then those not suitable by points, then the excluded: as it was published."""
    written = {line.application_id: line for line in ranking.lines.select_related("application__user")}
    code = ranking.inputs["edition"]
    return [
        Entry(
            line.place,
            f"{code}/{placed.receipt:04}",
            line.application.user.name,
            line.documents,
            line.interview,
            line.total,
            line.get_outcome_display(),
            note_of(placed),
        )
        for placed in rank_again(ranking.inputs)
        for line in [written[placed.key]]
    ]


def note_of(placed: Placed) -> str:
    """The ground of an exclusion, what settled a tie."""
    ground = f"{capfirst(str(Ground(placed.ground).label))}." if placed.ground else ""
    return " ".join(filter(None, [ground, *map(in_words, placed.reasons)]))


def name_of_file(ranking: Ranking, kind: str) -> str:
    """Such as ranking-SMTC-2027-1-v1.csv."""
    return f"ranking-{ranking.inputs['edition']}-v{ranking.version}.{kind}"


def as_csv(ranking: Ranking) -> bytes:
    """For a spreadsheet; nothing in it computes."""
    return write_csv(columns(), entries(ranking))


def as_xlsx(ranking: Ranking) -> bytes:
    """The same; points stay numbers."""
    return write_xlsx(f"{ranking.inputs['edition']} v{ranking.version}", columns(), entries(ranking))


def minutes(ranking: Ranking) -> bytes:
    """The minutes of the committee as PDF, in the reader's language."""
    return set_paper(minutes_of(ranking), ranking.published_at)


def minutes_of(ranking: Ranking) -> Paper:
    """What they say."""
    edition = ranking.inputs["edition"]
    version = _("Version %(number)d") % {"number": ranking.version}
    return Paper(
        title=_("Minutes of the selection committee"),
        subtitle=f"{ranking.call.cohort.programme}, {edition}",
        language=(get_language() or "it")[:2],
        footer=f"{edition} · {version} · SHA-256 {ranking.digest}",
        landscape=True,
        sections=[
            the_version(ranking, version),
            the_committee(ranking.inputs),
            the_criteria(ranking.inputs),
            the_conflicts(ranking),
            the_remarks(ranking),
            the_ranking(ranking),
            the_signatures(ranking.inputs),
        ],
    )


def moment(at) -> str:
    """In Italian time, in words."""
    return date_format(localtime(at), "DATETIME_FORMAT")


def the_version(ranking: Ranking, version: str) -> Section:
    """Which call, which version, from what."""
    call, inputs = ranking.call, ranking.inputs
    sheets = sum(len(candidate["sheets"]) for candidate in inputs["candidates"])
    facts = [
        (_("Edition"), inputs["edition"]),
        (_("Call"), f"{moment(call.opens_at)} – {moment(call.closes_at)}"),
        (_("Ranking"), f"{version}, {moment(ranking.published_at)}, {ranking.published_by}"),
        (_("Seats"), str(inputs["seats"])),
        (_("Suitable from"), _("%(points)s points") % {"points": inputs["suitable_from"]}),
        (_("Applications"), str(len(inputs["candidates"]))),
        (_("Signed score sheets"), str(sheets)),
        (_("Digest"), ranking.digest),
    ]
    if ranking.reason:
        facts.insert(3, (_("Why a new version"), ranking.reason))
    return Section(_("The call"), facts=facts)


def the_committee(inputs: Mapping[str, Any]) -> Section:
    """Who judged, and how much."""
    sheets = [sheet for candidate in inputs["candidates"] for sheet in candidate["sheets"]]
    signed = Counter(sheet["member"] for sheet in sheets)
    conflicts = Counter(sheet["member"] for sheet in sheets if sheet["conflict"])
    rows = [
        [m["name"], m["organisation"] or "–", str(signed[m["member"]]), str(conflicts[m["member"]])]
        for m in inputs["committee"]
    ]
    heads = [_("Member"), _("Organisation"), _("Signed score sheets"), _("With a conflict of interest")]
    return Section(_("The committee"), tables=[Data(heads, rows, numbers=(2, 3), wide=(0, 1))])


def the_criteria(inputs: Mapping[str, Any]) -> Section:
    """What earned points."""
    scheme = [Criterion(**criterion) for criterion in inputs["criteria"]]
    rows = [[capfirst(c.get_phase_display()), c.title, str(c.maximum)] for c in scheme]
    heads = [_("Phase"), _("Criterion"), _("Points at most")]
    return Section(
        _("The criteria"),
        [
            _(
                "Each member gave points on a signed score sheet before seeing those of the others. Points"
                " are averages over the members, added exactly and shown with two decimals. With the same"
                " total the interview decides, then the younger age, then who applied first."
            )
        ],
        tables=[Data(heads, rows, numbers=(2,), wide=(1,))],
    )


def judged_in(ranking: Ranking):
    """The signed sheets it was computed from, with their people."""
    judged = (candidate for candidate in ranking.inputs["candidates"] if candidate["sheets"])
    applications = [candidate["application"] for candidate in judged]
    return (
        Evaluation.objects.signed()
        .filter(application__in=applications, signed_at__lte=ranking.published_at)
        .select_related("application__user", "application__cohort", "member")
        .order_by("application__number", "phase", "member__name")
    )


def the_conflicts(ranking: Ranking) -> Section:
    """Who judged somebody with the same employer."""
    rows = [
        [sheet.member.name, sheet.application.receipt, sheet.application.user.name, phase_of(sheet)]
        for sheet in judged_in(ranking).filter(conflict=True)
    ]
    heads = [_("Member"), _("Receipt"), _("Applicant"), _("Phase")]
    none = [] if rows else [_("No conflict of interest was declared.")]
    return Section(_("Conflicts of interest"), none, tables=[Data(heads, rows, wide=(0, 2))] if rows else [])


def the_remarks(ranking: Ranking) -> Section:
    """What members wanted to be written here."""
    rows = [
        [sheet.member.name, sheet.application.receipt, phase_of(sheet), sheet.remark]
        for sheet in judged_in(ranking).exclude(remark="")
    ]
    heads = [_("Member"), _("Receipt"), _("Phase"), _("Remark")]
    none = [] if rows else [_("There are none.")]
    return Section(_("Remarks"), none, tables=[Data(heads, rows, wide=(3,))] if rows else [])


def phase_of(sheet: Evaluation) -> str:
    """In words."""
    return capfirst(str(Phase(sheet.phase).label))


def the_ranking(ranking: Ranking) -> Section:
    """Everybody, with points, what settled a tie, and the ground of an exclusion."""
    found = entries(ranking)
    admitted = sum(line["seated"] for line in ranking.inputs["candidates"])
    seated = ngettext(
        "%(number)d person had already accepted a place and keeps it.",
        "%(number)d people had already accepted a place and keep it.",
        admitted,
    ) % {"number": admitted}
    return Section(
        _("The ranking"),
        [seated] if admitted else [],
        tables=[
            Data(
                columns(),
                [[shown(cell) for cell in entry] for entry in found],
                numbers=(PLACE, *POINTS),
                wide=(2, 7),
            )
        ],
    )


def shown(cell: object) -> str:
    """A cell as text, numbers as the reader writes them."""
    if isinstance(cell, Decimal):
        return number_format(cell, 2)
    return "–" if cell is None else str(cell)


def the_signatures(inputs: Mapping[str, Any]) -> Section:
    """A line for each member."""
    rows = [[member["name"], ""] for member in inputs["committee"]]
    return Section(_("Signatures"), tables=[Data([_("Member"), _("Signature")], rows, wide=(0, 1))])
