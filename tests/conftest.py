"""Settings that every test file shares."""

import os

from hypothesis import settings

settings.register_profile("lab", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("lab")
