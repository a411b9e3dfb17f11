"""What runs a service. The operator's plans hold from here on, for services make statements of them when imported."""

from __future__ import annotations

from trackagoat.events.host.tiers import adopt

adopt()
