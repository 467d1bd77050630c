import pytest

from workbench import lifecycle, tally
from workbench.tally import Tally


@pytest.mark.parametrize(
    ("line", "code", "wanted"),
    [
        ("=== 12 passed in 3.45s ===", 0, Tally(12, 0)),
        ("=== 1 failed, 3 passed, 3308 warnings in 70.83s (0:01:10) ===", 1, Tally(3, 1)),
        ("=== 2 skipped, 1 error, 5 passed in 1.00s ===", 1, Tally(5, 1, 2)),
        ("=== 12 passed in 3.45s ===", 1, Tally(12, 1)),  # coverage too low
        ("Traceback", 4, Tally(0, 1)),
        ("=== no tests ran in 0.50s ===", 5, Tally(0, 1)),
    ],
)
def test_the_tally_of_a_pytest_run(line, code, wanted):
    assert tally.of_pytest(f"collected\n{line}\n", code) == wanted


def test_tallies_add_up_and_decide_the_exit_code():
    total = Tally(1, 0) + Tally(2, 1, 3)
    assert str(total) == "3 passed, 1 failed, 3 skipped"
    assert (total.exit_code, Tally(5).exit_code) == (1, 0)


def test_only_log_lines_of_level_warning_or_worse_are_bad():
    log = (
        "2026-11-22 04:09:37,191 9958 INFO db odoo.modules: WARNING in a text\n"
        "2026-11-22 04:09:37,191 9958 WARNING db py.warnings: old\n"
        "  WARNING indented\n"
        "2026-11-22 04:09:37,191 9958 ERROR db odoo: bad\n"
    )
    assert [line.split()[3] for line in lifecycle.bad_lines(log)] == ["WARNING", "ERROR"]


def test_outdated_calls_are_bad_where_the_addon_makes_them():
    line = "2026-11-22 04:09:37,191 9958 WARNING db py.warnings: /srv/{}:7: DeprecationWarning: use another\n"
    log = line.format("odoo/addons/mail/models/mail_thread.py") + line.format("key_account_mgmt/models/shared/base.py")
    assert [found.split()[6] for found in lifecycle.bad_lines(log)] == [
        "/srv/key_account_mgmt/models/shared/base.py:7:"
    ]
