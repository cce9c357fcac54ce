"""The papers of a certificate: itself or a statement, the transcript, the supplement; from its facts alone.

The same certificate in the same language is always the same bytes. All of them lead, by a QR code, to the
public page that says whether it still stands.
"""

import json
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import override, pgettext

from assessments.achievement import Facts, result_of
from assessments.models import Certificate, PaperKind
from assessments.models.panel import JudgementWord
from assessments.models.wording import in_words
from courses.hours import show_minutes
from courses.models.wording import readers_language
from courses.paper import Code, Data, Paper, Section, as_squares, set_layout, set_paper

LAYOUT = Path(__file__).with_suffix(".typ")


def make(certificate: Certificate, kind: str, language: str) -> bytes:
    """The PDF of one of its papers."""
    with override(language):
        if kind in FRONTS:
            data = {"words": json.dumps(front(certificate, kind), ensure_ascii=False)}
            return set_layout(LAYOUT, data, certificate.issued_at)
        return set_paper(ANNEXES[kind](certificate), certificate.issued_at)


def transcript_today(facts: Facts, at: datetime) -> bytes:
    """What is published of somebody so far, in the reader's language; it has no number and proves nothing."""
    words = _("As of %(moment)s. Not numbered: the transcript proper comes with the certificate.")
    moment = date_format(at, "DATETIME_FORMAT")
    sections = [the_person(facts), the_tests(facts), *the_project(facts), the_scale()]
    return set_paper(annex(_("Transcript"), facts, words % {"moment": moment}, sections), at)


def address_of(certificate: Certificate) -> str:
    """Where anybody can ask whether it still stands."""
    return settings.SITE_URL + reverse("assessments:check", args=[certificate.code])


def front(certificate: Certificate, kind: str) -> dict[str, Any]:
    """What stands on a certificate or a statement of attendance."""
    address = address_of(certificate)
    place = _("Turin, %(day)s") % {"day": day(certificate.facts["issued"])}
    return FRONTS[kind](certificate.facts) | {
        "language": readers_language(),
        "institution": _("Politecnico di Torino"),
        "school": _("School of Masters and Lifelong Learning · SMTC Academy"),
        "name": certificate.name,
        "place": place,
        "number": _("No. %(number)s") % {"number": certificate},
        "check": _("Whether this document stands, and whether a file is ours:"),
        "address": address,
        "shown": address.removeprefix("https://").removeprefix("http://"),
        "image": as_squares(address),
    }


def of_a_certificate(facts: Facts) -> dict[str, Any]:
    """Who has done everything."""
    body = _(
        "has completed the programme “%(title)s”, edition %(edition)s, of %(hours)s, held in Turin in "
        "presence and remotely from %(begins)s to %(ends)s, and has fulfilled all its conditions."
    )
    passed = [one for one in facts["tests"] if one["result"] and result_of(one["result"]).passed]
    told = [
        (_("Hours of the programme"), show_minutes(facts["minutes"])),
        (_("Hours attended"), show_minutes(facts["attended"])),
        (_("Module tests passed"), f"{len(passed)}/{len(facts['tests'])}"),
    ]
    if mean := facts["averages"].get("thirty"):
        told.append((_("Average, weighted by hours"), f"{number_format(mean)}/30"))
    if facts["project"]:
        told.append((_("Project work"), word_of(facts)))
    return {
        "title": pgettext("title of a document", "Certificate"),
        "before": _("It is certified that"),
        "body": body % spans(facts),
        "facts": told,
    }


def of_a_statement(facts: Facts) -> dict[str, Any]:
    """Who was there, for how long; nothing more."""
    body = _(
        "has attended %(attended)s of the %(hours)s of the programme “%(title)s”, edition %(edition)s, "
        "held in Turin in presence and remotely from %(begins)s to %(ends)s."
    )
    told = [
        (_("Hours of the programme"), show_minutes(facts["minutes"])),
        (_("Hours attended"), show_minutes(facts["attended"])),
        (pgettext("of a person", "In the edition"), f"{short(facts['joined'])} – {short(until(facts))}"),
    ]
    return {
        "title": _("Statement of attendance"),
        "before": _("It is stated that"),
        "body": body % (spans(facts) | {"attended": show_minutes(facts["attended"])}),
        "facts": told,
    }


def transcript(certificate: Certificate) -> Paper:
    """The results, test by test."""
    facts = certificate.facts
    sections = [the_person(facts), the_tests(facts), *the_project(facts), the_scale(), the_check(certificate)]
    return annex(_("Transcript"), facts, with_number(certificate), sections)


def supplement(certificate: Certificate) -> Paper:
    """What the programme was: hours, modules and what one learns in them, and what the panel wrote."""
    facts = certificate.facts
    sections = [the_programme(facts), *the_blocks(facts)]
    if facts["project"]:
        told = [(_("Project work"), own(facts["project"]["title"])), (_("Judgement"), word_of(facts))]
        sections.append(
            Section(_("The project work, as the panel judged it"), [facts["project"]["text"]], told)
        )
    sections += [the_scale(), the_check(certificate)]
    return annex(_("Supplement to the certificate"), facts, with_number(certificate), sections)


def annex(title: str, facts: Facts, subtitle: str, sections: list[Section]) -> Paper:
    """A paper that goes with a certificate."""
    return Paper(
        title=title,
        subtitle=subtitle,
        language=readers_language(),
        footer=f"SMTC Academy · {facts['edition']} · {facts['name']}",
        sections=sections,
    )


