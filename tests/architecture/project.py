"""Which modules has the project, and what does it say about them?"""

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("config", "companies", "notifications", "catalog", "approvals", "orders")
PURE_CONTRACT = "The rules are pure: no Django, no database, no clock of the framework"


def modules() -> Iterator[Path]:
    """Every hand-written module of the applications."""
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path


def dotted(path: Path) -> str:
    words = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(words[:-1] if words[-1] == "__init__" else words)


def pure_modules() -> list[str]:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())
    contracts = settings["tool"]["importlinter"]["contracts"]
    return next(contract["source_modules"] for contract in contracts if contract["name"] == PURE_CONTRACT)


def calls_and_assignments(path: Path) -> Iterator[tuple[str, ast.AST]]:
    """Each node of a module with the name of the function or class around it: `Class.method`, or '' outside."""

    def walk(node, place):
        for inner in ast.iter_child_nodes(node):
            if isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                yield from walk(inner, f"{place}.{inner.name}" if place else inner.name)
            else:
                yield place, inner
                yield from walk(inner, place)

    yield from walk(ast.parse(path.read_text()), "")
