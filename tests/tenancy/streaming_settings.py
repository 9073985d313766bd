"""Settings of a real server with the streaming addresses; the database's comes from the environment."""

from tests.settings import *  # noqa: F403 -- the test run's own

ROOT_URLCONF = "tests.tenancy.streaming_urls"
