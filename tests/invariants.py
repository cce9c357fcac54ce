"""SQL that breaks a promise of the database, written past every form and action."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.apps import apps
from django.db import connection, models

from courses.models.invariants import Guard

OURS = ("courses", "enrollment", "assessments", "academy")


@dataclass(frozen=True)
class Rule:
    """A constraint or guard and what it says to a person."""

    model: type[models.Model]
    message: str


def rules(app: str) -> dict[str, Rule]:
    """Name → rule of an app; a unique constraint over a primary key cannot be broken."""
    found = {}
    for model in apps.get_app_config(app).get_models():
        for constraint in model._meta.constraints:
            if "id" not in getattr(constraint, "fields", ()):
                found[constraint.name] = Rule(model, constraint.violation_error_message)
        for trigger in getattr(model._meta, "triggers", ()):
            if isinstance(trigger, Guard):
                found[trigger.name] = Rule(model, trigger.message)
    return found


def another(model: type[models.Model], **changes: str) -> str:
    """SQL that copies the first row of `model`, with other expressions for some of its columns."""
    columns = [
        field.column for field in model._meta.concrete_fields if not field.primary_key and not field.generated
    ]
    table = model._meta.db_table
    assert set(changes) <= set(columns), changes
    quoted = [f'"{column}"' for column in columns]
    values = ", ".join(changes.get(column, name) for column, name in zip(columns, quoted, strict=True))
    return f"INSERT INTO {table} ({', '.join(quoted)}) SELECT {values} FROM {table} ORDER BY id LIMIT 1"


def execute(*statements: str) -> None:
    """Run them and ask the deferred guards at once."""
    with connection.cursor() as cursor:
        for statement in (*statements, "SET CONSTRAINTS ALL IMMEDIATE"):
            cursor.execute(statement)


def refused_as(error: Exception) -> str | None:
    """The name of the constraint or guard behind an IntegrityError."""
    return error.__cause__.diag.constraint_name


def cases(table: dict[str, str | Iterable[str]]) -> list[tuple[str, str]]:
    """(name, statement) for each statement of a table of names."""
    return [
        (name, statement)
        for name, statements in table.items()
        for statement in ([statements] if isinstance(statements, str) else statements)
    ]
