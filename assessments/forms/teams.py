"""What the office wishes of teams: from when, how many, and person by person."""

from collections.abc import Sequence
from datetime import date

from django import forms
from django.utils.translation import gettext_lazy as _

from assessments.models import TeamPlan
from assessments.models.team_plan import TeamAim
from assessments.wishes import MARKS, Wishes, numbers_of, team_key, wishes_of
from enrollment.models import Enrollment
from enrollment.teams.problem import LARGEST, SMALLEST

LETTERS = "ABCDEF"
LARGEST_SEED = 2**31 - 1


class TeamsForm(forms.Form):
    """`columns` of wishes for each of the people: four fields each, by the key of their enrollment."""

    starts_on = forms.DateField(
        label=_("From"),
        help_text=_("The first day in the new teams, from tomorrow on."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    teams = forms.TypedChoiceField(
        label=_("How many teams"),
        required=False,
        coerce=int,
        empty_value=None,
        help_text=_("Teams are as large as each other, or one person larger."),
    )
    aim = forms.ChoiceField(label=_("What is sought"), choices=TeamAim, initial=TeamAim.ANEW)
    seed = forms.IntegerField(
        label=_("Seed"),
        min_value=0,
        max_value=LARGEST_SEED,
        initial=0,
        help_text=_("The same seed gives the same teams; another one, others that may be as good."),
    )

    def __init__(self, *args, people: Sequence[Enrollment], numbers: Sequence[int], **kwargs):
        super().__init__(*args, **kwargs)
        self.people = people
        possible = possible_numbers(len(people))
        self.fields["teams"].choices = [("", _("about five people each")), *((it, it) for it in possible)]
        keys = [team_key(it) for it in numbers_of(numbers, max([*possible, *numbers], default=0))]
        teams = [("", "–"), *((key, f"T{int(key)}") for key in keys)]
        letters = [("", "–"), *((letter, letter) for letter in LETTERS)]
        labels = {
            "pins": (_("stays in"), teams),
            "forbidden": (_("not in"), teams),
            "together": (_("together"), letters),
            "apart": (_("apart"), letters),
        }
        for person in people:
            for mark, (label, choices) in labels.items():
                self.fields[f"{mark}-{person.pk}"] = forms.ChoiceField(
                    label=f"{person.user}, {label}", choices=choices, required=False
                )

    def rows(self):
        """Each person with their four fields."""
        return [(one, [self[f"{mark}-{one.pk}"] for mark in MARKS]) for one in self.people]

    def heads(self):
        """The fields above the people."""
        return [self[name] for name in ("starts_on", "teams", "aim", "seed")]

    @property
    def wished(self) -> bool:
        """Whether anything is wished person by person: then it is shown open."""
        return any(field.value() for _person, fields in self.rows() for field in fields)

    @property
    def wishes(self) -> Wishes:
        """What was typed, as the action takes it."""
        marks = {
            mark: tuple(
                (str(one.pk), value)
                for one in self.people
                if (value := self.cleaned_data.get(f"{mark}-{one.pk}"))
            )
            for mark in MARKS
        }
        return Wishes(self.cleaned_data["teams"], **marks)


def possible_numbers(people: int) -> list[int]:
    """How many teams of the right sizes these people could make."""
    return [
        number
        for number in range(1, people // SMALLEST + 1)
        if people // number >= SMALLEST and -(-people // number) <= LARGEST
    ]


def as_asked_last(plan: TeamPlan | None, soonest: date) -> dict:
    """What the form begins with: what was asked last, from a day that is still to come."""
    if plan is None:
        return {"starts_on": soonest, "aim": TeamAim.ANEW, "seed": 0}
    wishes = wishes_of(plan.wishes)
    marks = {f"{mark}-{person}": value for mark in MARKS for person, value in getattr(wishes, mark)}
    return {
        "starts_on": max(plan.starts_on, soonest),
        "teams": wishes.teams,
        "aim": plan.aim,
        "seed": plan.seed,
        **marks,
    }
