"""Numbers of rules may now be empty: until here an empty number was stored as 0, and 0 meant none in some columns."""

from odoo.tools import SQL

# Columns in which 0 meant none.
OPTIONAL = ("minimum", "maximum", "rounding_step", "max_change_pct", "cost", "budget")


def migrate(cr, version):
    columns = SQL(", ").join(SQL("%(name)s = NULLIF(%(name)s, 0)", name=SQL.identifier(name)) for name in OPTIONAL)
    cr.execute(SQL("UPDATE key_account_rule SET %s", columns))
    # Every rule that exists was meant as it is, also one of 0 %.
    cr.execute("UPDATE key_account_rule SET cap = COALESCE(cap, 0) WHERE kind = 'discount_cap'")
    cr.execute(
        """
        UPDATE key_account_rule
           SET formula_value = COALESCE(formula_value, 0)
         WHERE kind = 'credit_limit' OR kind = 'reward' AND reward = 'bonus'
        """
    )
