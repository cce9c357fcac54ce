"""The key of a form that is to be done once."""

from uuid import uuid4

from django import template
from django.utils.html import format_html

register = template.Library()

FIELD = "once"


@register.simple_tag(takes_context=True)
def once(context) -> str:
    """A hidden field with a key: a new one, or that of the form being shown again."""
    key = context["request"].POST.get(FIELD) or uuid4()
    return format_html('<input type="hidden" name="{}" value="{}">', FIELD, key)
