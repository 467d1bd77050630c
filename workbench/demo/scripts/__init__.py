"""Scripts that run inside an Odoo shell; `env` is there. Values reach them as environment variables."""
