"""Lock the dependencies and export the hash-locked requirements that pip installs from. For maintainers; needs uv."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
#: requirements/<set>.txt: what runs, and what runs with one more group of pyproject.toml.
SETS = ("demo", "test", "lint", "docs")


def export(name: str) -> list[str]:
    """The uv command that prints one set, hashes included, without the project itself."""
    group = [] if name == "demo" else ["--group", name]
    return ["uv", "export", "--frozen", "--no-emit-project", "--no-default-groups", "--no-header", "--quiet", *group]


def main() -> int:
    subprocess.run(["uv", "lock", *sys.argv[1:]], cwd=ROOT, check=True)  # noqa: S603, S607
    (ROOT / "requirements").mkdir(exist_ok=True)
    for name in SETS:
        told = subprocess.run(export(name), cwd=ROOT, check=True, capture_output=True, text=True)  # noqa: S603
        header = "# Exported from uv.lock by `make lock`. Do not edit.\n"
        (ROOT / "requirements" / f"{name}.txt").write_text(header + told.stdout, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
