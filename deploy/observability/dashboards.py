"""The dashboards as Grafana reads them: `python deploy/observability/dashboards.py` writes them beside itself.

Every panel is a line below: what it shows, in which unit, and the question to Prometheus. Tests hold the files
current and every question to metrics that exist.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from grafana_foundation_sdk.builders import dashboard, prometheus, timeseries
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.dashboard import DataSourceRef, VariableRefresh

PLACE = Path(__file__).parent / "dashboards"
SOURCE = DataSourceRef(type_val="prometheus", uid="${datasource}")
WIDTH, HEIGHT = 8, 8
"""Three panels beside one another."""


class Line(NamedTuple):
    """One question, and the name of each answer."""

    asks: str
    name: str


class Panel(NamedTuple):
    """A graph over time; `means` is what a reader may want to know of it."""

    title: str
    unit: str
    lines: Sequence[Line]
    means: str


def panel(title: str, unit: str, asks: str, name: str, means: str = "") -> Panel:
    return Panel(title, unit, [Line(asks, name)], means)


def p99(metric: str, by: str, only: str = "") -> str:
    """The time that one in a hundred exceeds."""
    return f"histogram_quantile(0.99, sum by (le, {by}) (rate({metric}_bucket{only}[5m])))"


READY = panel(
    "Ready",
    "bool_yes_no",
    "min by (job) (trackagoat_ready)",
    "{{job}}",
    "No: a process lacks its database or NATS, or something it follows does not move.",
)
FLOW = {
    "From command to ledger": [
        READY,
        panel("Facts appended", "cps", "sum by (job) (rate(trackagoat_events_total[5m]))", "{{job}}"),
        panel("Commands, p99", "s", p99("trackagoat_command_seconds", "job"), "{{job}}"),
    ],
    "From ledger to stream": [
        panel("Not in the feed yet", "short", "max by (job) (trackagoat_unsequenced)", "{{job}}"),
        panel(
            "Not in the stream yet",
            "short",
            "max by (job) (trackagoat_feed_head) - max by (job) (trackagoat_relay_head)",
            "{{job}}",
            "Grows while NATS is away, and shrinks afterwards by itself.",
        ),
        panel(
            "Failures of parts",
            "cps",
            "sum by (job, part, error) (rate(trackagoat_failures_total[5m]))",
            "{{job}} {{part}}: {{error}}",
        ),
    ],
    "From stream to rows": [
        panel(
            "Behind, in seconds",
            "s",
            "max by (job, projection, source) (trackagoat_lag_seconds)",
            "{{job}}: {{projection}} from {{source}}",
            "Since when the mark has not moved, while there is something to do.",
        ),
        panel(
            "Behind, in facts",
            "short",
            "max by (job, projection, source) (trackagoat_lag_events)",
            "{{job}}: {{projection}} from {{source}}",
        ),
        panel(
            "Facts applied", "cps", "sum by (job, source) (rate(trackagoat_facts_total[5m]))", "{{job}} from {{source}}"
        ),
    ],
    "What waits": [
        panel("Due work, the ripest row", "s", "max by (job, kind) (trackagoat_due_age_seconds)", "{{job}}: {{kind}}"),
        panel("Due work, ripe rows", "short", "max by (job, kind) (trackagoat_due_rows)", "{{job}}: {{kind}}"),
        panel(
            "Parked facts",
            "short",
            "max by (job, projection, source) (trackagoat_parked)",
            "{{job}}: {{projection}} from {{source}}",
            "Each waits for an operator: `goat parked list`.",
        ),
    ],
    "The API": [
        panel("Calls", "reqps", "sum by (status) (rate(trackagoat_request_seconds_count[5m]))", "{{status}}"),
        panel("Calls, p99", "s", p99("trackagoat_request_seconds", "job"), "{{job}}"),
        panel(
            "The slowest routes, p99",
            "s",
            f"topk(5, {p99('trackagoat_request_seconds', 'method, route')})",
            "{{method}} {{route}}",
        ),
    ],
}
MINE = '{job="$job"}'
SERVICE = {
    "The process": [
        panel("Ready", "bool_yes_no", f"trackagoat_ready{MINE}", "{{instance}}"),
        panel("Memory", "bytes", f"process_resident_memory_bytes{MINE}", "{{instance}}"),
        panel("Processor", "percentunit", f"rate(process_cpu_seconds_total{MINE}[5m])", "{{instance}}"),
        panel("Open files", "short", f"process_open_fds{MINE}", "{{instance}}"),
        panel("Running for", "s", f"time() - process_start_time_seconds{MINE}", "{{instance}}"),
        panel(
            "Failures of parts",
            "cps",
            f"sum by (part, error) (rate(trackagoat_failures_total{MINE}[5m]))",
            "{{part}}: {{error}}",
        ),
    ],
    "What it says": [
        panel("Facts", "cps", f"sum by (tag) (rate(trackagoat_events_total{MINE}[5m]))", "{{tag}}"),
        panel("Commands", "cps", f"sum by (command) (rate(trackagoat_command_seconds_count{MINE}[5m]))", "{{command}}"),
        panel("Commands, p99", "s", p99("trackagoat_command_seconds", "command", MINE), "{{command}}"),
        Panel(
            "Its feed",
            "short",
            [
                Line(f"max (trackagoat_feed_head{MINE})", "in the feed"),
                Line(f"max (trackagoat_relay_head{MINE})", "in the stream"),
            ],
            "",
        ),
    ],
    "What it hears": [
        panel(
            "Behind, in seconds",
            "s",
            f"max by (projection, source) (trackagoat_lag_seconds{MINE})",
            "{{projection}} from {{source}}",
        ),
        panel(
            "Behind, in facts",
            "short",
            f"max by (projection, source) (trackagoat_lag_events{MINE})",
            "{{projection}} from {{source}}",
        ),
        panel(
            "Marks",
            "short",
            f"min by (projection, source) (trackagoat_checkpoint{MINE})",
            "{{projection}} from {{source}}",
        ),
        panel(
            "Parked facts",
            "short",
            f"max by (projection, source) (trackagoat_parked{MINE})",
            "{{projection}} from {{source}}",
        ),
    ],
    "What is due": [
        panel("The ripest row", "s", f"max by (kind) (trackagoat_due_age_seconds{MINE})", "{{kind}}"),
        panel("Ripe rows", "short", f"max by (kind) (trackagoat_due_rows{MINE})", "{{kind}}"),
        panel("Time of a batch, p99", "s", p99("trackagoat_due_seconds", "kind", MINE), "{{kind}}"),
    ],
}
SENT = '{what="delivery"}'
READ = '{what!="delivery"}'
JOBS = '{kind=~"creator_profiles|discover_videos|video_stats"}'
GOALS = {
    "Readings": [
        panel(
            "Answers of sources",
            "cps",
            f"sum by (place, outcome) (rate(trackagoat_outside_seconds_count{READ}[5m]))",
            "{{place}}: {{outcome}}",
        ),
        panel(
            "Answers of sources, p99", "s", p99("trackagoat_outside_seconds", "place, what", READ), "{{place}} {{what}}"
        ),
        panel("Scrapes, the ripest row", "s", f"max by (kind) (trackagoat_due_age_seconds{JOBS})", "{{kind}}"),
    ],
    "Goals": [
        panel(
            "Changes of goals, an hour",
            "short",
            'sum by (tag) (increase(trackagoat_events_total{tag=~"goal[.].+"}[1h]))',
            "{{tag}}",
        ),
        panel(
            "Goals to look at, the ripest row",
            "s",
            'max by (kind) (trackagoat_due_age_seconds{kind=~"refresh|spread|abandon"})',
            "{{kind}}",
        ),
        panel(
            "Alerts raised, an hour",
            "short",
            'sum (increase(trackagoat_events_total{tag="alert.raised.v1"}[1h]))',
            "alerts",
        ),
    ],
    "Deliveries": [
        panel(
            "Attempts",
            "cps",
            f"sum by (place, outcome) (rate(trackagoat_outside_seconds_count{SENT}[5m]))",
            "{{place}}: {{outcome}}",
            "refused: answered, but not with a 2xx; failed: no answer.",
        ),
        panel("Attempts, p99", "s", p99("trackagoat_outside_seconds", "place", SENT), "{{place}}"),
        Panel(
            "Waiting",
            "short",
            [
                Line('max (trackagoat_due_rows{kind="delivery"})', "deliveries"),
                Line('max (trackagoat_due_rows{kind="digest"})', "digests"),
            ],
            "Ripe and not attempted yet; retries that are planned for later are not among them.",
        ),
        panel("The ripest delivery", "s", 'max (trackagoat_due_age_seconds{kind="delivery"})', "seconds"),
        panel(
            "Channels given up, a day",
            "short",
            'sum (increase(trackagoat_events_total{tag="channel.disabled.v1"}[1d]))',
            "channels",
        ),
    ],
}
DASHBOARDS = {
    "flow": ("trackagoat: flow", FLOW),
    "service": ("trackagoat: one service", SERVICE),
    "goals-and-deliveries": ("trackagoat: readings, goals and deliveries", GOALS),
}


def made(uid: str, title: str, rows: dict[str, list[Panel]]) -> str:
    """The dashboard as JSON."""
    board = (
        dashboard.Dashboard(title).uid(f"trackagoat-{uid}").tags(["trackagoat"]).refresh("30s").time("now-3h", "now")
    )
    board = board.with_variable(dashboard.DatasourceVariable("datasource").type("prometheus"))
    if rows is SERVICE:
        asked = dashboard.QueryVariable("job").label("service").datasource(SOURCE)
        board = board.with_variable(
            asked.query("label_values(trackagoat_ready, job)").refresh(VariableRefresh.ON_DASHBOARD_LOAD)
        )
    for row, panels in rows.items():
        board = board.with_row(dashboard.Row(row))
        for one in panels:
            board = board.with_panel(_graph(one))
    return JSONEncoder(sort_keys=True, indent=2).encode(board.build()) + "\n"


def _graph(one: Panel) -> timeseries.Panel:
    graph = timeseries.Panel().title(one.title).description(one.means).unit(one.unit).min(0).datasource(SOURCE)
    graph = graph.span(WIDTH).height(HEIGHT)
    for line, letter in zip(one.lines, "ABC", strict=False):
        graph = graph.with_target(prometheus.Dataquery().ref_id(letter).expr(line.asks).legend_format(line.name))
    return graph


def files() -> Iterator[tuple[Path, str]]:
    """Every file, and what it should say."""
    for uid, (title, rows) in DASHBOARDS.items():
        yield PLACE / f"{uid}.json", made(uid, title, rows)


if __name__ == "__main__":
    PLACE.mkdir(exist_ok=True)
    for path, text in files():
        path.write_text(text)
