"""What is said to take long is there: a file that was renamed would quietly come last."""

from pathlib import Path

import pytest

from tests import shares

ROOT = Path(__file__).parent.parent


@pytest.mark.parametrize("name", sorted({*shares.LONGEST, *shares.APART}))
def test_a_file_with_a_share_of_its_own_exists(name):
    assert (ROOT / name).is_file()
