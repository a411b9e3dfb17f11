"""The secrets of a deployment: a folder per service, a file per setting, as containers want them mounted."""

from __future__ import annotations

import base64
import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit, urlunsplit

from trackagoat.cli.errors import Failure
from trackagoat.events.host.provision import SCHEMAS, role

USERS = (*SCHEMAS, "operator")
SECRET_KEY = "secret_key"  # noqa: S105 - the name of a file
NATS_PASSWORD = "nats_password"  # noqa: S105 - the name of a file
DATABASE_URL, DATABASE_DIRECT_URL = "database_url", "database_direct_url"


class Deployment:
    """`<folder>/<service>/<setting>`: what `<SETTING>_FILE` of a service names, and the same for the operator."""

    def __init__(self, folder: Path) -> None:
        """Nothing is read or written yet."""
        self.folder = folder

    def make(self, database_url: str, direct_url: str | None) -> list[str]:
        """Write what is missing; what is there stays. The files that were made."""
        made: list[str] = []
        key = self._key() or base64.b64encode(secrets.token_bytes(32)).decode()
        for user in USERS:
            self._keep(f"{user}/{NATS_PASSWORD}", _password(), made)
        for service in SCHEMAS:
            password = self._database_password(service) or _password()
            self._keep(f"{service}/{DATABASE_URL}", _as_role(database_url, service, password), made)
            if direct_url is not None:
                self._keep(f"{service}/{DATABASE_DIRECT_URL}", _as_role(direct_url, service, password), made)
            self._keep(f"{service}/{SECRET_KEY}", key, made)
        return made

    def database(self) -> dict[str, str]:
        """The password of each service's role. Raises Failure."""
        found = {service: self._database_password(service) for service in SCHEMAS}
        if missing := [service for service, password in found.items() if not password]:
            raise self._missing(missing[0], DATABASE_URL)
        return {service: password for service, password in found.items() if password}

    def nats(self) -> dict[str, str]:
        """The password of each NATS user. Raises Failure."""
        found = {user: self._read(f"{user}/{NATS_PASSWORD}") for user in USERS}
        if missing := [user for user, password in found.items() if not password]:
            raise self._missing(missing[0], NATS_PASSWORD)
        return {user: password for user, password in found.items() if password}

    def _key(self) -> str | None:
        """The key that is there already. Raises Failure when services have different ones."""
        keys = {key for service in SCHEMAS if (key := self._read(f"{service}/{SECRET_KEY}"))}
        if len(keys) > 1:
            message = f"the files {SECRET_KEY} in {self.folder} differ; all services of an installation share one key"
            raise Failure(message)
        return next(iter(keys), None)

    def _database_password(self, service: str) -> str | None:
        return unquote(urlsplit(self._read(f"{service}/{DATABASE_URL}") or "").password or "") or None

    def _missing(self, service: str, setting: str) -> Failure:
        return Failure(f"{self.folder / service / setting} is missing or incomplete; `goat provision secrets` makes it")

    def _read(self, name: str) -> str | None:
        try:
            return (self.folder / name).read_text(encoding="utf-8").removesuffix("\n")
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError) as error:
            message = f"{self.folder / name} cannot be read: {error}"
            raise Failure(message) from error

    def _keep(self, name: str, text: str, made: list[str]) -> None:
        """Write a new file. Nobody else gets into the folder, but a container's user reads what is mounted from it."""
        path = self.folder / name
        if path.exists():
            return
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            path.parent.mkdir(mode=0o755, exist_ok=True)
            fresh = path.with_name(f".{path.name}.new")
            fresh.unlink(missing_ok=True)
            with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644), "w") as out:
                out.write(text + "\n")
            fresh.rename(path)  # so that half a secret is never met
        except OSError as error:
            message = f"{path} cannot be written: {error.strerror}"
            raise Failure(message) from error
        made.append(name)


def variables(users: Mapping[str, object]) -> dict[str, str]:
    """In place of passwords, the variables of the server's environment that hold them."""
    return {user: f"${user.upper()}_NATS_PASSWORD" for user in users}


def _password() -> str:
    """It begins with a letter: where NATS takes it from a variable, digits in front would make it a number."""
    return f"g{secrets.token_hex(24)}"


def _as_role(url: str, service: str, password: str) -> str:
    parts = urlsplit(url)
    place = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{role(service)}:{quote(password, safe='')}@{place}"))
