"""What was found for a plan of teams, in words with names: why a team is balanced, what would change."""

from collections import defaultdict
from collections.abc import Mapping

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from assessments.models import TeamPlan
from enrollment.models.profile import Region, WorkProfile
from enrollment.teams import Change, Hard, Level, Note, Shortage, Why

ATTRIBUTES = {
    "sector": gettext_lazy("sector"),
    "employer_kind": gettext_lazy("kind of employer"),
    "region": gettext_lazy("region of work"),
    "access": gettext_lazy("attendance"),
    "role": pgettext_lazy("work", "role"),
}
VALUES = {
    value.casefold(): label
    for choices in (WorkProfile.Sector, WorkProfile.EmployerKind, Region, WorkProfile.Access)
    for value, label in choices.choices
}
LEVELS = {
    Level.ALONE: gettext_lazy("People alone in their sector"),
    Level.EVENINGS: gettext_lazy("Teams without a common evening"),
    Level.EVENNESS: gettext_lazy("Distance from counts as even as can be"),
    Level.SCORES: gettext_lazy("Distance between the scores of teams"),
    Level.CHANGES: gettext_lazy("People who change their team"),
    Level.PREFERENCES: gettext_lazy("Places down the lists of preferences"),
}
# Those a plan can have: it knows of no evenings, no scores and no preferences.
SHOWN = (Level.ALONE, Level.EVENNESS, Level.CHANGES)
SENTENCES: Mapping[str, object] = {
    Why.TOO_MANY: gettext_lazy("%(value)s: %(number)s, at most %(most)s would be even"),
    Why.TOO_FEW: gettext_lazy("%(value)s: %(number)s, at least %(fewest)s would be even"),
    Why.ALONE: gettext_lazy("%(person)s is the only one here of this sector: %(value)s"),
    Why.EMPLOYERS_DIFFER: gettext_lazy("Everybody has another employer"),
    Why.EMPLOYER_SHARED: gettext_lazy("%(number)s people of the same employer: %(employer)s"),
    Why.PINNED: gettext_lazy("%(person)s stays here because you asked for it"),
    Why.TOGETHER: gettext_lazy("Kept together as you asked: %(people)s"),
    Change.JOINED: gettext_lazy("%(person)s joins %(is)s"),
    Change.LEFT: gettext_lazy("%(person)s leaves %(was)s"),
    Change.MOVED: gettext_lazy("%(person)s goes from %(was)s to %(is)s"),
    Note.EMPLOYER_RELAXED: gettext_lazy(
        "%(number)s people are of one employer, for %(teams)s teams: up to %(most)s in each (%(employer)s)"
    ),
    Shortage.UNKNOWN: gettext_lazy(
        "A wish names somebody or a team that will not be there: %(person)s %(team)s"
    ),
    Shortage.NAMED_TWICE: gettext_lazy("Somebody is named twice."),
    Shortage.SIZES: gettext_lazy(
        "%(number)s people do not make %(teams)s teams of %(smallest)s to %(largest)s."
    ),
    Shortage.GROUP_TOO_LARGE: gettext_lazy(
        "Kept together they are more than the %(most)s of a team: %(people)s"
    ),
    Shortage.TOO_MANY_LARGE_GROUPS: gettext_lazy(
        "More groups of %(size)s people are kept together than the %(most)s teams of that size."
    ),
    Shortage.TOGETHER_AND_APART: gettext_lazy("Kept together and apart at once: %(people)s"),
    Shortage.TWO_PINS: gettext_lazy("Kept together, and in different teams at once: %(people)s"),
    Shortage.PINNED_AND_FORBIDDEN: gettext_lazy("Must be in %(team)s and must not: %(people)s"),
    Shortage.NO_TEAM_LEFT: gettext_lazy("No team is left for %(people)s"),
    Shortage.ALL_APART: gettext_lazy(
        "To be apart from each other, more than the %(teams)s teams: %(people)s"
    ),
    Shortage.CHANGES: gettext_lazy("More people have to change their team than the %(most)s who may."),
    Hard.PIN: gettext_lazy("%(person)s in %(team)s"),
    Hard.FORBIDDEN: gettext_lazy("%(person)s not in %(team)s"),
    Hard.TOGETHER: gettext_lazy("kept together: %(people)s"),
    Hard.APART: gettext_lazy("kept apart: %(people)s"),
    Hard.EMPLOYER: gettext_lazy("one person per team of this employer: %(employer)s"),
    Hard.TOO_MANY_CHANGES: gettext_lazy("at most %(most)s change their team"),
}


