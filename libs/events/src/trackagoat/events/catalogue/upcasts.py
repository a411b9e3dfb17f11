"""Upcasts: how an event stored under an older tag is read as what it is called today.

When an event has to change its shape, its class moves on to the next tag (`video.discovered.v2`) and the step from
the old one is declared here, once and for ever. Steps are chained: v1 to v2, v2 to v3. Stored bytes never change.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from trackagoat.events.catalogue.words import Json

Shape = dict[str, Json]
"""An event's members as they were stored, without the tag."""

Step = tuple[str, Callable[[Shape], Shape]]
"""The next tag, and the pure function that gives the members under it."""

UPCASTS: Mapping[str, Step] = {}
"""Every tag that is no longer said, and its step: `"video.discovered.v1": ("video.discovered.v2", with_origin)`."""
