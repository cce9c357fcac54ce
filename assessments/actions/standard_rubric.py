"""The criteria a new rubric begins with; the office words them anew until the rubric is used."""

from datetime import datetime

from django.db import transaction

from assessments.models import Rubric, RubricCriterion, RubricLevel

# (Italian, English) of each criterion, then of its levels from 1 to 5.
CRITERIA = (
    (
        ("Impegno e lavoro di squadra", "Dedication and teamwork"),
        ("Contributi rari, scadenze mancate.", "Rare contributions, deadlines missed."),
        ("Impegno discontinuo, pochi contribuiscono.", "Uneven effort, few contribute."),
        ("Impegno regolare, compiti divisi.", "Steady effort, tasks shared out."),
        ("Impegno costante, ciascuno dà il suo.", "Constant effort, everybody adds their own."),
        ("Squadra che anticipa e si corregge da sé.", "A team that thinks ahead and corrects itself."),
    ),
    (
        ("Autonomia", "Autonomy"),
        ("Procede solo se guidata.", "Moves only when led."),
        ("Chiede spesso che cosa fare.", "Often asks what to do."),
        ("Organizza il lavoro, chiede sui nodi.", "Organises its work, asks on hard points."),
        ("Propone e verifica soluzioni proprie.", "Proposes and checks its own solutions."),
        ("Ridefinisce il problema con il committente.", "Redefines the problem with the sponsor."),
    ),
    (
        ("Rigore metodologico", "Methodological rigour"),
        ("Dati e metodo non sono indicati.", "Data and method are not stated."),
        ("Metodo accennato, dati non verificati.", "Method sketched, data unchecked."),
        ("Metodo adatto, ipotesi dichiarate.", "Fitting method, assumptions stated."),
        ("Confronto fra alternative, limiti discussi.", "Alternatives compared, limits discussed."),
        ("Analisi riproducibile e verificata.", "Analysis that can be repeated and is verified."),
    ),
    (
        ("Rilevanza dei risultati", "Relevance of the results"),
        ("Non risponde all’incarico.", "Does not answer the brief."),
        ("Risponde in parte, senza ricadute.", "Answers in part, without consequences."),
        ("Risponde; le ricadute sono descritte.", "Answers; consequences are described."),
        ("Utile al committente con costi e tempi.", "Useful to the sponsor, with costs and times."),
        ("Pronta per una decisione del committente.", "Ready for the sponsor to decide on."),
    ),
)


@transaction.atomic
def adopt_standard_rubric(*, rubric: Rubric, by, at: datetime) -> Rubric:
    """Give `rubric` the standard criteria, unless it has any."""
    if rubric.criteria.exists():
        return rubric
    for position, ((title_it, title_en), *levels) in enumerate(CRITERIA, start=1):
        criterion = RubricCriterion.objects.create(
            rubric=rubric, position=position, title_it=title_it, title_en=title_en
        )
        RubricLevel.objects.bulk_create(
            RubricLevel(criterion=criterion, value=value, text_it=text_it, text_en=text_en)
            for value, (text_it, text_en) in enumerate(levels, start=1)
        )
    return rubric
