"""How a figure is told: one line, with its aim where there is one."""

from __future__ import annotations


def line(what: str, figure: float, unit: str, aim: float | None = None) -> None:
    verdict = "" if aim is None else f"   aim at most {aim:g} {unit}: {'met' if figure <= aim else 'NOT MET'}"
    print(f"{what:<66} {figure:>9.3f} {unit:<6}{verdict}", flush=True)
