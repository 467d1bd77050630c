from odoo import api, fields, models


class KeyAccountCreditOffMixin(models.AbstractModel):
    """Records that grant credit limits, and warn if their company does not use credit limits."""

    _name = "key.account.credit.off.mixin"
    _description = "Grants of Credit Limits That Are Off"

    is_credit_off = fields.Boolean(
        "Credit Limits Are Off",
        compute="_compute_is_credit_off",
        help="Credit limits are granted but do not block orders: Sales Credit Limit is disabled in the company's"
        " settings.",
    )

    def _grants_credit_limits(self):
        """Return whether the record grants credit limits."""
        raise NotImplementedError

    @api.depends(lambda self: ("company_id", *self._get_credit_off_fields()))
    def _compute_is_credit_off(self):
        # With the whole part switched off, the rule set says so instead.
        is_on = self.env["key.account.part"]._is_on("credit")
        for record in self:
            company = record.company_id
            off = is_on and bool(company) and not company._get_key_account_credit_facts().uses_credit
            record.is_credit_off = off and record._grants_credit_limits()

    @api.model
    def _get_credit_off_fields(self):
        """Return the fields that ``_grants_credit_limits`` reads."""
        return ()
