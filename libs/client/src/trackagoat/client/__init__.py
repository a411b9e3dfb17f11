"""trackagoat's HTTP API for Python programs.

    async with Client("https://goat.example.com", "tga_…") as goat:
        project = await goat.create_project(name="Spring")
        async for creator in goat.list_creators(project_id=project.id):
            ...

Lists are walked page by page; what may be tried again is tried again; a refusal is an exception with a code.
"""

from __future__ import annotations

from trackagoat.client.connection import Retries
from trackagoat.client.errors import ApiError, TrackagoatError, Unreachable
from trackagoat.client.generated import codes, requests, resources
from trackagoat.client.generated.client import Client
from trackagoat.client.listing import Listing, Page

__all__ = (
    "ApiError",
    "Client",
    "Listing",
    "Page",
    "Retries",
    "TrackagoatError",
    "Unreachable",
    "codes",
    "requests",
    "resources",
)
