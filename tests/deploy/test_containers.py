"""The Dockerfile and the compose files: valid, and true of the programs they start."""

from __future__ import annotations

import asyncio
import importlib
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml  # type: ignore[import-untyped]  # it has no types
from click.testing import CliRunner

from trackagoat.cli.main import main
from trackagoat.embedded.nats import binary
from trackagoat.embedded.processes import Child, free_port
from trackagoat.events import topology
from trackagoat.events.errors import Unavailable
from trackagoat.events.host.declare import Operator
from trackagoat.events.host.provision import SCHEMAS
from trackagoat.events.host.settings import Settings, faults

PLACE = Path(__file__).parents[2] / "deploy"
TOOLS = Path(sys.executable).parent
COMPOSE, CLUSTER = (yaml.safe_load((PLACE / name).read_text()) for name in ("compose.yaml", "compose.cluster.yaml"))
STEPS = {"topology", *(f"{service}-migrations" for service in SCHEMAS)}
SERVERS, WATCHERS = {"postgres", "nats"}, {"prometheus", "grafana"}


def checked(*command: str) -> None:
    program, *words = command
    done = subprocess.run([TOOLS / program, *words], cwd=PLACE, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_hadolint_finds_nothing_in_the_dockerfile() -> None:
    checked("hadolint", "Dockerfile")


@pytest.mark.parametrize("name", ["compose.yaml", "compose.cluster.yaml"])
def test_a_compose_file_is_one_by_the_specification(name: str) -> None:
    checked("check-jsonschema", "--builtin-schema", "vendor.compose-spec", name)


@pytest.fixture(scope="module")
def secrets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """As the documents have them made."""
    folder = tmp_path_factory.mktemp("secrets")
    made = CliRunner().invoke(
        main, ["provision", "secrets", str(folder), "--database-url", "postgresql://postgres/trackagoat"]
    )
    assert made.exit_code == 0
    (folder / "users.conf").write_text(CliRunner().invoke(main, ["provision", "nats", str(folder)]).stdout)
    return folder


def test_there_is_every_service_after_its_migrations_and_nothing_without_a_profile() -> None:
    assert set(COMPOSE["services"]) == {*SCHEMAS, *STEPS, *SERVERS, *WATCHERS}
    for name, one in COMPOSE["services"].items():
        assert one["profiles"] == ["observability" if name in WATCHERS else "core"]
        assert set(one.get("depends_on", {})) <= set(COMPOSE["services"])
    for service in SCHEMAS:
        one = COMPOSE["services"][service]
        assert one["image"] == COMPOSE["services"][f"{service}-migrations"]["image"] == f"trackagoat-{service}"
        assert one["build"]["args"] == {"SERVICE": service}
        assert (PLACE / one["build"]["context"] / one["build"]["dockerfile"]).is_file()
        after = {
            name for name, how in one["depends_on"].items() if how["condition"] == "service_completed_successfully"
        }
        assert after == STEPS


@pytest.mark.parametrize("name", [*SCHEMAS, *sorted(STEPS)])
def test_a_program_would_start_with_what_its_container_is_told(
    name: str, secrets: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = COMPOSE["services"][name]
    assert (one["read_only"], one["cap_drop"]) == (True, ["ALL"])
    (volume,) = one["volumes"]
    folder = secrets / volume.partition("}/")[2].removesuffix(":/run/secrets:ro")
    assert folder.name == ("operator" if name == "topology" else name.removesuffix("-migrations"))
    changed = CLUSTER["services"].get(name, {}).get("environment", {})
    kind = Operator if name == "topology" else Settings
    if name in SCHEMAS:
        kind = importlib.import_module(f"trackagoat.{name}.settings").Settings
    known = {field.upper() for service in SCHEMAS for field in settings_of(service)} | set(Operator.model_fields)
    for variable, value in (one["environment"] | changed).items():
        assert variable.removesuffix("_FILE") in {field.upper() for field in known}
        monkeypatch.setenv(variable, substituted(value).replace("/run/secrets", str(folder)))
    assert faults(kind) == []


def settings_of(service: str) -> set[str]:
    return set(importlib.import_module(f"trackagoat.{service}.settings").Settings.model_fields)


def substituted(text: str) -> str:
    return re.sub(r"\$\{\w+:-(.*?)\}", r"\1", text)


def test_what_is_mounted_is_in_the_repository_and_what_is_scraped_is_a_service() -> None:
    for volume in (volume for name in WATCHERS for volume in COMPOSE["services"][name]["volumes"]):
        source = volume.partition(":")[0]
        assert (PLACE / source).exists() if source.startswith(".") else source in COMPOSE["volumes"]
    for job in yaml.safe_load((PLACE / "observability" / "prometheus.yaml").read_text())["scrape_configs"]:
        (found,) = job["dns_sd_configs"]
        assert found["names"] == [job["job_name"]]
        assert job["job_name"] in COMPOSE["services"]
        assert f"HTTP_PORT={found['port']}" in (PLACE / "Dockerfile").read_text()


def test_a_secret_that_a_server_reads_is_one_that_is_declared() -> None:
    for one in (COMPOSE["services"][name] for name in SERVERS | WATCHERS):
        named = {secret if isinstance(secret, str) else secret["source"] for secret in one.get("secrets", [])}
        assert named <= set(COMPOSE["secrets"])
        paths = re.findall(r"/run/secrets/(\w+)", f"{one.get('command')} {one.get('environment')}")
        assert {*paths} == named - {"roles"}


def single() -> dict[str, list[str]]:
    return {"nats": COMPOSE["services"]["nats"]["command"]}


def cluster() -> dict[str, list[str]]:
    return {name: one["command"] for name, one in CLUSTER["services"].items() if name.startswith("nats")}


def kubernetes() -> dict[str, list[str]]:
    documents = yaml.safe_load_all((PLACE / "kubernetes" / "servers" / "nats.yaml").read_text())
    (stateful,) = (one for one in documents if one["kind"] == "StatefulSet")
    return {"nats": stateful["spec"]["template"]["spec"]["containers"][0]["command"]}


@pytest.mark.parametrize(("commands", "replicas"), [(single(), 1), (cluster(), 3), (kubernetes(), 1)])
async def test_the_commands_make_servers_that_take_users_and_streams(
    commands: dict[str, list[str]], replicas: int, secrets: Path, tmp_path: Path
) -> None:
    assert len(commands) == replicas
    password = (secrets / "operator" / "nats_password").read_text().strip()
    ports, routes = ({name: free_port() for name in commands} for _ in range(2))
    children = {name: Child(tmp_path / f"{name}.log") for name in commands}
    try:
        for name, command in commands.items():
            here = list(moved(command, name, tmp_path, secrets, routes))
            children[name].launch([binary(), *here, "--addr", "127.0.0.1", "--port", str(ports[name])])
        url = ",".join(f"nats://127.0.0.1:{port}" for port in ports.values())
        async with asyncio.timeout(60):
            while not await declared(url, password, replicas):
                assert all(child.running for child in children.values()), [c.last_words() for c in children.values()]
        assert await topology.apply(url, "operator", password, replicas) == []
    finally:
        for child in children.values():
            child.end(signal.SIGTERM, 15)


async def declared(url: str, password: str, replicas: int) -> bool:
    """Whether there were streams to declare and servers that did so."""
    try:
        return await topology.apply(url, "operator", password, replicas) != []
    except (OSError, Unavailable, TimeoutError):
        return False


def moved(command: list[str], name: str, folder: Path, secrets: Path, routes: dict[str, int]) -> Iterator[str]:
    """Its arguments, with paths and addresses of this machine."""
    assert command[0] == "nats-server"
    for word in command[1:]:
        if re.fullmatch(r"/(run/secrets/users|etc/nats/users.conf)", word):
            yield str(secrets / "users.conf")
        elif word == "/data":
            yield str(folder / name)
        elif word == "8222":
            yield str(free_port())
        elif word == "nats://0.0.0.0:6222":
            yield f"nats://127.0.0.1:{routes[name]}"
        else:
            yield re.sub(r"nats://([a-z0-9-]+):6222", lambda found: f"nats://127.0.0.1:{routes[found[1]]}", word)
