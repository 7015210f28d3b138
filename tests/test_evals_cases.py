"""The datasets of the evals: sound, pinned by their hashes, and every fault told in a line of its own."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from coach.errors import InputError
from evals import cases
from evals.cases import Loaded, cases_or_faults, changed_files, hashes, load_cases, pin

CONTEXT = """---
account: Dunmore Tiles
today: 2026-12-01
meeting: {date: 2026-12-03, attendees: [{name: Ada Holm, title: Owner}]}
---
2/11 Ada: 14 sites, report promised for 6/11
Between us: she looks at Velnor
9/11 record says 12 sites
"""
LABEL: dict[str, object] = {
    "situation": "contradicting_notes",
    "language": "en",
    "split": "dev",
    "trap": "takes the record's number of sites for the customer's",
    "must_surface": [{"fact": "the report is late", "lines": ["L1"], "any_of": ["report"]}],
    "contradictions": [{"what": "sites", "lines": ["L1", "L3"], "any_of": [["14", "12"]]}],
    "in_confidence": [{"lines": ["L2"], "words": ["Velnor"], "why": "between us"}],
    "best_outcomes": [{"who": "Ada Holm", "what": "counts her sites", "by": "4 December"}],
    "fallbacks": [{"who": "Ada Holm", "what": "names who counts"}],
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "contexts" / "dev").mkdir(parents=True)
    return tmp_path / "contexts"


def written(folder: Path, **changed: object) -> Loaded:
    (folder / "dev" / "dunmore.md").write_text(CONTEXT)
    (folder / "dev" / "dunmore.yaml").write_text(yaml.safe_dump({**LABEL, **changed}))
    return load_cases(folder=folder, manifest=None)


def test_every_case_of_the_repository_is_sound_and_as_pinned() -> None:
    assert load_cases().faults == ()
    assert len(cases_or_faults()) >= 3


def test_a_case_is_its_context_with_what_an_expert_knows(folder: Path) -> None:
    (case,) = written(folder).cases
    assert case.id == "dunmore"
    assert case.context.account == "Dunmore Tiles"
    assert case.label.contradictions[0].any_of == (("14", "12"),)
    assert len(case.sha256) == 64


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"split": "test"}, "says split test, but lies in dev/"),
        ({"must_surface": [{"fact": "x", "lines": ["L9"], "any_of": ["x"]}]}, "must_surface: names L9"),
        ({"must_surface": []}, "must_surface: Tuple should have at least 1 item"),
        ({"musts": []}, "musts: Extra inputs are not permitted"),
        ({"language": "English"}, "language: String should match pattern"),
        ({"in_confidence": [{"lines": ["L2"], "words": ["Scandex"]}]}, "“Scandex” does not stand in L2"),
        ({"contradictions": [{"what": "x", "lines": ["L1"], "any_of": []}]}, "contradictions.0.any_of"),
    ],
)
def test_each_fault_is_one_line_that_names_file_and_place(folder: Path, changed: dict[str, object], fault: str) -> None:
    loaded = written(folder, **changed)
    assert loaded.cases == ()
    (line,) = loaded.faults
    assert line.startswith("dunmore.yaml: ")
    assert fault in line
    assert "\n" not in line


def test_two_faults_are_two_lines(folder: Path) -> None:
    assert len(written(folder, language="English", situation="Two Words").faults) == 2


def test_a_context_without_a_label_is_a_fault(folder: Path) -> None:
    written(folder)
    (folder / "dev" / "nobody.md").write_text(CONTEXT)
    assert load_cases(folder=folder, manifest=None).faults == ("nobody.md: has no label file beside it",)


def test_a_context_that_cannot_be_read_is_a_fault(folder: Path) -> None:
    written(folder)
    (folder / "dev" / "dunmore.md").write_text("---\nmeeting: {minutes: many}\n---\n")
    (fault,) = load_cases(folder=folder, manifest=None).faults
    assert fault.startswith("dunmore.yaml: its context cannot be read: ")


def test_a_split_holds_its_own_cases_only(folder: Path) -> None:
    written(folder)
    assert load_cases("dev", folder=folder, manifest=None).cases
    assert not load_cases("test", folder=folder, manifest=None).cases


def test_a_changed_a_new_and_a_gone_file_are_told_until_they_are_pinned(folder: Path, tmp_path: Path) -> None:
    written(folder)
    manifest = tmp_path / "manifest.json"
    pin(manifest, folder=tmp_path)
    assert changed_files(folder, manifest) == []
    (folder / "dev" / "dunmore.md").write_text(CONTEXT + "more\n")
    (folder / "dev" / "other.md").write_text(CONTEXT)
    (folder / "dev" / "dunmore.yaml").unlink()
    first, second, third = changed_files(folder, manifest)
    assert first.startswith("contexts/dev/dunmore.md: has changed since it was pinned; `coach evals pin`")
    assert second == "contexts/dev/dunmore.yaml: is pinned in manifest.json, but gone"
    assert third.startswith("contexts/dev/other.md: is not pinned")
    assert pin(manifest, folder=tmp_path) == len(hashes(tmp_path))
    assert changed_files(folder, manifest) == []


def test_a_run_refuses_faulty_cases_and_lists_them(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    loaded = written(folder, language="English")
    monkeypatch.setattr(cases, "load_cases", lambda split: loaded)
    with pytest.raises(InputError, match="language"):
        cases_or_faults()
