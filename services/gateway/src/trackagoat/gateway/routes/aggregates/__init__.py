"""Aggregates over the counted videos of a project, by when they were posted, with the levels of now."""

from trackagoat.gateway.routes.aggregates import campaigns, creators, videos

ROUTES = (*videos.ROUTES, *creators.ROUTES, *campaigns.ROUTES)
