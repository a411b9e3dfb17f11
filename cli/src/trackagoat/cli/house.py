"""The house: servers and services of one installation, started in order, watched, stopped in reverse."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Sequence
from typing import Any

import asyncpg
import nats.errors

from trackagoat.cli.addresses import Addresses, environment, outside, without_user
from trackagoat.cli.credentials import credentials
from trackagoat.cli.failures import Failure, Missing, NotReady, PortTaken
from trackagoat.cli.folder import Service, State, StateFolder
from trackagoat.cli.health import look
from trackagoat.cli.parts import Part, ServerPart, ServicePart
from trackagoat.cli.processes import note
from trackagoat.cli.views import View
from trackagoat.cli.watching import Watched, keep
from trackagoat.embedded import EmbeddedError, Nats, NatsUser, Postgres
from trackagoat.embedded.processes import free_port, port_is_free
from trackagoat.events import topology
from trackagoat.events.errors import KernelError
from trackagoat.events.host.migrate import migrate
from trackagoat.events.host.provision import SCHEMAS, provision
