"""The questions a new questionnaire begins with; the office words them anew until an edition is asked."""

from datetime import datetime

from django.db import transaction

from assessments.models import Question, Questionnaire, QuestionnaireKind

# (Italian, English) of each question.
QUESTIONS = {
    QuestionnaireKind.COMPETENCES: (
        ("Leggere la domanda di mobilità di un territorio", "Reading the mobility demand of an area"),
        (
            "Pianificare un servizio di trasporto sostenibile",
            "Planning a sustainable transport service",
        ),
        (
            "Valutare costi, ricavi e impatti di un progetto",
            "Assessing costs, revenues and impacts of a project",
        ),
        (
            "Orientarsi fra norme, gare e contratti di servizio",
            "Finding one’s way among rules, tenders and service contracts",
        ),
        (
            "Usare dati e strumenti digitali per decidere",
            "Using data and digital tools to decide",
        ),
        (
            "Scegliere fra tecnologie di veicoli e infrastrutture",
            "Choosing among vehicle and infrastructure technologies",
        ),
        ("Guidare un gruppo di persone diverse fra loro", "Leading a group of different people"),
        (
            "Presentare una proposta a chi deve decidere",
            "Presenting a proposal to those who decide",
        ),
    ),
    QuestionnaireKind.SATISFACTION: (
        ("Gli obiettivi del modulo erano chiari.", "The aims of the module were clear."),
        ("Gli argomenti servono al mio lavoro.", "The topics are of use in my work."),
        ("Le spiegazioni si seguivano bene.", "The explanations were easy to follow."),
        ("C’era spazio per domande e confronto.", "There was room for questions and exchange."),
        ("I materiali erano utili e in tempo.", "The materials were useful and in time."),
        (
            "L’organizzazione, in aula e a distanza, ha funzionato.",
            "The organisation worked, in the room and remotely.",
        ),
        ("Nel complesso il modulo mi ha soddisfatto.", "On the whole I am satisfied with the module."),
    ),
}


@transaction.atomic
def adopt_standard_questions(*, questionnaire: Questionnaire, by, at: datetime) -> Questionnaire:
    """Give `questionnaire` the standard questions of its kind, unless it has any."""
    if not questionnaire.questions.exists():
        words = QUESTIONS[QuestionnaireKind(questionnaire.kind)]
        Question.objects.bulk_create(
            Question(questionnaire=questionnaire, position=position, title_it=title_it, title_en=title_en)
            for position, (title_it, title_en) in enumerate(words, start=1)
        )
    return questionnaire
