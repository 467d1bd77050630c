import pytest

from workbench import browser, paths


@pytest.mark.parametrize(
    ("candidate", "wanted"),
    [("150.0.7871.100-1~deb12u1", True), ("(none)", False), ("2:1snap1-0ubuntu2", False)],
)
def test_only_a_real_package_counts(candidate, wanted):
    assert browser.is_packaged(f"chromium:\n  Installed: (none)\n  Candidate: {candidate}\n") is wanted
    assert not browser.is_packaged("")


def test_a_stub_that_does_not_run_is_no_browser(tmp_path, monkeypatch):
    monkeypatch.setattr(browser.process, "environment", lambda: {"PATH": str(tmp_path)})
    for name, code in (("google-chrome", 1), ("chromium", 0)):
        program = tmp_path / name
        program.write_text(f"#!/bin/sh\nexit {code}\n")
        program.chmod(0o755)
    assert browser.find() == str(tmp_path / "chromium")


def test_a_downloaded_browser_gets_the_name_that_odoo_looks_for(tmp_path, monkeypatch):
    monkeypatch.setattr(browser, "DOWNLOADED", tmp_path)
    monkeypatch.setattr(paths, "BIN", tmp_path / "bin")
    program = tmp_path / "chromium-1200/chrome-linux64/chrome"
    program.parent.mkdir(parents=True)
    program.touch()
    browser._link()
    assert (tmp_path / "bin/chromium").resolve() == program
