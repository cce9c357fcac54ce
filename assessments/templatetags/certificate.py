"""Who may be certified, in templates."""

from collections.abc import Mapping

from django import template
from django.utils.formats import date_format
from django.utils.translation import gettext, gettext_lazy

from assessments.budget import Scope
from assessments.certificate import Group, Leaf, Need, Why
from assessments.templatetags.attendance import scope_in_words
from courses.hours import show_minutes
from courses.models.wording import readers_language
from courses.reasons import Reason

register = template.Library()

NEEDS = {
    Need.HOURS: gettext_lazy("Hours of attendance"),
    Need.TESTS: gettext_lazy("Module tests"),
    Need.PROJECT: gettext_lazy("Project work"),
    Need.FINAL: gettext_lazy("Final assessment"),
    Need.AGREEMENT: gettext_lazy("Participation agreement"),
}
SENTENCES = {
    Why.AUDITOR: gettext_lazy("Auditors attend without a certificate."),
    Why.LEFT: gettext_lazy("Left the edition on %(day)s."),
    Why.HOURS_REACHED: gettext_lazy("%(attended)s attended of the %(asked)s asked for (%(what)s)."),
    Why.HOURS_MISSING: gettext_lazy("%(missing)s are missing of the %(asked)s asked for (%(what)s)."),
    Why.HOURS_OUT_OF_REACH: gettext_lazy(
        "%(missing)s are missing of the %(asked)s asked for, and can no longer be reached (%(what)s)."
    ),
    Why.TESTS_PASSED: gettext_lazy("%(passed)s of %(tests)s passed."),
    Why.NO_TEST_YET: gettext_lazy("No test is on the timetable yet."),
    Why.TEST_AWAITED: gettext_lazy("Results awaited: %(modules)s."),
    Why.RETAKE_OPEN: gettext_lazy("Not passed yet, the retake is open: %(modules)s."),
    Why.TEST_NOT_PASSED: gettext_lazy("Not passed: %(modules)s."),
    Why.PROJECT_PASSED: gettext_lazy("The project work is passed."),
    Why.PROJECT_AWAITED: gettext_lazy("The judgement of the project work is awaited."),
    Why.PROJECT_NOT_PASSED: gettext_lazy("The project work is not passed."),
    Why.FINAL_DONE: gettext_lazy("The final assessment was attended."),
    Why.FINAL_AWAITED: gettext_lazy("The final assessment is still to come, or its register to be kept."),
    Why.FINAL_MISSED: gettext_lazy("The final assessment was missed."),
    Why.AGREEMENT_SIGNED: gettext_lazy("The agreement is signed."),
    Why.AGREEMENT_MISSING: gettext_lazy("The agreement has not been signed yet."),
}


@register.filter
def need(what: Need) -> str:
    """What is asked for: "Module tests"."""
    return str(NEEDS[what])


@register.filter
def asked_in_words(tree: Group | Leaf) -> str:
    """What an edition asks for: "Hours of attendance; Project work or Final assessment"."""
    if isinstance(tree, Group):
        joint = "; " if tree.at_least is None else gettext(" or ")
        return joint.join(asked_in_words(part) for part in tree.parts)
    if not tree.spared:
        return need(tree.need)
    return gettext("%(need)s, all but %(number)s") % {"need": need(tree.need), "number": tree.spared}


@register.filter
def in_words(reason: Reason) -> str:
    """A reason of a verdict as a sentence."""
    facts = {name: shown(name, value) for name, value in reason.facts.items()}
    if "scope" in reason.facts:
        facts["what"] = scope_in_words(Scope(str(reason.facts["scope"])), str(reason.facts["key"]))
    return SENTENCES[Why(reason.code)] % facts


def shown(name: str, value: object) -> str:
    """Minutes as hours, a day in the reader's language."""
    if name in ("attended", "asked", "missing") and isinstance(value, int):
        return show_minutes(value)
    return date_format(value, "DATE_FORMAT") if name == "day" else str(value)  # type: ignore[arg-type]


@register.filter
def apart(reason: Reason) -> bool:
    """Whether it says more than any need does: an auditor, somebody who has left."""
    return reason.code in (Why.AUDITOR, Why.LEFT)


@register.filter
def at(titles: Mapping[str, str], key: str) -> str:
    """What a module is called."""
    return titles.get(key, key)


@register.filter
def own(told: Mapping[str, str]) -> str:
    """Of a title in two languages the reader's."""
    return told[readers_language()]
