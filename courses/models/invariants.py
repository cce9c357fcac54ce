"""What must never be, kept by PostgreSQL: composite keys, guards, and the sentence a person reads."""

from collections.abc import Mapping
from dataclasses import dataclass

import pgtrigger
from django.apps import apps
from django.db import models
from django.db.backends.ddl_references import Statement, Table
from django.utils.translation import gettext_lazy as _


class CompositeForeignKey(models.BaseConstraint):
    """A foreign key over several columns: a copy of a parent's facts that cannot drift from it.

    Django has none yet. The parent needs a unique constraint over the same columns; a change there
    travels down by ON UPDATE CASCADE, a delete is refused.
    """

    def __init__(self, *, fields, to, to_fields, name, violation_error_message=None):
        super().__init__(name=name, violation_error_message=violation_error_message)
        self.fields, self.to, self.to_fields = tuple(fields), to, tuple(to_fields)

    def constraint_sql(self, model, schema_editor):
        """The clause inside CREATE TABLE and ALTER TABLE."""
        quote = schema_editor.quote_name
        columns = ", ".join(quote(model._meta.get_field(name).column) for name in self.fields)
        target = ", ".join(quote(column) for column in self.to_fields)
        return (
            f"CONSTRAINT {quote(self.name)} FOREIGN KEY ({columns}) "
            f"REFERENCES {quote(self.to)} ({target}) ON UPDATE CASCADE ON DELETE NO ACTION"
        )

    def create_sql(self, model, schema_editor):
        """ALTER TABLE … ADD CONSTRAINT …"""
        table = model._meta.db_table
        return Statement(
            "ALTER TABLE %(table)s ADD %(clause)s",
            table=Table(table, schema_editor.quote_name),
            clause=self.constraint_sql(model, schema_editor),
        )

    def remove_sql(self, model, schema_editor):
        """ALTER TABLE … DROP CONSTRAINT …"""
        return Statement(
            "ALTER TABLE %(table)s DROP CONSTRAINT %(name)s",
            table=Table(model._meta.db_table, schema_editor.quote_name),
            name=schema_editor.quote_name(self.name),
        )

    def validate(self, model, instance, exclude=None, using=None):
        """Nothing to ask in Python: the columns are filled by the database."""

    def __eq__(self, other):
        if isinstance(other, CompositeForeignKey):
            return self.deconstruct() == other.deconstruct()
        return NotImplemented

    def __hash__(self):
        return hash(self.name)

    def deconstruct(self):
        """For migrations."""
        path, args, kwargs = super().deconstruct()
        return path, args, kwargs | {"fields": self.fields, "to": self.to, "to_fields": self.to_fields}


@dataclass(frozen=True)
class CopiedFacts:
    """`columns` of a row that repeat those of its parent, of the row of `table` that `parent` points to.

    The trigger fills them in, whatever was inserted; the key keeps them true afterwards. Both belong
    to the model that has the copy.
    """

    parent: str
    table: str
    columns: tuple[str, ...]

    def key(self, **rule) -> CompositeForeignKey:
        """What keeps them true; `rule` is its name and its message."""
        fields, to_fields = ((first, *self.columns) for first in (self.parent, "id"))
        return CompositeForeignKey(fields=fields, to=self.table, to_fields=to_fields, **rule)

    def filled_in(self, name: str) -> pgtrigger.Trigger:
        """What copies them into a new row, and into one that goes to another parent."""
        return pgtrigger.Trigger(
            name=name,
            operation=pgtrigger.Insert | pgtrigger.UpdateOf(f"{self.parent}_id"),
            when=pgtrigger.Before,
            func=f"""
                SELECT {", ".join(self.columns)} INTO {", ".join(f"NEW.{it}" for it in self.columns)}
                FROM {self.table} WHERE id = NEW.{self.parent}_id;
                RETURN NEW;
            """,
        )


class Guard(pgtrigger.Trigger):
    """A trigger that refuses, under a sentence for a name and with a message for a person."""

    def __init__(self, *, message, **kwargs):
        super().__init__(**kwargs)
        self.message = message

    @property
    def refuse(self) -> str:
        """The PL/pgSQL statement that refuses as a check constraint of this name would."""
        return f"RAISE check_violation USING MESSAGE = '{self.name}', CONSTRAINT = '{self.name}';"

    def get_func(self, model):
        """The body of the trigger, with `{refuse}` standing for the refusal."""
        return str(self.func).replace("{refuse}", self.refuse)


def only_these_passages(*, name: str, field: str, table: Mapping[str, frozenset[str]], message):
    """A guard that lets `field` change only along `table` (state → states it may pass to)."""
    allowed = " OR ".join(
        f"(OLD.{field} = '{state}' AND NEW.{field} IN ({', '.join(repr(n) for n in sorted(following))}))"
        for state, following in table.items()
        if following
    )
    return Guard(
        name=name,
        message=message,
        operation=pgtrigger.UpdateOf(field),
        when=pgtrigger.Before,
        func=f"IF NEW.{field} <> OLD.{field} AND NOT ({allowed}) THEN {{refuse}} END IF; RETURN NEW;",
    )


def known_values(
    name: str, field: str, choices: type[models.TextChoices], *others: str
) -> models.CheckConstraint:
    """A check that `field` holds one of `choices`, or of `others`, whoever writes it."""
    return models.CheckConstraint(
        name=name,
        condition=models.Q(**{f"{field}__in": sorted([*choices.values, *others])}),
        violation_error_message=_("This is not one of the possible values."),
    )


def append_only(*, name: str):
    """A guard that refuses UPDATE, DELETE and TRUNCATE, from wherever they come.

    Of the statement, as TRUNCATE has no rows: also one that would touch none is refused.
    """
    return Guard(
        name=name,
        message=_("This record can only be added to, never changed or deleted."),
        level=pgtrigger.Statement,
        operation=pgtrigger.Update | pgtrigger.Delete | pgtrigger.Truncate,
        when=pgtrigger.Before,
        func="{refuse}",
    )


def every_timetable_changes() -> pgtrigger.Trigger:
    """Other words for a room or module renew every timetable, so no cached page keeps the old."""
    return pgtrigger.Trigger(
        name="every_timetable_changes",
        level=pgtrigger.Statement,
        operation=pgtrigger.Update,
        when=pgtrigger.After,
        func="UPDATE courses_cohort SET version = version + 1; RETURN NULL;",
    )


def sentence_for(error: Exception):
    """What a refused write says to a person: the sentence of the constraint or guard behind `error`."""
    diagnostics = getattr(error.__cause__, "diag", None)
    name = getattr(diagnostics, "constraint_name", None)
    for model in apps.get_models():
        for rule in (*model._meta.constraints, *getattr(model._meta, "triggers", ())):
            if rule.name == name:
                return getattr(rule, "message", None) or rule.violation_error_message
    return _("This does not agree with what is already recorded. Nothing was saved.")
