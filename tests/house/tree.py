"""The checkout as the house rules see it: its files, and its packages as syntax trees."""

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("billing", "rates", "inputs", "reports", "pipelines")
_NOT_OURS = {".git", ".venv", "demo", "bench-data", "dist", "mutants", "uv.lock"}


@cache
def files() -> tuple[Path, ...]:
    """All files that are or would be tracked; without git, all files that are not products of a run."""
    listing = ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        found = subprocess.run(listing, capture_output=True, check=True).stdout.decode().split("\0")
    except (OSError, subprocess.CalledProcessError):
        found = [str(path.relative_to(ROOT)) for path in ROOT.rglob("*") if not _is_product(path.relative_to(ROOT))]
    return tuple(sorted(ROOT / name for name in found if name and (ROOT / name).is_file()))


def _is_product(path: Path) -> bool:
    return path.parts[0] in _NOT_OURS or any(
        part.endswith(("_cache", "__pycache__", ".egg-info")) or part == ".hypothesis" for part in path.parts
    )


def modules(*packages: str) -> Iterator[tuple[str, ast.Module]]:
    """Path and syntax tree of every module of the packages (default: all five)."""
    for package in packages or PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            yield str(path.relative_to(ROOT)), _parsed(path)


@cache
def _parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def dotted(node: ast.AST) -> str:
    """`pl.read_csv` for the tree of that expression; an empty text for anything but names and attributes."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return ""


def python(*words: str, cwd: Path = ROOT, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run this interpreter afresh with the checkout importable."""
    env = {**os.environ, "PYTHONPATH": str(ROOT), "NO_COLOR": "1", "COLUMNS": "120", **environment}
    return subprocess.run([sys.executable, *words], capture_output=True, text=True, cwd=cwd, env=env, check=False)


def cotbill(*words: str, cwd: Path = ROOT, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the console command in a fresh interpreter, as an installed `cotbill` would."""
    start = "import sys; sys.argv[0] = 'cotbill'; from pipelines.cli import main; sys.exit(main())"
    return python("-c", start, *words, cwd=cwd, **environment)
