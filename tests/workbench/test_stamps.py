from workbench import paths, stamps


def test_a_stamp_is_fresh_only_for_the_same_content(tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "STAMPS", tmp_path / "stamps")
    assert not stamps.is_fresh("odoo", "one")
    stamps.write("odoo", "one")
    assert stamps.is_fresh("odoo", "one")
    assert not stamps.is_fresh("odoo", "two")
    stamps.drop("odoo")
    assert not stamps.is_fresh("odoo", "one")


def test_a_stamp_leaves_no_draft_behind(tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "STAMPS", tmp_path)
    stamps.write("odoo", "one")
    assert [path.name for path in tmp_path.iterdir()] == ["odoo"]


def test_fingerprint_depends_on_the_parts_and_their_borders(tmp_path):
    file = tmp_path / "requirements.txt"
    file.write_text("pytest\n")
    before = stamps.fingerprint(file)
    file.write_text("pytest==9\n")
    assert stamps.fingerprint(file) != before
    assert stamps.fingerprint("ab", "c") != stamps.fingerprint("a", "bc")
