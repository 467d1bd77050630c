"""The demo database in a browser."""

import socket

from . import odoo, settings, setup
from .problems import Problem


def run(existing):
    port = settings.port()
    check_free(port)
    setup.server()
    odoo.serve(existing("demo"), port)


def check_free(port):
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise Problem(f"port {port} is taken", "choose another: make serve PORT=8070") from error
