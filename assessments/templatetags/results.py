"""Results of tests in templates."""

from django import template

from assessments.marking import Band, Outcome, Result, Scale
from assessments.models.wording import as_typed, in_words

register = template.Library()

# {{ score.result|in_words }}: "30 e lode", "absent"; {{ score.result|as_typed }}: "30 L", "ABS"
register.filter("in_words", in_words)
register.filter("as_typed", as_typed)


@register.filter
def of_scale(band: Band, scale: Scale) -> str:
    """ "27–29", "30", or the verdict, where there are no marks."""
    if scale is Scale.VERDICT:
        return in_words(Result(Outcome.MARK, band.lowest, scale=scale))
    return f"{band.lowest}–{band.highest}" if band.lowest < band.highest else str(band.lowest)


@register.filter
def within(result: Result | None, band: Band) -> bool:
    """Whether a result is one of a band."""
    return band.holds(result)
