"""What the repository says about itself is true: hashes, links, tables, settings, and what must not be in it."""

from __future__ import annotations

import re
import shutil
import subprocess
import tomllib
from functools import cache
from pathlib import Path

import pytest

from tools import lock, vendor

ROOT = Path(__file__).resolve().parents[2]
ARCHITECTURE = ROOT / "docs" / "architecture.md"
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


@cache
def files() -> tuple[Path, ...]:
    """What is or would be committed."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.split("\0")
    return tuple(path for name in listed if name and (path := ROOT / name).is_file())


@cache
def locked() -> dict[str, tuple[str, set[str]]]:
    """Name to version and hashes, from uv.lock."""
    packages = tomllib.loads((ROOT / "uv.lock").read_text())["package"]
    return {
        package["name"]: (
            package["version"],
            {part["hash"] for part in [package.get("sdist", {}), *package.get("wheels", ())] if part},
        )
        for package in packages
        if package["name"] != "vedette"
    }


def required(name: str) -> dict[str, tuple[str, set[str]]]:
    """Name to version and hashes, from requirements/<name>.txt."""
    text = (ROOT / "requirements" / f"{name}.txt").read_text().replace("\\\n", " ")
    found = {}
    for line in text.splitlines():
        if match := re.match(r"([a-z0-9._-]+)(?:\[[^]]*\])?==([^\s;]+)", line):
            found[match[1]] = (match[2], set(re.findall(r"--hash=(\S+)", line)))
    return found


def canonical(requirement: str) -> str:
    """The name a requirement is for, as PyPI writes it."""
    return re.sub(r"[-_.]+", "-", re.match(r"[\w.-]+", requirement)[0]).lower()


def test_every_vendored_file_is_the_one_that_was_reviewed() -> None:
    assert vendor.differences() == []


def test_a_changed_a_missing_and_an_unnamed_vendored_file_are_each_named(tmp_path: Path) -> None:
    folder = shutil.copytree(vendor.VENDOR, tmp_path / "vendor")
    (folder / "htmx.org" / "htmx.min.js").write_bytes(b"fetch('//elsewhere.test')")
    (folder / "uplot" / "uPlot.min.css").unlink()
    (folder / "uplot" / "extra.js").write_bytes(b"")
    assert vendor.differences(folder) == [
        "uplot/extra.js: not named in vendor.toml",
        "htmx.org/htmx.min.js: differs from its hash in vendor.toml",
        "uplot/uPlot.min.css: named in vendor.toml but missing",
    ]


@pytest.mark.parametrize("package", vendor.pins(), ids=lambda package: package["name"])
def test_each_vendored_package_brings_its_licence(package: dict[str, dict[str, str]]) -> None:
    assert any(name.startswith("LICENSE") for name in package["sha256"])
    assert package["licence"]


@pytest.mark.parametrize("name", lock.SETS)
def test_the_requirements_are_what_the_lock_says(name: str) -> None:
    found = required(name)
    assert found
    assert {package: locked()[package] for package in found} == found


def test_the_lock_and_the_requirements_hold_every_dependency() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert {canonical(wanted) for wanted in project["project"]["dependencies"]} <= required("demo").keys()
    for name in ("test", "lint", "docs"):
        wanted = {canonical(one) for one in project["dependency-groups"][name] if isinstance(one, str)}
        assert wanted <= required(name).keys()


def test_the_architecture_page_says_why_each_dependency_is_there() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    groups = [one for group in project["dependency-groups"].values() for one in group if isinstance(one, str)]
    names = {canonical(wanted) for wanted in [*project["project"]["dependencies"], *groups]}
    # Type stubs are one phrase: "the stubs for Django, lxml and shapely".
    names = {name for name in names if not name.endswith("-stubs") and not name.startswith("types-")}
    text = ARCHITECTURE.read_text()
    assert {name for name in names if name not in text} == set()


def test_every_room_has_its_floor_and_its_row_on_the_map() -> None:
    rooms = {
        path.stem for path in (ROOT / "vedette").iterdir() if path.suffix == ".py" or (path / "__init__.py").is_file()
    }
    rooms -= {"__init__", "__main__"}
    floors = set(re.findall(r"^ {4}\(?(\w+)\)?$", (ROOT / ".importlinter").read_text(), re.MULTILINE)) - {"vedette"}
    assert rooms <= floors
    assert {room for room in rooms if f"\n| `{room}` |" not in ARCHITECTURE.read_text()} == set()
    drawn = (ROOT / "docs" / "img" / "architecture.svg").read_text()
    assert {room for room in rooms if f">{room}</text>" not in drawn} == set()


def test_everything_the_map_points_to_is_there() -> None:
    named = set(re.findall(r"`((?:vedette|tests|tools|deploy)/[\w./]*)`", ARCHITECTURE.read_text()))
    assert len(named) > 20
    assert {name for name in named if not (ROOT / name).exists()} == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    text = re.sub(r"```.*?```|`[^`\n]*`", "", page.read_text(), flags=re.DOTALL)
    targets = re.findall(r"\]\(([^)\s]+)", text)
    local = {target.partition("#")[0] for target in targets if not re.match(r"[a-z]+:|#", target)}
    assert {target for target in local if not (page.parent / target).exists()} == set()


def test_every_setting_that_the_code_reads_is_in_the_manual() -> None:
    code = "\n".join(path.read_text() for path in (ROOT / "vedette").rglob("*.py"))
    manual = "\n".join(page.read_text() for page in PAGES)
    settings = set(re.findall(r"""["'](VEDETTE_[A-Z_]+)["']""", code))
    assert settings
    assert {setting for setting in settings if setting not in manual} == set()


def test_nothing_asks_for_root() -> None:
    word = "su" + "do"
    for path in (ROOT / "Makefile", ROOT / "tools" / "install.sh", ROOT / ".ci" / "run"):
        assert not re.search(rf"\b{word}\b", path.read_text()), path


def test_no_file_speaks_of_how_or_where_it_was_made() -> None:
    pieces = (
        "/wor|k/",
        r"\bC|EO\b",
        "this ses|sion",
        "Cla|ude",
        "Anthro|pic",
        "Chat|GPT",
        "Open|AI",
        "Co|pilot",
        "Cod|ex\b",
    )
    words = re.compile("|".join(piece.replace("|", "") for piece in pieces))
    told = []
    for path in files():
        if vendor.VENDOR in path.parents or path.name == "uv.lock":
            continue
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        told += [f"{path.relative_to(ROOT)}: {match[0]}" for match in words.finditer(text)]
    assert told == []


def test_what_is_typed_strictly_is_also_kept_pure() -> None:
    listed = re.search(r"^PURE := .*?\)$", (ROOT / "Makefile").read_text(), re.MULTILINE | re.DOTALL)
    assert listed is not None
    pure = {path for path in re.findall(r"vedette/[\w/.]+", listed[0]) if (ROOT / path).exists()}
    contract = (ROOT / ".importlinter").read_text()
    modules = {path.removesuffix(".py").replace("/", ".") for path in pure}
    assert {module for module in modules if f"    {module}\n" not in contract} == set()
