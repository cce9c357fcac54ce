"""Results of tests in templates."""

from django import template

from assessments.models.wording import as_typed, in_words

register = template.Library()

# {{ score.result|in_words }}: "30 e lode", "absent"; {{ score.result|as_typed }}: "30 L", "ABS"
register.filter("in_words", in_words)
register.filter("as_typed", as_typed)