def with_number(certificate: Certificate) -> str:
    """Which certificate it goes with."""
    return _("With certificate no. %(number)s of %(day)s") % {
        "number": certificate,
        "day": day(certificate.facts["issued"]),
    }


def the_person(facts: Facts) -> Section:
    """Whose it is."""
    return Section(
        facts["name"],
        facts=[
            (_("Programme"), own(facts["title"])),
            (_("Edition"), f"{facts['edition']}, {short(facts['begins'])} – {short(facts['ends'])}"),
            (_("Hours of the programme"), show_minutes(facts["minutes"])),
            (_("Hours attended"), show_minutes(facts["attended"])),
        ],
    )


def the_tests(facts: Facts) -> Section:
    """One line each, and the average."""
    rows = [
        [
            own(one["title"]),
            show_minutes(one["minutes"]),
            in_words(result_of(one["result"])) if one["result"] else "–",
            _("at the retake") if one["retaken"] else "",
        ]
        for one in facts["tests"]
    ]
    heads = [_("Module"), _("Hours"), _("Result"), _("Note")]
    of = {"thirty": "/30", "hundred": "/100"}
    means = [f"{number_format(mean)}{of[scale]}" for scale, mean in facts["averages"].items()]
    told = [(_("Average, weighted by hours"), " · ".join(means) or "–")]
    return Section(_("Module tests"), facts=told, tables=[Data(heads, rows, numbers=(1,), wide=(0,))])


def the_project(facts: Facts) -> list[Section]:
    """Nothing before its judgement is published."""
    project = facts["project"]
    if not project:
        return []
    told = [(_("Title"), own(project["title"])), (_("Judgement"), word_of(facts))]
    if project["sponsor"]:
        told.insert(1, (_("Sponsor"), project["sponsor"]))
    return [Section(_("Project work"), facts=told)]


def the_scale() -> Section:
    """How results are read."""
    words = ", ".join(str(JudgementWord(one).label) for one in reversed(JudgementWord.values))
    return Section(
        _("How results are read"),
        [
            _(
                "Module tests are marked in thirtieths, in hundredths, or as passed and not passed. A test "
                "is passed from 18/30 or 60/100. Honours come only with 30 and do not enter the average, "
                "which weighs each mark by the hours of its module and is cut to two decimals."
            ),
            _("The project work is judged in a word, from the lowest: %(words)s.") % {"words": words},
        ],
    )


def the_programme(facts: Facts) -> Section:
    """What it was."""
    share = 100 * facts["academic"] / facts["minutes"]
    told = [
        (_("Programme"), own(facts["title"])),
        (_("Edition"), f"{facts['edition']}, {short(facts['begins'])} – {short(facts['ends'])}"),
        (_("Main hub"), facts["hub"]),
        (_("Hours of the programme"), show_minutes(facts["minutes"])),
        (
            _("Academic teaching"),
            f"{show_minutes(facts['academic'])} ({number_format(share, 0)}%)",
        ),
        (
            _("Teaching with companies"),
            f"{show_minutes(facts['company'])} ({number_format(100 - share, 0)}%)",
        ),
        (_("Mode"), _("part time, in presence and remotely")),
        (_("Language"), _("Italian")),
    ]
    return Section(_("The programme"), facts=told)


def the_blocks(facts: Facts) -> list[Section]:
    """Modules with their hours and what one can do afterwards."""
    heads = [_("Module"), _("Hours"), _("Learning outcomes")]
    return [
        Section(
            f"{own(block['title'])}, {show_minutes(block['minutes'])}",
            tables=[
                Data(
                    heads,
                    [
                        [own(one["title"]), show_minutes(one["minutes"]), own(one["outcomes"]) or "–"]
                        for one in block["modules"]
                    ],
                    numbers=(1,),
                    wide=(0, 2),
                )
            ],
        )
        for block in facts["blocks"]
    ]


def the_check(certificate: Certificate) -> Section:
    """Where to ask whether it still stands."""
    words = _("Whether the certificate stands, and whether a file is ours, is shown at this address.")
    told = [(_("Hash of what it says (SHA-256)"), certificate.digest)]
    return Section(_("Verification"), facts=told, code=Code(address_of(certificate), words))


def own(told: dict[str, str]) -> str:
    """In the language of the paper; the other where that is empty."""
    return told[readers_language()] or told["it"] or told["en"]


def word_of(facts: Facts) -> str:
    """The judgement of the project."""
    return str(JudgementWord(facts["project"]["word"]).label)


def until(facts: Facts) -> str:
    """The last day somebody belonged to the edition, or the day of the document while it lasts."""
    return facts["left"] or min(facts["ends"], facts["issued"])


def spans(facts: Facts) -> dict[str, str]:
    """What both fronts say of the edition."""
    return {
        "title": own(facts["title"]),
        "edition": facts["edition"],
        "hours": show_minutes(facts["minutes"]),
        "begins": day(facts["begins"]),
        "ends": day(facts["ends"]),
    }


def day(stamp: str) -> str:
    """A kept day in words."""
    return date_format(date.fromisoformat(stamp), "DATE_FORMAT")


def short(stamp: str) -> str:
    """A kept day in figures."""
    return date_format(date.fromisoformat(stamp), "SHORT_DATE_FORMAT")


FRONTS: dict[str, Callable[[Facts], dict[str, Any]]] = {
    PaperKind.CERTIFICATE: of_a_certificate,
    PaperKind.STATEMENT: of_a_statement,
}
ANNEXES: dict[str, Callable[[Certificate], Paper]] = {
    PaperKind.TRANSCRIPT: transcript,
    PaperKind.SUPPLEMENT: supplement,
}
