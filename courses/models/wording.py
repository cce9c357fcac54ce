"""Content in two languages: a column each, and the reader's one of the two."""

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _


def readers_language() -> str:
    """One of the two languages of columns; Italian where nobody reads."""
    return "en" if get_language() == "en" else "it"


def in_readers_language(thing: models.Model, field: str) -> str:
    """`field_it` or `field_en` of `thing`; the other where the reader's own is empty."""
    other = {"it": "en", "en": "it"}
    first = readers_language()
    return getattr(thing, f"{field}_{first}") or getattr(thing, f"{field}_{other[first]}")


class Titled(models.Model):
    """Something with a title in Italian and in English."""

    title_it = models.CharField(_("title in Italian"), max_length=200)
    title_en = models.CharField(_("title in English"), max_length=200)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        """In the reader's language."""
        return in_readers_language(self, "title")
