"""The locked packages: what development adds, it adds to the very packages that run."""

import re
import tomllib

import pytest
from django.conf import settings

LOCKS = ("requirements.lock", "requirements-planner.lock", "requirements-dev.lock")
PIN = re.compile(r"^([a-z0-9-]+)(?:\[[^\]]*\])?==([^ ;\\]+)", re.MULTILINE)


def text(name: str) -> str:
    return (settings.BASE_DIR / name).read_text()


def pins(name: str) -> set[tuple[str, str]]:
    return set(PIN.findall(text(name)))


def test_development_and_the_planner_run_on_the_same_packages():
    assert pins("requirements.lock") - pins("requirements-planner.lock") == set()
    assert pins("requirements-planner.lock") - pins("requirements-dev.lock") == set()


@pytest.mark.parametrize("lock", LOCKS)
def test_every_package_is_known_by_its_hash_and_none_by_an_address(lock):
    entries = re.split(r"\n(?=[a-z0-9])", text(lock))
    assert [entry.split()[0] for entry in entries if "--hash=sha256:" not in entry] == []
    assert "://" not in text(lock)


def test_everything_asked_for_is_locked():
    project = tomllib.loads(text("pyproject.toml"))
    asked = {
        lock: {re.split(r"[\[~<>=!; ]", line)[0] for line in lines}
        for lock, lines in zip(
            LOCKS,
            (
                project["project"]["dependencies"],
                project["project"]["optional-dependencies"]["planner"],
                project["dependency-groups"]["dev"],
            ),
            strict=True,
        )
    }
    for lock, names in asked.items():
        assert names - {name for name, _ in pins(lock)} == set()
