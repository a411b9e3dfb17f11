"""Notifications, the table of contents."""

from __future__ import annotations

from datetime import timedelta

from trackagoat.events.catalogue.ingest import CreatorErased
from trackagoat.events.catalogue.notifications import ChannelDisabled, ChannelEvents, RuleEvents
from trackagoat.events.catalogue.workspace import OrgCreated
from trackagoat.events.host.service import Due, Policy, Projection, Service
from trackagoat.notifications import handlers
from trackagoat.notifications.channels.mail import Mail, Server
from trackagoat.notifications.channels.outbound import Outbound
from trackagoat.notifications.channels.slack import Slack
from trackagoat.notifications.channels.subjects import Subjects
from trackagoat.notifications.channels.webhook import Webhook
from trackagoat.notifications.domain.watching import TELL, WATCH
from trackagoat.notifications.due import delivering, waiting, watching
from trackagoat.notifications.policies import goals, others, public, sending
from trackagoat.notifications.projections import deliveries, heard, shown, watched
from trackagoat.notifications.settings import Settings


def service(settings: Settings) -> Service:
    """Alerts, the rules and channels they are told by, their deliveries, and the public feed of each org."""
    outbound = Outbound(settings.targets)
    password = settings.nats_password
    subjects = Subjects(settings.nats_url, settings.nats_user, password.get_secret_value() if password else None)
    tidy = waiting.Tidy(timedelta(days=settings.event_feed_days))
    return Service(
        name="notifications",
        deciders=[
            handlers.telling,
            handlers.reading,
            handlers.reading_all,
            handlers.ruling,
            handlers.sending,
            handlers.connecting(settings.reach),
        ],
        projections=[
            Projection(name="zones", facts=heard.ZoneFacts, writes=heard.zones, tables=("zones",)),
            Projection(name="handles", facts=heard.HandleFacts, writes=heard.handles, tables=("handles",)),
            Projection(name="names", facts=heard.NameFacts, writes=heard.names, tables=("names",)),
            Projection(name="terms", facts=watched.TermFacts, writes=watched.terms, tables=("terms",)),
            Projection(
                name="readings", facts=watched.ReadingFacts, writes=watched.readings, tables=("tracked", "posts")
            ),
            Projection(name="holds", facts=watched.HoldFacts, writes=watched.holds, tables=("holds", "spent")),
            Projection(
                name="alerts",
                facts=shown.AlertFacts,
                writes=shown.alerts,
                tables=("alerts", "reads", "all_reads", "erased"),
            ),
            Projection(
                name="channels",
                facts=ChannelEvents,
                writes=shown.channels,
                tables=("channel_settings", "channel_secrets"),
            ),
            Projection(name="rules", facts=RuleEvents, writes=shown.rules, tables=("rules",)),
            Projection(
                name="deliveries",
                facts=deliveries.Facts,
                writes=deliveries.deliveries,
                tables=("deliveries", "attempts", "waits", "channel_health"),
            ),
        ],
        policies=[
            Policy(name="built_in_channels", facts=OrgCreated, effects=sending.built_in),
            Policy(name="goal_alerts", facts=goals.GoalFacts, effects=goals.goal_alerts),
            Policy(name="advisory_alerts", facts=goals.AdvisoryFacts, effects=goals.advisory_alerts),
            Policy(name="other_alerts", facts=others.OtherFacts, effects=others.other_alerts),
            Policy(name="forgotten", facts=CreatorErased, effects=others.forgotten),
            Policy(name="own_alerts", facts=ChannelDisabled, effects=sending.own_alerts),
            Policy(name="deliveries", facts=sending.Sent, effects=sending.deliveries),
            Policy(name="public_feed", facts=public.PublicFacts, effects=public.public_feed),
        ],
        due=[
            Due(kind=goals.AT_RISK, run=waiting.goals_waiting),
            Due(
                kind=sending.DELIVERY,
                run=_courier(settings, outbound, subjects).run,
                batch=delivering.SIDE_BY_SIDE,
                apart=True,
            ),
            Due(kind=sending.DIGEST, run=waiting.digests, batch=8),
            Due(kind=public.PUBLISH, run=waiting.public_events),
            Due(kind=WATCH, run=watching.watch),
            Due(kind=TELL, run=watching.tell),
            Due(kind="tidy", run=tidy.run),
        ],
        around=[outbound, subjects],
    )


def _courier(settings: Settings, outbound: Outbound, subjects: Subjects) -> delivering.Courier:
    key = settings.secret_key.get_secret_value()
    return delivering.Courier(
        {
            "webhook": Webhook(outbound, key),
            "slack": Slack(outbound, key),
            "email": Mail(_mail_server(settings), key, settings.base_url),
            "nats": subjects,
        }
    )


def _mail_server(settings: Settings) -> Server | None:
    if settings.smtp_host is None:
        return None
    return Server(
        settings.smtp_host,
        settings.smtp_port,
        settings.smtp_from,
        settings.smtp_security,
        settings.smtp_username,
        settings.smtp_password,
    )
