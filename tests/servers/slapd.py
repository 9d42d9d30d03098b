"""slapd, the directory server of OpenLDAP, with a folder of its own, on loopback, stopped by its pid."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ldap3

from tests.servers import certificate
from tests.servers.certificate import Certificate
from tests.servers.ports import free_port

BASE = "dc=vedette,dc=example"
PEOPLE = f"ou=people,{BASE}"
ADMIN, PASSWORD = f"cn=admin,{BASE}", "not a secret"
_PATIENCE_S = 30.0
_HOMES = (Path("/usr/lib/ldap"), Path("/usr/lib/openldap"), Path("/usr/lib64/openldap"))
_SCHEMAS = (Path("/etc/ldap/schema"), Path("/etc/openldap/schema"), Path("/opt/homebrew/etc/openldap/schema"))


@dataclass
class Slapd:
    """A directory with one base, which tests fill. Without paging it gives five entries and no more."""

    port: int
    secure_port: int
    tls: Certificate

    @property
    def uri(self) -> str:
        return f"ldap://127.0.0.1:{self.port}"

    @property
    def secure_uri(self) -> str:
        return f"ldaps://localhost:{self.secure_port}"

    def add(self, number: str, unit: str = "people", **attributes: Any) -> None:
        """Somebody with this employee number, in this organisational unit."""
        with self._admin() as admin:
            below = f"ou={unit},{BASE}"
            admin.add(below, ["organizationalUnit"], {"ou": unit})
            told = {"cn": f"Name {number}", "sn": "Example", "employeeNumber": number, **attributes}
            assert admin.add(f"uid=u{number},{below}", ["inetOrgPerson"], told), admin.result

    def remove(self, number: str, unit: str = "people") -> None:
        """They are in the directory no more."""
        with self._admin() as admin:
            assert admin.delete(f"uid=u{number},ou={unit},{BASE}"), admin.result

    def change(self, number: str, unit: str = "people", **attributes: Any) -> None:
        """Other values of some attributes."""
        with self._admin() as admin:
            changes = {name: [(ldap3.MODIFY_REPLACE, values)] for name, values in attributes.items()}
            assert admin.modify(f"uid=u{number},ou={unit},{BASE}", changes), admin.result

    def refer(self, uri: str, unit: str) -> None:
        """What is asked below this organisational unit is to be asked at that address."""
        with self._admin() as admin:
            added = admin.add(f"ou={unit},{BASE}", ["referral", "extensibleObject"], {"ou": unit, "ref": uri})
            assert added, admin.result

    def _admin(self) -> Any:
        server = ldap3.Server("127.0.0.1", self.port, get_info=ldap3.NONE)
        return ldap3.Connection(server, ADMIN, PASSWORD, auto_bind=True)


@contextmanager
def running(program: Path, folder: Path, *, total: int | None = None) -> Iterator[Slapd]:
    """A slapd until the block ends; `total`: the most entries that it gives in all pages together."""
    data = folder / "data"
    data.mkdir(parents=True)
    tls = certificate.make(folder)
    for _ in range(3):
        server = Slapd(free_port(), free_port(), tls)
        (folder / "slapd.conf").write_text(_configuration(data, folder, tls, total))
        with (folder / "log").open("wb") as log:
            addresses = f"{server.uri}/ ldaps://127.0.0.1:{server.secure_port}/"
            command = [str(program), "-d", "0", "-f", str(folder / "slapd.conf"), "-h", addresses]
            process = subprocess.Popen(command, stdout=log, stderr=log)
            try:
                if _answers(process, server):
                    yield server
                    return
            finally:
                process.terminate()
                process.wait(10)
    raise AssertionError((folder / "log").read_text())


def _configuration(data: Path, folder: Path, tls: Certificate, total: int | None) -> str:
    home = next((path for path in _HOMES if path.is_dir()), None)
    schemas = next(path for path in _SCHEMAS if path.is_dir())
    modules = [f"modulepath {home}", "moduleload back_mdb"] if home is not None else []
    return "\n".join(
        [
            *(f"include {schemas}/{name}.schema" for name in ("core", "cosine", "inetorgperson")),
            f"pidfile {folder}/slapd.pid",
            f"TLSCertificateFile {tls.certificate}",
            f"TLSCertificateKeyFile {tls.key}",
            *modules,
            f"sizelimit size.soft=5 size.hard=5 size.pr=1000 size.prtotal={total or 'unlimited'}",
            "database mdb",
            f'suffix "{BASE}"',
            f'rootdn "{ADMIN}"',
            f'rootpw "{PASSWORD}"',
            f"directory {data}",
            "access to attrs=userPassword by anonymous auth by * none",
            "access to * by users read by anonymous auth",
            "",
        ]
    )


def _answers(process: subprocess.Popen[bytes], server: Slapd) -> bool:
    until = time.monotonic() + _PATIENCE_S
    while process.poll() is None and time.monotonic() < until:
        try:
            with server._admin() as admin:
                admin.add(BASE, ["dcObject", "organization"], {"dc": "vedette", "o": "Vedette"})
                # rootdn has no limits, and the limits are to be tested: whoever reads is another.
                admin.add(f"cn=reader,{BASE}", ["person"], {"cn": "reader", "sn": "reader", "userPassword": PASSWORD})
                return True
        except ldap3.core.exceptions.LDAPException:
            time.sleep(0.05)
    return False


READER = f"cn=reader,{BASE}"