class Found:
    """What a plan found, as its page shows it; `names` is the key of an enrollment → its person."""

    def __init__(self, plan: TeamPlan, names: Mapping[str, str]) -> None:
        self.result, self.names = plan.result or {}, names

    def said(self, reason: Mapping) -> str:
        """A reason in the reader's language."""
        facts = {key: self.shown(key, value) for key, value in reason["facts"].items()}
        if reason["code"] == Shortage.SIZES:
            facts["number"] = facts["people"]
        known = defaultdict(str, facts)
        known["value"] = known["value"][:1].upper() + known["value"][1:]
        return (str(SENTENCES[reason["code"]]) % known).strip()

    def shown(self, key: str, value) -> str:
        """A fact as people call it."""
        if key in ("team", "was", "is"):
            return f"T{int(value)}" if str(value).isdecimal() else str(value)
        if key == "value":
            return str(VALUES.get(value, value))
        if key == "person":
            return self.name(value)
        if key == "people" and isinstance(value, list):
            return ", ".join(map(self.name, value))
        return str(value)

    def name(self, key: str) -> str:
        return self.names.get(str(key), _("somebody who has left"))

    def all(self, what: str) -> list[str]:
        """Every reason of a kind: notes, changes, short, relax."""
        return [self.said(one) for one in self.result.get(what) or []]

    @property
    def notes(self) -> list[str]:
        return self.all("notes")

    @property
    def changes(self) -> list[str]:
        return sorted(self.all("changes"))

    @property
    def short(self) -> list[str]:
        return self.all("short")

    @property
    def relax(self) -> list[str]:
        return self.all("relax")

    @property
    def prices(self) -> list[str]:
        """What gives way, and how far from even the teams would be without it."""
        return [
            _("Without “%(rule)s”: %(points)d instead of %(now)d from even.")
            % {"rule": self.said(one), "points": one["without"]["evenness"], "now": self.points("evenness")}
            for one in self.result.get("prices") or []
        ]

    def points(self, level: str) -> int:
        return next((it["points"] for it in self.result["levels"] if it["level"] == level), 0)

    @property
    def levels(self) -> list[dict]:
        """Level by level: now, then, the least there can be, and whether that is shown."""
        before = self.result.get("before") or {}
        return [
            {**it, "label": LEVELS[Level(it["level"])], "now": before.get(it["level"])}
            for it in self.result.get("levels") or []
            if it["level"] in SHOWN
        ]

    @property
    def teams(self) -> list[dict]:
        """Every team: its people, its counts in words, the reasons."""
        return [
            {
                "code": f"T{int(it['key'])}",
                "people": sorted(map(self.name, it["members"])),
                "counts": [
                    (
                        ATTRIBUTES[attribute],
                        ", ".join(f"{number} {VALUES.get(value, value)}" for value, number in counts.items()),
                    )
                    for attribute, counts in it["counts"].items()
                    if counts
                ],
                "even": not it["off"],
                "verdict": self.verdict(it),
                "reasons": [self.said(one) for one in it["reasons"] if one["code"] in SENTENCES],
            }
            for it in self.result.get("teams") or []
        ]

    @staticmethod
    def verdict(team: Mapping) -> str:
        """How balanced a team is, in a sentence."""
        if not team["off"]:
            return _("As even as can be in every count")
        counts = sum(one["code"] in (Why.TOO_MANY, Why.TOO_FEW) for one in team["reasons"])
        return ngettext("%d person from even", "%d people from even", counts) % counts
