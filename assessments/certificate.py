"""Who may be certified, and the reasons: one rule tree per edition, read alike by everybody.

The Politecnico's school of masters asks for 80% of the hours, every test passed with one retake and a
judged project work; the final assessment and the signed agreement stand beside them. What an edition
asks is a tree of these needs. Its answer is pass, fail, or pending while it can still become either.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from assessments.budget import Standing
from assessments.marking import Result
from courses.reasons import Reason


class Verdict(StrEnum):
    """What is known today."""

    PASS = "pass"  # noqa: S105  # no password
    FAIL = "fail"
    PENDING = "pending"


class Need(StrEnum):
    """What a certificate may ask for."""

    HOURS = "hours"
    TESTS = "tests"
    PROJECT = "project"
    FINAL = "final"
    AGREEMENT = "agreement"


class Why(StrEnum):
    """Reasons of a verdict."""

    AUDITOR = "auditor"
    LEFT = "left"
    HOURS_REACHED = "hours_reached"
    HOURS_MISSING = "hours_missing"
    HOURS_OUT_OF_REACH = "hours_out_of_reach"
    NO_TEST_YET = "no_test_yet"
    TESTS_PASSED = "tests_passed"
    TEST_AWAITED = "test_awaited"
    RETAKE_OPEN = "retake_open"
    TEST_NOT_PASSED = "test_not_passed"
    PROJECT_PASSED = "project_passed"
    PROJECT_AWAITED = "project_awaited"
    PROJECT_NOT_PASSED = "project_not_passed"
    FINAL_DONE = "final_done"
    FINAL_AWAITED = "final_awaited"
    FINAL_MISSED = "final_missed"
    AGREEMENT_SIGNED = "agreement_signed"
    AGREEMENT_MISSING = "agreement_missing"


@dataclass(frozen=True, slots=True)
class Leaf:
    """One need; of tests, how many may stay without a pass."""

    need: Need
    spared: int = 0


@dataclass(frozen=True, slots=True)
class Group:
    """Needs of which `at_least` so many are asked, all without a number."""

    parts: tuple[Leaf | Group, ...]
    at_least: int | None = None


USUAL = Group(tuple(Leaf(need) for need in Need))


@dataclass(frozen=True, slots=True)
class Asked:
    """One line of what an edition asks for; of the lines with one letter a single one is enough."""

    need: Need
    spared: int = 0
    letter: str = ""


def tree_of(asked: Sequence[Asked]) -> Group:
    """The tree of these lines in the order of the needs; without any, the usual one."""
    parts: dict[str, list[Leaf]] = {}
    for one in sorted(asked, key=lambda one: list(Need).index(one.need)):
        parts.setdefault(one.letter or one.need, []).append(Leaf(one.need, one.spared))
    if not parts:
        return USUAL
    return Group(
        tuple(leaves[0] if len(leaves) == 1 else Group(tuple(leaves), 1) for leaves in parts.values())
    )


@dataclass(frozen=True, slots=True)
class Sitting:
    """A module test of one person: the result that counts, and whether another may still come."""

    module: str
    result: Result | None
    retake_open: bool = False


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of one person in an edition, published results only."""

    standings: Sequence[Standing]
    tests: Sequence[Sitting]
    project: Verdict = Verdict.PENDING
    final: Verdict = Verdict.PENDING
    agreement: bool = False
    auditor: bool = False
    left_on: date | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What a tree, or a part of it, says of somebody, and why."""

    verdict: Verdict
    reasons: tuple[Reason, ...] = ()
    need: Need | None = None
    parts: tuple[Answer, ...] = field(default=())

    @property
    def needs(self) -> tuple[Answer, ...]:
        """The answers to the single needs, in their order."""
        if self.need is not None:
            return (self,)
        return tuple(one for part in self.parts for one in part.needs)


def eligibility(facts: Facts, tree: Group = USUAL) -> Answer:
    """Whether somebody may be certified. Auditors and whoever has left may not, whatever else they did."""
    answer = of_group(tree, facts)
    if facts.auditor:
        return Answer(Verdict.FAIL, (Reason(Why.AUDITOR, {}),), parts=answer.parts)
    if facts.left_on:
        return Answer(Verdict.FAIL, (Reason(Why.LEFT, {"day": facts.left_on}),), parts=answer.parts)
    return answer


def of_group(group: Group, facts: Facts) -> Answer:
    """The answer of a group from those of its parts."""
    parts = tuple(
        of_group(part, facts) if isinstance(part, Group) else OF_NEED[part.need](part, facts)
        for part in group.parts
    )
    asked = len(parts) if group.at_least is None else group.at_least
    passed = sum(part.verdict is Verdict.PASS for part in parts)
    failed = sum(part.verdict is Verdict.FAIL for part in parts)
    if passed >= asked:
        return Answer(Verdict.PASS, parts=parts)
    verdict = Verdict.FAIL if len(parts) - failed < asked else Verdict.PENDING
    reasons = tuple(reason for part in parts if part.verdict is verdict for reason in part.reasons)
    return Answer(verdict, reasons, parts=parts)


def of_hours(leaf: Leaf, facts: Facts) -> Answer:
    """Every rule of attendance of the edition; minutes are whole, so 14,395 of 14,400 are not enough."""
    lost = [one for one in facts.standings if not one.reachable]
    short = [one for one in facts.standings if not one.reached]
    if lost:
        return Answer(Verdict.FAIL, reasons_of(Why.HOURS_OUT_OF_REACH, lost), leaf.need)
    if short:
        return Answer(Verdict.PENDING, reasons_of(Why.HOURS_MISSING, short), leaf.need)
    return Answer(Verdict.PASS, reasons_of(Why.HOURS_REACHED, facts.standings), leaf.need)


def reasons_of(why: Why, standings: Iterable[Standing]) -> tuple[Reason, ...]:
    """One reason for each rule, with its minutes."""
    return tuple(
        Reason(
            why,
            {
                "scope": one.rule.scope,
                "key": one.rule.key,
                "attended": one.attended,
                "asked": one.rule.asked,
                "missing": max(one.rule.asked - one.attended, 0),
            },
        )
        for one in standings
    )


def of_tests(leaf: Leaf, facts: Facts) -> Answer:
    """Every test passed at the first or the second attempt, but for as many as are spared."""
    passed = [one for one in facts.tests if one.result and one.result.passed]
    open_ones = [one for one in facts.tests if one not in passed and (one.result is None or one.retake_open)]
    lost = [one for one in facts.tests if one not in passed and one not in open_ones]
    if len(lost) > leaf.spared:
        return Answer(Verdict.FAIL, (of_modules(Why.TEST_NOT_PASSED, lost),), leaf.need)
    if facts.tests and len(passed) + leaf.spared >= len(facts.tests):
        number = {"passed": len(passed), "tests": len(facts.tests)}
        return Answer(Verdict.PASS, (Reason(Why.TESTS_PASSED, number),), leaf.need)
    retaken = [one for one in open_ones if one.result]
    awaited = [one for one in open_ones if not one.result]
    reasons = [of_modules(Why.RETAKE_OPEN, retaken)] if retaken else []
    reasons += [of_modules(Why.TEST_AWAITED, awaited)] if awaited else []
    return Answer(Verdict.PENDING, tuple(reasons) or (Reason(Why.NO_TEST_YET, {}),), leaf.need)


def of_modules(why: Why, sittings: Iterable[Sitting]) -> Reason:
    """One reason for several tests."""
    return Reason(why, {"modules": ", ".join(one.module for one in sittings)})


def of_project(leaf: Leaf, facts: Facts) -> Answer:
    """The published judgement of the project work."""
    whys = {
        Verdict.PASS: Why.PROJECT_PASSED,
        Verdict.PENDING: Why.PROJECT_AWAITED,
        Verdict.FAIL: Why.PROJECT_NOT_PASSED,
    }
    return Answer(facts.project, (Reason(whys[facts.project], {}),), leaf.need)


def of_final(leaf: Leaf, facts: Facts) -> Answer:
    """The final assessment was attended."""
    whys = {
        Verdict.PASS: Why.FINAL_DONE,
        Verdict.PENDING: Why.FINAL_AWAITED,
        Verdict.FAIL: Why.FINAL_MISSED,
    }
    return Answer(facts.final, (Reason(whys[facts.final], {}),), leaf.need)


def of_agreement(leaf: Leaf, facts: Facts) -> Answer:
    """The participation agreement is signed; it can be as long as somebody follows the edition."""
    if facts.agreement:
        return Answer(Verdict.PASS, (Reason(Why.AGREEMENT_SIGNED, {}),), leaf.need)
    return Answer(Verdict.PENDING, (Reason(Why.AGREEMENT_MISSING, {}),), leaf.need)


OF_NEED = {
    Need.HOURS: of_hours,
    Need.TESTS: of_tests,
    Need.PROJECT: of_project,
    Need.FINAL: of_final,
    Need.AGREEMENT: of_agreement,
}
