"""Plans: the built-in table, and what an operator's policy says otherwise."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from trackagoat.events.catalogue import plans
from trackagoat.events.host.settings import Settings, faults

POLICY = {
    "starter": {"max_creators_per_org": 80, "max_projects_per_org": None},
    "free": {"min_video_stats_hours": 36, "stats_history_retention_days": 7},
}


def test_a_policy_replaces_what_it_names_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plans, "TABLE", dict(plans.TABLE))
    before = dict(plans.TABLE)
    plans.replace(plans.policy(json.dumps(POLICY)))
    assert plans.limit("starter", "max_creators_per_org") == 80
    assert plans.limit("starter", "max_projects_per_org") is None
    assert plans.floor("free", "min_video_stats_hours") == 36
    changed = {key: values for key, values in plans.TABLE.items() if values != before[key]}
    assert changed == {
        "max_creators_per_org": (None, 5, 80, 300),
        "max_projects_per_org": (None, 1, None, 10),
        "min_video_stats_hours": (1, 36, 12, 1),
        "stats_history_retention_days": (None, 7, 365, None),
    }


@pytest.mark.parametrize(
    "wrong",
    [
        "{",
        '"starter"',
        '{"golden": {}}',
        '{"free": {"max_goats": 3}}',
        '{"free": {"max_creators_per_org": "5"}}',
        '{"free": {"max_creators_per_org": -1}}',
        '{"free": {"min_video_stats_hours": null}}',
        '{"free": {"min_video_stats_hours": 0}}',
        '{"free": {"stats_history_retention_days": 0}}',
    ],
)
def test_a_policy_that_makes_no_sense_keeps_services_from_starting(wrong: str) -> None:
    with pytest.raises(ValueError, match=r"not JSON of tiers|cannot be"):
        plans.policy(wrong)
    (fault,) = faults(Settings, database_url="postgresql://unused", tiers=wrong)
    assert fault.variable == "TIERS"
    assert "the built-in table" in fault.remedy


def test_statements_of_a_service_hold_the_floors_of_the_policy(tmp_path: Path) -> None:
    file = tmp_path / "tiers.json"
    file.write_text(json.dumps(POLICY))
    told = (
        "from trackagoat.ingest.service import service\n"
        "from trackagoat.ingest.domain.keeping import SHORTEST\n"
        "from trackagoat.ingest.store.scraping import effective\n"
        "from trackagoat.ingest.settings import Settings\n"
        "print(SHORTEST.days, effective('video_stats'))\n"
        "print(Settings(database_url='postgresql://unused', secret_key='" + "A" * 43 + "=').tiers['free'])"
    )
    environment = os.environ | {"TIERS_FILE": str(file)}
    ran = subprocess.run([sys.executable, "-c", told], env=environment, check=True, capture_output=True, text=True)
    first, second = ran.stdout.splitlines()
    assert first.startswith("7 ")
    assert "WHEN 'free' THEN 36" in first
    assert second == str(POLICY["free"])
