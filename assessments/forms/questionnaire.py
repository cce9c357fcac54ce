"""The answers to a questionnaire: a level for each question, and of a module a remark."""

from collections.abc import Sequence

from django import forms
from django.utils.translation import gettext_lazy as _

from assessments.models import Question, Reply

OF_ONESELF = (
    (1, _("1 – new to me")),
    (2, _("2 – I know the basics")),
    (3, _("3 – I manage with help")),
    (4, _("4 – I manage by myself")),
    (5, _("5 – I could teach it")),
)
OF_A_MODULE = (
    (1, _("1 – not at all")),
    (2, _("2 – not really")),
    (3, _("3 – in part")),
    (4, _("4 – on the whole yes")),
    (5, _("5 – fully")),
)


class LevelsForm(forms.Form):
    """A field for each question, named after its key."""

    choices = OF_ONESELF

    def __init__(self, *args, questions: Sequence[Question], reply: Reply | None = None, **kwargs):
        super().__init__(*args, **kwargs)
        self.questions = questions
        known = {one.question_id: one.value for one in reply.levels.all()} if reply else {}
        for question in questions:
            self.fields[f"level-{question.pk}"] = forms.TypedChoiceField(
                label=question.title,
                choices=self.choices,
                coerce=int,
                initial=known.get(question.pk),
                widget=forms.RadioSelect,
            )
        self.order_fields([f"level-{question.pk}" for question in questions])

    @property
    def levels(self) -> dict[int, int]:
        """Question → level."""
        return {one.pk: self.cleaned_data[f"level-{one.pk}"] for one in self.questions}


class OpinionForm(LevelsForm):
    """Levels, and words only the office reads."""

    choices = OF_A_MODULE
    remark = forms.CharField(
        label=_("Anything to keep or to change?"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Only the office reads these words. Leave out what would tell who you are."),
    )
