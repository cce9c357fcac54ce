"""What a call asks for and how it scores."""

from datetime import datetime

from django.db import transaction

from courses.models import Cohort
from enrollment.models import Call, Criterion, Phase, RequiredDocument

# The scheme of the Politecnico's Scuola di Master e Formazione Permanente: 60 points for what was
# sent, 40 for the interview. Title in Italian, in English, points at most.
STANDARD_CRITERIA = {
    Phase.DOCUMENTS: [
        ("Curriculum ed esperienza", "Curriculum and experience", 30),
        ("Voto di laurea", "Degree mark", 15),
        ("Altri titoli", "Other qualifications", 5),
        ("Lettera di motivazione", "Motivation letter", 10),
    ],
    Phase.INTERVIEW: [
        ("Interesse", "Interest", 8),
        ("Approccio interdisciplinare", "Interdisciplinary approach", 8),
        ("Comunicazione", "Communication", 8),
        ("Motivazione", "Motivation", 8),
        ("Lavoro di gruppo", "Teamwork", 8),
    ],
}
# Title in Italian, in English, whether an application can be sent only with it, and whether the
# committee reads it.
STANDARD_DOCUMENTS = [
    ("Curriculum vitae", "Curriculum vitae", True, True),
    ("Documento d’identità", "Identity document", True, False),
    ("Certificato di laurea", "Degree certificate", False, True),
]


@transaction.atomic
def adopt_standard_scheme(*, call: Call, by, at: datetime) -> Call:
    """Give a call without criteria the standard ones, and one without documents the standard ones."""
    Cohort.objects.select_for_update(no_key=True).get(pk=call.cohort_id)
    if not call.criteria.exists():
        Criterion.objects.bulk_create(
            Criterion(call=call, phase=phase, position=position, title_it=it, title_en=en, maximum=maximum)
            for phase, lines in STANDARD_CRITERIA.items()
            for position, (it, en, maximum) in enumerate(lines, 1)
        )
    if not call.documents.exists():
        RequiredDocument.objects.bulk_create(
            RequiredDocument(
                call=call, position=position, title_it=it, title_en=en, required=required, judged=judged
            )
            for position, (it, en, required, judged) in enumerate(STANDARD_DOCUMENTS, 1)
        )
    return call
