"""The client: every call of the API. Written by `goat client` from the API's registry of routes; not to be edited."""

from __future__ import annotations

from trackagoat.client.generated.calls.api_keys import ApiKeys
from trackagoat.client.generated.calls.account import Account
from trackagoat.client.generated.calls.analytics import Analytics
from trackagoat.client.generated.calls.campaigns import Campaigns
from trackagoat.client.generated.calls.creators import Creators
from trackagoat.client.generated.calls.documents import Documents
from trackagoat.client.generated.calls.events import Events
from trackagoat.client.generated.calls.goals import Goals
from trackagoat.client.generated.calls.invitations import Invitations
from trackagoat.client.generated.calls.limits import Limits
from trackagoat.client.generated.calls.members import Members
from trackagoat.client.generated.calls.notifications import Notifications
from trackagoat.client.generated.calls.organizations import Organizations
from trackagoat.client.generated.calls.projects import Projects
from trackagoat.client.generated.calls.scrape_jobs import ScrapeJobs
from trackagoat.client.generated.calls.videos import Videos


class Client(
    Account,
    Organizations,
    ApiKeys,
    Members,
    Invitations,
    Limits,
    Projects,
    Creators,
    Videos,
    ScrapeJobs,
    Campaigns,
    Goals,
    Analytics,
    Notifications,
    Events,
    Documents,
):
    """Every call of the API, with one key."""
