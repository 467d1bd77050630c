"""Install, uninstall, install again; with and without demo data; no warning in any log."""


def run():
    """install, uninstall and install again, without and with demo data, with no warning in the log"""
