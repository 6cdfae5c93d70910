"""Work that happens later: the only user of Celery. Calls are wake-ups; a regular look finds what a lost one left."""
