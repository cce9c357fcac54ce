from pathlib import Path

import pytest

from courses import curriculum
from courses.curriculum import CurriculumError

FILE = Path(curriculum.__file__).parent / "curricula" / "smtc-2022.toml"
TEXT = FILE.read_text(encoding="utf-8")
LINES = TEXT.splitlines()

# A whole programme of 8 hours, small enough to spoil one line at a time.
SMALL = """\
code = "MINI"
version = "1"
title_it = "Piccolo"
title_en = "Small"
total_hours = 8
academic_hours = 6
company_hours = 2
[[block]]
code = "B"
title_it = "Blocco"
title_en = "Block"
hours = 8
counts_towards_total = true
[[block.module]]
code = "M1"
title_it = "Primo"
title_en = "First"
hours = 4
academic_hours = 2
company_hours = 2
lab_half_days = 1
has_test = true
[[block.module]]
code = "M2"
title_it = "Secondo"
title_en = "Second"
hours = 4
academic_hours = 4
company_hours = 0
lab_half_days = 0
has_test = true
"""


def problems(text: str) -> tuple[str, ...]:
    with pytest.raises(CurriculumError) as refused:
        curriculum.parse(text)
    return refused.value.problems


def spoiled(line: int, replacement: str) -> str:
    lines = SMALL.splitlines()
    lines[line - 1] = replacement
    return "\n".join(lines)


def line_of(beginning: str, after: str = "") -> int:
    start = LINES.index(after) if after else 0
    return next(n for n, line in enumerate(LINES, 1) if n > start and line.startswith(beginning))


def test_the_programme_of_2022_has_its_six_blocks_and_their_hours():
    programme = curriculum.read(FILE)
    assert [(b.code, b.minutes // 60, b.counts_towards_total) for b in programme.blocks] == [
        ("WA", 5, False),
        ("STM", 40, True),
        ("DD", 116, True),
        ("AMS", 94, True),
        ("PW", 50, True),
        ("FA", 5, False),
    ]


def test_the_programme_of_2022_is_300_hours_of_which_144_academic_and_156_company():
    programme = curriculum.read(FILE)
    assert programme.total_minutes == 18_000
    assert (programme.academic_minutes, programme.company_minutes) == (
        144 * 60,
        156 * 60,
    )


def test_sixteen_modules_have_a_test_and_project_work_and_the_two_assessments_have_none():
    programme = curriculum.read(FILE)
    assert sum(module.has_test for module in programme.modules) == 16
    assert [m.code for m in programme.modules if not m.has_test] == ["WA", "PW", "FA"]


def test_eight_half_days_are_in_a_lab():
    programme = curriculum.read(FILE)
    assert {m.code: m.lab_half_days for m in programme.modules if m.lab_half_days} == {
        "DD1": 1,
        "DD3": 1,
        "AMS2": 2,
        "AMS3": 4,
    }


def test_an_hour_missing_from_a_module_of_the_real_file_is_found_on_its_line():
    line = line_of("hours = 20", after='code = "DD3"')
    text = "\n".join([*LINES[: line - 1], "hours = 19", *LINES[line:]])
    header = LINES.index('code = "DD3"')  # the header is the line before the code
    block = LINES.index('code = "DD"')
    assert problems(text) == (
        f"line {header}: module DD3 has 19 h, academic and company teaching make 20 h",
        f"line {block}: block DD has 116 h, its modules make 115 h",
    )


def test_a_module_with_less_teaching_than_hours_is_found_too():
    found = problems(spoiled(20, "company_hours = 1"))
    assert found[0] == "line 14: module M1 has 4 h, academic and company teaching make 3 h"


@pytest.mark.parametrize(
    ("line", "replacement", "expected"),
    [
        (
            5,
            "total_hours = 9",
            "line 5: total_hours declares 9 h, the blocks that count make 8 h",
        ),
        (
            6,
            "academic_hours = 5",
            "line 6: academic_hours declares 5 h, the blocks that count make 6 h",
        ),
        (
            7,
            "company_hours = 2.5",
            "line 7: company_hours declares 2 h 30 min, the blocks that count make 2 h",
        ),
        (24, 'code = "M1"', "line 23: module M1 is there already, on line 14"),
        (24, 'kode = "M2"', "line 23: module ? has an unknown key: kode"),
        (10, 'title_it = " "', "line 8: block B: title_it is not a text"),
        (11, "", "line 8: block B lacks title_en"),
        (3, "title_it = 3", "line 1: the programme: title_it is not a text"),
        (
            21,
            "lab_half_days = 2",
            "line 14: module M1 has 4 h, too short for 2 half-days in a lab",
        ),
        (
            21,
            "lab_half_days = true",
            "line 14: module M1: lab_half_days is not a whole number",
        ),
        (22, "has_test = 1", "line 14: module M1: has_test is neither true nor false"),
        (
            18,
            "hours = 4.01",
            "line 14: module M1: hours is not a whole number of minutes: 4.01",
        ),
        (18, "hours = -4", "line 14: module M1: hours is not a number of hours"),
        (18, "hours = nan", "line 14: module M1: hours is not a number of hours"),
        (18, "hours = inf", "line 14: module M1: hours is not a number of hours"),
        (18, "hours = 1e400", "line 14: module M1: hours is not a number of hours"),
        (18, "hours = true", "line 14: module M1: hours is not a number of hours"),
        (18, 'hours = "4"', "line 14: module M1: hours is not a number of hours"),
        (
            13,
            "counts_towards_total = false",
            "line 14: module M1 is beside the total, so it has neither teaching hours nor a test",
        ),
    ],
)
def test_a_line_that_does_not_add_up_is_named(line, replacement, expected):
    assert expected in problems(spoiled(line, replacement))


def test_the_small_programme_is_sound_until_it_is_spoiled():
    assert curriculum.parse(SMALL).total_minutes == 480


def test_quarter_hours_are_exact_minutes():
    text = spoiled(18, "hours = 4.25").replace("academic_hours = 2\n", "academic_hours = 2.25\n")
    text = text.replace("hours = 8\n", "hours = 8.25\n")
    text = text.replace("academic_hours = 6\n", "academic_hours = 6.25\n")
    assert curriculum.parse(text).modules[0].minutes == 255


def test_every_fault_is_told_at_once():
    text = SMALL.replace('title_en = "Second"', "").replace("hours = 4\n", "hours = four\n")
    assert len(problems(text)) == 1  # the file is not TOML, so nothing else can be said
    text = SMALL.replace('title_en = "Second"', "").replace("has_test = true", "has_test = 1")
    assert problems(text) == (
        "line 14: module M1: has_test is neither true nor false",
        "line 23: module M2 lacks title_en",
        "line 23: module M2: has_test is neither true nor false",
    )


def test_a_file_that_is_not_toml_or_not_text_is_refused(tmp_path):
    assert problems("code = ")[0].startswith("not a TOML file: ")
    path = tmp_path / "latin.toml"
    path.write_bytes(b'code = "Mobilit\xe0"')
    with pytest.raises(CurriculumError, match=r"latin\.toml is not UTF-8"):
        curriculum.read(path)
