"""Rules for every test: how examples are drawn, and programs that are missing."""

import os

import pytest
from hypothesis import settings

from tests import programs

settings.register_profile("lab", deadline=None, derandomize="CI" in os.environ)
settings.register_profile("quick", settings.get_profile("lab"), max_examples=10)
settings.load_profile("lab")


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    for marker in programs.PROGRAMS:
        said = programs.absence(marker)
        if said and item.get_closest_marker(marker):
            if programs.under_ci():
                pytest.fail(f"CI {said}", pytrace=False)
            pytest.skip(said)
