"""Rankings in templates: to an applicant the own line and no other."""

from django import template

from enrollment.outcome import own_outcome
from enrollment.standings import in_words

register = template.Library()

# {% outcome_of application as own %}: None before publication
register.simple_tag(own_outcome, name="outcome_of")
# {{ reason|in_words }}: why a place is as it is, or what keeps a ranking from being published
register.filter(in_words)
