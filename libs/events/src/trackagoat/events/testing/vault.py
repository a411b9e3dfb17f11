"""An installation key for tests, and the vault it opens."""

from __future__ import annotations

import base64

from trackagoat.events.personal import Vault

SECRET_KEY = base64.b64encode(bytes(range(32))).decode()
VAULT = Vault(SECRET_KEY)
