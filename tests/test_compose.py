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
