"""The compose file and the image: what they name is there, and the commands are ones that exist."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import pytest
import yaml

from coach.batch.queue_commands import worker
from coach.batch.worker import DRAIN_S

ROOT = Path(__file__).parents[1]
SERVICES = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))["services"]
WORKERS = [name for name, service in SERVICES.items() if str(service.get("command", "")).startswith("worker")]


def test_there_are_a_database_the_app_and_workers() -> None:
    assert set(SERVICES) == {"postgres", "app", *WORKERS}
    assert len(WORKERS) == 2


@pytest.mark.parametrize("name", WORKERS)
def test_a_worker_is_called_with_options_that_it_has(name: str) -> None:
    options = {option.replace("-", "_") for option in re.findall(r"--([\w-]+)", SERVICES[name]["command"])}
    assert options <= set(inspect.signature(worker).parameters)


@pytest.mark.parametrize("name", WORKERS)
def test_a_worker_is_given_longer_to_stop_than_its_calls_take(name: str) -> None:
    assert int(SERVICES[name]["stop_grace_period"].removesuffix("s")) > DRAIN_S


def test_nobody_runs_as_root_and_every_package_is_pinned_by_its_hash() -> None:
    image = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    assert "USER coach" in image
    assert "--require-hashes -r requirements-server.lock" in image
    assert "procrastinate==" in (ROOT / "requirements-server.lock").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", sorted(set(SERVICES) - {"postgres"}))
def test_the_coach_s_folder_outlives_a_container_and_may_be_written(name: str) -> None:
    assert "home:/home/coach/.coach" in SERVICES[name]["volumes"]
    assert "--owner=coach --group=coach /home/coach/.coach" in (ROOT / "Dockerfile").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", sorted(set(SERVICES) - {"postgres"}))
def test_every_variable_of_a_provider_reaches_who_needs_it_and_none_is_set_empty(name: str) -> None:
    assert SERVICES[name]["env_file"] == ".env"
    assert set(SERVICES[name]["environment"]) == {"COACH_DATABASE_URL", "COACH_MODEL", "TZ"}


def test_a_database_that_is_still_being_set_up_is_not_healthy_yet() -> None:
    assert "--host 127.0.0.1" in SERVICES["postgres"]["healthcheck"]["test"]
