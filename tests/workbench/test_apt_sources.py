"""Which mirror a machine uses, from both forms of apt's source lists."""

from workbench import apt_sources

DEB822 = """\
Types: deb
# snapshot
URIs: http://mirror.example/debian
Suites: bookworm bookworm-updates
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Types: deb deb-src
URIs: http://mirror.example/debian-security
Suites: bookworm-security
Components: main
"""


def test_deb822_gives_one_entry_per_address_and_suite():
    assert apt_sources.entries(DEB822, deb822=True) == [
        ("http://mirror.example/debian", "bookworm", ["main"]),
        ("http://mirror.example/debian", "bookworm-updates", ["main"]),
        ("http://mirror.example/debian-security", "bookworm-security", ["main"]),
    ]


def test_deb822_leaves_out_disabled_and_source_only_stanzas():
    text = "Types: deb\nEnabled: no\nURIs: http://a\nSuites: s\n\nTypes: deb-src\nURIs: http://b\nSuites: s\n"
    assert apt_sources.entries(text, deb822=True) == []


def test_deb822_joins_continued_fields():
    text = "Types: deb\nURIs: http://a\n http://b\nSuites: sid\nComponents: main\n"
    assert [entry[0] for entry in apt_sources.entries(text, deb822=True)] == ["http://a", "http://b"]


def test_one_line_entries_with_options_and_comments():
    text = """
        # deb http://commented.example stable main
        deb [arch=amd64 signed-by=/k.gpg] http://mirror.example/debian/ bookworm main contrib # ours
        deb-src http://mirror.example/debian bookworm main
    """
    assert apt_sources.entries(text) == [("http://mirror.example/debian/", "bookworm", ["main", "contrib"])]


def test_mirror_is_neither_the_security_archive_nor_a_repository_of_somebody_else():
    found = [
        ("https://node.example", "nodistro", ["main"]),
        ("http://mirror.example/debian-security", "bookworm-security", ["main"]),
        ("http://mirror.example/debian/", "bookworm", ["main"]),
    ]
    assert apt_sources.mirror(found) == "http://mirror.example/debian"
    assert apt_sources.mirror(found[:2]) is None


def test_the_distribution_s_list_comes_before_others(tmp_path):
    parts = tmp_path / "sources.list.d"
    parts.mkdir()
    (parts / "cloud.list").write_text("deb https://cloud.example/apt cloud-sdk main\n")
    (parts / "debian.sources").write_text(DEB822)
    assert apt_sources.mirror(apt_sources.of_machine(tmp_path)) == "http://mirror.example/debian"
