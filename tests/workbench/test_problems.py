"""Whatever goes wrong is told in one line, with a non-zero exit."""

import socket

import pytest

from workbench import __main__, database, postgres, process, serve, settings, system
from workbench.problems import Problem


def test_a_problem_is_one_line_with_its_hint():
    assert str(Problem("it\n  broke", "try\nagain")) == "it broke (try again)"
    assert str(Problem("it broke")) == "it broke"


@pytest.mark.parametrize(
    ("output", "wanted"),
    [
        ("ERROR: Cannot install a and b\nERROR: ResolutionImpossible: see\n", "ERROR: Cannot install a and b"),
        ("psql: error: connection refused\n\tIs it running?\n", "psql: error: connection refused"),
        ("Traceback\n  line\nodoo.exceptions.UserError: no\n2026 INFO db odoo: bye\n", "odoo.exceptions.UserError: no"),
        ("one\n\ntwo\n", "two"),
        ("", "no output"),
    ],
)
def test_the_telling_line(output, wanted):
    assert process.telling_line(output) == wanted


def test_the_telling_line_is_the_first_error():
    output = "Get:1 list\nE: Failed to fetch http://x  404\nE: Some index files failed\nW: something\n"
    assert process.telling_line(output) == "E: Failed to fetch http://x  404"


def test_a_problem_ends_the_command_with_one_line_and_code_1(monkeypatch, capsys):
    def broken():
        raise Problem("no network")

    monkeypatch.setitem(__main__.COMMANDS, "setup", broken)
    assert __main__.main(["setup"]) == 1
    assert capsys.readouterr().err == "make setup: no network\n"


def test_a_full_disk_ends_the_command_with_one_line(monkeypatch, capsys):
    def broken():
        raise OSError(28, "No space left on device", "/x")

    monkeypatch.setitem(__main__.COMMANDS, "setup", broken)
    assert __main__.main(["setup"]) == 1
    assert capsys.readouterr().err == "make setup: [Errno 28] No space left on device: '/x'\n"


def test_an_unknown_command_shows_help_and_fails(capsys):
    assert __main__.main(["nonsense"]) == 2
    assert "setup" in capsys.readouterr().out


def test_every_command_says_what_it_does():
    assert all(function.__doc__ for function in __main__.COMMANDS.values())


def test_a_taken_port_is_told():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(Problem, match=f"port {port} is taken"):
            serve.check_free(port)


def test_a_missing_tool_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr(process, "environment", lambda: {"PATH": str(tmp_path)})
    with pytest.raises(Problem, match="no-such-tool is missing"):
        process.show(["no-such-tool"])


def test_a_failed_program_is_told_by_its_error_and_log(tmp_path, monkeypatch):
    monkeypatch.setattr(process.paths, "LOGS", tmp_path)
    monkeypatch.setattr(process, "environment", lambda: None)
    with pytest.raises(Problem, match=r"downloading failed: E: no network \(see .*fetch\.log\)"):
        process.run(["sh", "-c", "echo start; echo E: no network; exit 3"], "fetch", "downloading")


@pytest.mark.parametrize("name", ["a b", "x;y", "", "-x", "é"])
def test_a_bad_database_name_is_told(name, monkeypatch):
    monkeypatch.setenv("DB", name)
    with pytest.raises(Problem, match="is no database name"):
        settings.database("no good default either")


def test_a_bad_port_is_told(monkeypatch):
    monkeypatch.setenv("PORT", "80690")
    with pytest.raises(Problem, match="is no port"):
        settings.port()


def test_an_unsupported_python_is_told(monkeypatch):
    monkeypatch.setattr(system.sys, "version_info", (3, 9, 1))
    with pytest.raises(Problem, match=r"3\.10 to 3\.13"):
        system.check_python()


def test_an_unreachable_given_server_is_told(monkeypatch):
    def refuse(sql, name="postgres"):
        raise Problem("connection refused")

    monkeypatch.setenv("PGHOST", "db.example")
    monkeypatch.setattr(postgres, "query", refuse)
    with pytest.raises(Problem, match=r"PGHOST=db\.example does not serve: connection refused"):
        postgres.ensure()


def test_a_filestore_copy_links_the_files(tmp_path, monkeypatch):
    monkeypatch.setattr(database.paths, "FILESTORE", tmp_path)
    monkeypatch.setattr(database.paths, "LOCKS", tmp_path / "locks")
    asked = []
    monkeypatch.setattr(postgres, "query", asked.append)
    (tmp_path / "source/ab").mkdir(parents=True)
    (tmp_path / "source/ab/abcd").write_text("content")
    database.copy("source", "target")
    assert (tmp_path / "target/ab/abcd").read_text() == "content"
    assert asked == [
        'DROP DATABASE IF EXISTS "target" WITH (FORCE)',
        'CREATE DATABASE "target" TEMPLATE "source"',
    ]
