"""Gets Odoo, Python packages, PostgreSQL and databases ready on a bare machine. Standard library only."""
