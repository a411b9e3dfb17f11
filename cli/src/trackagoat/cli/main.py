"""The goat command: run the whole system, fill it, look at it."""

from __future__ import annotations

import logging
import sys

import click
import structlog

from trackagoat.cli import (
    accounts,
    bench,
    config,
    connecting,
    doctor,
    erasing,
    events,
    importing,
    parked,
    people,
    provisioning,
    rebuilding,
    running,
    sources,
    streams,
    subscribers,
    testing,
)
from trackagoat.cli.calling import api
from trackagoat.cli.chaos import chaos
from trackagoat.cli.client import client
from trackagoat.cli.reconcile import reconcile


@click.group(
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Exit status: 0 done, 1 failed, 2 wrong usage, 3 nothing is running, 4 already running, 5 port taken, "
    "130 interrupted. `goat test` ends with pytest's.",
)
def main() -> None:
    """Trackagoat: an open, self-hostable tracker of TikTok creator programs."""
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


for command in (
    *(running.up, running.down, running.status, running.run),
    *(people.init, people.users),
    *(accounts.orgs, accounts.projects, accounts.keys),
    *(api, bench.bench, chaos, client, config.config, events.events, subscribers.subscribers),
    *(doctor.doctor, parked.parked, erasing.erase, sources.sources),
    *(provisioning.provision, streams.topology),
    *(importing.import_, rebuilding.rebuild, testing.test),
):
    main.add_command(command)

events.events.add_command(reconcile)
for command in (connecting.accounts, connecting.connect, connecting.disconnect):
    sources.sources.add_command(command)
