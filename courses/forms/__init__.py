"""Forms, and the fields that every room uses."""

from .fields import SENTENCES, FilesField, PersonField, TableField, read_table, sentence_of
from .instructor import AbsenceForm, AnswerForm

__all__ = [
    "SENTENCES",
    "AbsenceForm",
    "AnswerForm",
    "FilesField",
    "PersonField",
    "TableField",
    "read_table",
    "sentence_of",
]
