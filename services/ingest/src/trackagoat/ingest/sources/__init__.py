"""Sources: where readings of TikTok come from. A source is a value with a name; only its door waits."""
