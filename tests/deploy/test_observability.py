"""What is watched exists: metrics are documented, dashboards and rules ask for nothing else, and rules fire as told."""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import promql_parser
import pytest
import yaml  # type: ignore[import-untyped]  # it has no types
from prometheus_client import REGISTRY
from prometheus_client.metrics import MetricWrapperBase
from pydantic import SecretStr

from trackagoat.campaigns.service import service as campaigns
from trackagoat.events.codec import EVENTS
from trackagoat.events.host import metrics
from trackagoat.events.host.provision import SCHEMAS
from trackagoat.events.host.settings import Settings
from trackagoat.goals.service import service as goals
from trackagoat.ingest.policies import KINDS
from trackagoat.notifications.policies import sending

ROOT = Path(__file__).parents[2]
PLACE = ROOT / "deploy" / "observability"
PAGE = (ROOT / "docs" / "metrics.md").read_text()
RUNBOOKS = ROOT / "docs" / "runbooks.md"
RULES = yaml.safe_load((PLACE / "alerts.yaml").read_text())["groups"][0]["rules"]
OURS = {m._name: m for m in vars(metrics).values() if isinstance(m, MetricWrapperBase)}
OF_THE_PROCESS = {name for name in REGISTRY._names_to_collectors if name.startswith(("process_", "python_"))}
OF_OTHERS = {"up", "node_filesystem_avail_bytes", "node_filesystem_size_bytes"}
"""Prometheus tells the first by itself, node_exporter the others."""
OF_PROMETHEUS = {"job", "instance"}
SETTINGS = Settings(database_url=SecretStr("none"))


def program() -> ModuleType:
    spec = importlib.util.spec_from_file_location("dashboards", PLACE / "dashboards.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


DASHBOARDS = program()
QUESTIONS = [
    *(
        line.asks
        for _, rows in DASHBOARDS.DASHBOARDS.values()
        for row in rows.values()
        for p in row
        for line in p.lines
    ),
    *(rule["expr"] for rule in RULES),
]


class Asked(NamedTuple):
    """A metric in a question, the labels it is chosen by, and those it is put together by."""

    name: str
    matchers: list[tuple[str, str, bool]]
    grouped: set[str]


def asked(question: str) -> list[Asked]:
    """Raises ValueError for what is no PromQL."""
    found: list[Any] = []
    promql_parser.walk(promql_parser.parse(question), found.append)
    chosen = [part for part in found if isinstance(part, promql_parser.VectorSelector)]
    grouped = {
        label
        for part in found
        if isinstance(part, promql_parser.AggregateExpr) and part.modifier is not None
        for label in part.modifier.labels
    }
    regular = (promql_parser.MatchOp.Re, promql_parser.MatchOp.NotRe)  # they have no hash
    return [
        Asked(str(part.name), [(m.name, m.value, m.op in regular) for m in part.matchers.matchers], grouped)
        for part in chosen
    ]


def told(name: str) -> MetricWrapperBase | None:
    """The metric of ours behind the name of one of its series."""
    base = re.sub(r"_(total|bucket|count|sum)$", "", name)
    return OURS.get(name) or OURS.get(base)


def test_every_metric_is_documented_with_its_kind_and_labels() -> None:
    rows = re.findall(r"^\| `(trackagoat_\w+)` \| (\w+) \| (.+?) \| ", PAGE, re.MULTILINE)
    documented = {name: (kind, set(re.findall(r"`(\w+)`", labels))) for name, kind, labels in rows}
    assert documented == {name: (metric._type, set(metric._labelnames)) for name, metric in OURS.items()}
    assert len(rows) == len(documented)


def test_every_metric_of_ours_is_shown_somewhere() -> None:
    shown = {metric._name for question in QUESTIONS for one in asked(question) if (metric := told(one.name))}
    assert shown == set(OURS)


@pytest.mark.parametrize("question", sorted(set(QUESTIONS)))
def test_a_question_is_about_metrics_and_labels_that_exist(question: str) -> None:
    for one in asked(question):
        metric = told(one.name)
        if metric is None:
            assert one.name in OF_OTHERS | OF_THE_PROCESS
            continue
        labels = {*metric._labelnames, *OF_PROMETHEUS}
        assert {name for name, _, _ in one.matchers} <= labels, one.name
        assert one.grouped <= labels | {"le"}, one.name


def test_a_question_about_a_kind_of_fact_or_work_is_about_one_that_exists() -> None:
    due = {part.kind for service in (campaigns, goals) for part in service(SETTINGS).due}  # type: ignore[arg-type]  # any
    known = {"tag": set(EVENTS), "kind": due | set(KINDS) | {sending.DELIVERY, sending.DIGEST}}
    matchers = {matcher for question in QUESTIONS for one in asked(question) for matcher in one.matchers}
    for label, value, regular in matchers:
        for word in value.split("|") if regular else [value]:
            pattern = word if regular else re.escape(word)
            assert label not in known or any(re.fullmatch(pattern, name) for name in known[label]), f"{label}: {word}"


def test_the_dashboards_are_of_today() -> None:
    for path, text in DASHBOARDS.files():
        assert path.read_text() == text, "run `python deploy/observability/dashboards.py`"
    assert {path.name for path in DASHBOARDS.PLACE.iterdir()} == {path.name for path, _ in DASHBOARDS.files()}


def anchors(page: Path) -> Iterator[str]:
    for heading in re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE):
        yield re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: str(rule["alert"]))
def test_an_alert_leads_to_a_runbook_that_names_it(rule: Any) -> None:
    page, _, anchor = rule["annotations"]["runbook"].partition("#")
    assert (ROOT / page) == RUNBOOKS
    assert anchor in anchors(RUNBOOKS)
    section = next(
        part for part in re.split(r"^## ", RUNBOOKS.read_text(), flags=re.MULTILINE) if rule["alert"] in part
    )
    assert re.sub(r"[^\w -]", "", section.splitlines()[0].lower()).replace(" ", "-") == anchor


def test_every_rule_has_a_test_of_firing_and_of_not_firing() -> None:
    cases = yaml.safe_load((PLACE / "alerts-test.yaml").read_text())["tests"]
    fires = {(one["alertname"], bool(one["exp_alerts"])) for case in cases for one in case["alert_rule_test"]}
    assert fires == {(rule["alert"], fired) for rule in RULES for fired in (True, False)}


def test_every_service_is_scraped_under_its_own_name_which_rules_rely_on() -> None:
    jobs = [job["job_name"] for job in yaml.safe_load((PLACE / "prometheus.yaml").read_text())["scrape_configs"]]
    assert sorted(jobs) == sorted(SCHEMAS)
    down = next(rule["expr"] for rule in RULES if rule["alert"] == "TrackagoatDown")
    assert {value for one in asked(down) for _, value, _ in one.matchers} == {"|".join(SCHEMAS)}


PROMTOOL = shutil.which("promtool") or shutil.which("promtool", path=str(Path(sys.executable).parent))


@pytest.mark.skipif(PROMTOOL is None, reason="promtool is not here; `.ci/tools` takes it from Debian")
@pytest.mark.parametrize(
    "words",
    [("check", "config", "prometheus.yaml"), ("check", "rules", "alerts.yaml"), ("test", "rules", "alerts-test.yaml")],
)
def test_promtool_finds_rules_and_configuration_right_and_their_tests_hold(words: tuple[str, ...]) -> None:
    done = subprocess.run([str(PROMTOOL), *words], cwd=PLACE, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
