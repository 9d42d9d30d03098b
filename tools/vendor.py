"""Refresh the vendored front-end parts from the npm registry. For maintainers; users and tests never need npm.

Reads the pins in vedette/web/assets/vendor/vendor.toml, packs each package, checks npm's own integrity hash, copies
the named files as shipped, and writes the file back with the hashes. `--check` re-hashes offline and changes nothing.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import io
import json
import subprocess
import sys
import tarfile
import tempfile
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
VENDOR = ROOT / "vedette" / "web" / "assets" / "vendor"
MANIFEST = VENDOR / "vendor.toml"
HEADER = """\
# Front-end parts, kept here so that neither a user nor a test needs node or a network.
# To change one: edit its version, delete its integrity line, run `.venv/bin/python tools/vendor.py`, read the diff.
# `integrity` is npm's own hash of the package; `sha256` is of each file as it lies here.
"""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="only compare the files with vendor.toml; no network")
    arguments = parser.parse_args()
    if arguments.check:
        faults = differences()
        print("\n".join(faults) or f"{len(hashes())} vendored files match {MANIFEST.relative_to(ROOT)}")
        return 1 if faults else 0
    packages = [refresh(package) for package in pins()]
    MANIFEST.write_text(HEADER + "".join(as_toml(package) for package in packages), encoding="utf-8")
    return 0


def pins(folder: Path = VENDOR) -> list[dict[str, Any]]:
    """The packages vendor.toml names, as it names them."""
    return list(tomllib.loads((folder / MANIFEST.name).read_text(encoding="utf-8"))["package"])


def hashes(folder: Path = VENDOR) -> dict[Path, str]:
    """Each vendored file, relative to the folder, and the SHA-256 that vendor.toml gives for it."""
    listed = ((package["name"], package["sha256"]) for package in pins(folder))
    return {Path(name) / file: digest for name, digests in listed for file, digest in digests.items()}


def differences(folder: Path = VENDOR) -> list[str]:
    """What does not match: a file missing, changed, or present without being named. Empty when all is well."""
    expected = hashes(folder)
    present = {path.relative_to(folder) for path in folder.rglob("*") if path.is_file()} - {Path(MANIFEST.name)}
    faults = [f"{path}: not named in vendor.toml" for path in sorted(present - expected.keys())]
    for path, digest in expected.items():
        if path not in present:
            faults.append(f"{path}: named in vendor.toml but missing")
        elif hashlib.sha256((folder / path).read_bytes()).hexdigest() != digest:
            faults.append(f"{path}: differs from its hash in vendor.toml")
    return faults


def refresh(package: dict[str, Any]) -> dict[str, Any]:
    """Pack one package and lay its files; raises SystemExit when its integrity is not the pinned one."""
    name, version = package["name"], package["version"]
    with tempfile.TemporaryDirectory() as folder:
        command = ["npm", "pack", "--silent", "--json", "--pack-destination", folder, f"{name}@{version}"]
        packed = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603
        told = json.loads(packed.stdout)
        entry = told[0] if isinstance(told, list) else next(iter(told.values()))
        archive = (Path(folder) / Path(entry["filename"]).name.replace("@", "").replace("/", "-")).read_bytes()
    integrity = "sha512-" + base64.b64encode(hashlib.sha512(archive).digest()).decode()
    for source, claimed in (("npm", entry["integrity"]), ("vendor.toml", package.get("integrity", integrity))):
        if claimed != integrity:
            raise SystemExit(f"{name} {version}: the archive's integrity is {integrity}, {source} says {claimed}")
    target = VENDOR / name
    digests = {}
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        for path in package["from"]:
            member = tar.extractfile(f"package/{path}")
            if member is None:
                raise SystemExit(f"{name} {version}: {path} is not a file of the package")
            content = member.read()
            target.mkdir(parents=True, exist_ok=True)
            (target / Path(path).name).write_bytes(content)
            digests[Path(path).name] = hashlib.sha256(content).hexdigest()
    print(f"{name} {version}: {len(digests)} files")
    return {**package, "integrity": integrity, "sha256": digests}


def as_toml(package: dict[str, Any]) -> str:
    """One [[package]] table; strings and lists of strings are written as JSON, which TOML reads alike."""
    keys = ("name", "version", "licence", "why", "integrity", "from")
    lines = [f"{key} = {json.dumps(package[key])}" for key in keys]
    lines += ["[package.sha256]"] + [
        f"{json.dumps(name)} = {json.dumps(value)}" for name, value in package["sha256"].items()
    ]
    return "\n[[package]]\n" + "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
