"""What somebody writes into the steps of an application, and where they are."""

from datetime import date

from enrollment.models import Application, Call
from tests.factories import a_draft, rome

OPEN = rome(2021, 11, 15, 10)
TAX_CODE = "RSSMRA85E17L219R"
YOU = {"born_on": "1985-05-17", "phone": "+39 011 090 0000", "tax_code": TAX_CODE, "special_needs": "Rampa"}
WORK = {
    "employer": "Comune di Torino",
    "employer_kind": "public_body",
    "role": "mobility manager",
    "sector": "public",
    "region": "Piemonte",
    "access": "hybrid",
}
WHY = {"motivation": "Coordino gli spostamenti di 3.000 persone."}
JSON = {"Accept": "application/json"}  # as the script that saves


def address(call: Call, step: str = "") -> str:
    """A step of the application to the edition of `call`, or its first page."""
    return f"/cohorts/{call.cohort.code}/apply/{step and f'{step}/'}"


def a_complete_draft(person, call: Call, **fields) -> Application:
    """Nothing is missing: it only has to be sent."""
    complete = {"born_on": date(1985, 5, 17), "tax_code": TAX_CODE} | WORK | WHY
    return a_draft(user=person, cohort=call.cohort, **complete | fields)
