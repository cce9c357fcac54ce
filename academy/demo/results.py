"""What the people of the demo get in their tests: some results are told, the others drawn, always alike."""

from hashlib import sha256

from assessments.marking import RANGES, Outcome, Result, Scale, read

# (person, module) → the test and, where it was not passed, the retake.
TOLD: dict[tuple[str, str], tuple[str, ...]] = {
    ("P03", "STM1"): ("30L",),
    ("P03", "DD3"): ("30L",),
    ("P03", "AMS3"): ("30L",),
    ("P25", "DD2"): ("16", "21"),
    ("P29", "AMS5"): ("15", "17"),
    ("P11", "STM3"): ("24",),
    ("P13", "AMS2"): ("excused", "22"),
    ("P22", "DD5"): ("absent", "20"),
    ("R06", "STM2"): ("14", "20"),
    ("R20", "STM3"): ("absent", "19"),
    ("R23", "DD1"): ("17", "24"),
    ("R11", "DD3"): ("excused", "23"),
}
SECOND_CHANCES = frozenset(key for key, typed in TOLD.items() if len(typed) > 1)

# (person, module) → the published mark set right, and why.
CORRECTED = {("P11", "STM3"): ("26", "Il punteggio del secondo esercizio non era stato sommato.")}


def result(person: str, module: str, attempt: int = 1) -> Result:
    """Of `person`, by code, in the test of `module`. Who is not told about passes at once."""
    if told := TOLD.get((person, module)):
        return written(told[attempt - 1])
    marks = RANGES[Scale.THIRTY]
    mark = marks.passes + draw(person, 8) + draw(f"{person} {module}", marks.highest - marks.passes - 6)
    return Result(Outcome.MARK, mark)


def draw(what: str, sides: int) -> int:
    """A number from 0 to `sides` − 1 that `what` always throws, on every machine."""
    return int.from_bytes(sha256(what.encode()).digest()[:8]) % sides


def written(text: str) -> Result:
    """What `text` says in a cell; ValueError when it says nothing."""
    found = read(text)
    if found is None:
        raise ValueError("an empty cell is no result")
    return found
