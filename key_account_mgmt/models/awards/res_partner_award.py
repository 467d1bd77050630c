from odoo import api, fields, models

from ..credit.res_partner import CREDIT_READERS


class ResPartner(models.Model):
    """What a customer was granted, and the ledger of its credit limit."""

    _inherit = "res.partner"  # pylint: disable=consider-merging-classes-inherited

    key_account_award_count = fields.Integer(
        compute="_compute_key_account_award_count", groups="key_account_mgmt.group_key_account_user"
    )
    key_account_entry_count = fields.Integer(
        compute="_compute_key_account_award_count", groups="key_account_mgmt.group_key_account_user"
    )

    key_account_limit_off = fields.Boolean(
        compute="_compute_key_account_limit_off",
        groups=CREDIT_READERS,
        help="An award gave the customer a credit limit, but Sales Credit Limit is off in the company's settings.",
    )

    @api.depends_context("company")
    def _compute_key_account_limit_off(self):
        self.key_account_limit_off = False
        if self.env.company._get_key_account_credit_facts().uses_credit:
            return
        # sudo: whether a limit counts is no secret from who may see limits
        domain = [("company_id", "=", self.env.company.id), ("state", "=", "posted"), ("kind", "=", "credit")]
        domain += [("partner_id", "in", self.commercial_partner_id.ids)]
        granted = {partner for (partner,) in self.env["key.account.award"].sudo()._read_group(domain, ["partner_id"])}
        for partner in self:
            partner.key_account_limit_off = partner.commercial_partner_id.sudo() in granted

    @api.depends_context("company", "uid")
    def _compute_key_account_award_count(self):
        awards = self._count_key_account("key.account.award")
        entries = self._count_key_account("key.account.credit.entry")
        for partner in self:
            partner.key_account_award_count = awards.get(partner.commercial_partner_id, 0)
            partner.key_account_entry_count = entries.get(partner.commercial_partner_id, 0)

    def _count_key_account(self, model):
        domain = [("partner_id", "in", self.commercial_partner_id.ids), ("company_id", "=", self.env.company.id)]
        return dict(self.env[model]._read_group(domain, ["partner_id"], ["__count"]))

    def action_open_key_account_awards(self):
        """All awards of the customer, the last one first."""
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id("key_account_mgmt.key_account_award_action")
        return {
            **action,
            "name": self.env._("Awards of %(customer)s", customer=self.commercial_partner_id.display_name),
            "domain": [
                ("partner_id", "=", self.commercial_partner_id.id),
                ("company_id", "=", self.env.company.id),
            ],
            "context": {},
        }

    def action_open_key_account_ledger(self):
        """All changes of the customer's credit limit, the last one first."""
        self.ensure_one()
        return self.commercial_partner_id._get_key_account_ledger_action(self.env.company)

    def _get_key_account_ledger_action(self, company):
        action = self.env["ir.actions.actions"]._for_xml_id("key_account_mgmt.key_account_credit_entry_action")
        return {
            **action,
            "name": self.env._("Credit limit of %(customer)s", customer=self.display_name),
            "domain": [("partner_id", "=", self.id), ("company_id", "=", company.id)],
        }
