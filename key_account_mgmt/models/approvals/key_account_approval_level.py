from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from .key_account_approval_judge import APPROVAL_KINDS


class KeyAccountApprovalLevel(models.Model):
    """The approvers for one kind of approval, from an amount over the cap or the credit limit upwards.

    Approvers of a level decide, and so do those of the higher levels.

    Example: levels from 0 (Ann), 500 (Bob) and 5,000 (Carol). An order that is 800 over its cap needs Bob or Carol.
    Below the lowest level, and in a company without levels of the kind, the groups of the kind's judge decide as well.
    """

    _name = "key.account.approval.level"
    _description = "Key Account Approval Level"
    _inherit = ["key.account.company.mixin"]
    _order = "company_id, kind desc, amount_from, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    company_id = fields.Many2one("res.company", required=True, index=True, default=lambda self: self.env.company)
    currency_id = fields.Many2one(related="company_id.currency_id")
    kind = fields.Selection(APPROVAL_KINDS, required=True, default="discount", index=True)
    amount_from = fields.Monetary(
        "Minimum Excess",
        help="Smallest excess over the discount cap or credit limit that this level approves. A level starting at 0"
        " also approves orders of customers with overdue invoices.",
    )
    user_ids = fields.Many2many(
        "res.users",
        string="Approvers",
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
        help="These users and the approvers of higher levels may approve.",
    )
    active = fields.Boolean(default=True)

    _amount_unique = models.UniqueIndex(
        "(company_id, kind, amount_from) WHERE active",
        "The company already has a level of this kind with this minimum excess.",
    )
    _amount_positive = models.Constraint(
        "CHECK (amount_from >= 0)", "The minimum excess of a level cannot be negative. Enter zero or more."
    )

    @api.constrains("user_ids", "company_id")
    def _check_users(self):
        for level in self:
            # sudo: the user cannot read users of other companies, but the error message names them
            strangers = level.sudo().user_ids.filtered(
                lambda user, company=level.company_id: user.share or company not in user.company_ids
            )
            if strangers or not level.sudo().user_ids:
                raise ValidationError(
                    self.env._(
                        "Approval level “%(level)s” needs approvers who work in %(company)s.",
                        level=level.name,
                        company=level.company_id.name,
                    )
                    + (" " + self.env._("These do not: %s.", ", ".join(strangers.mapped("name"))) if strangers else "")
                )

    # -------------------------------------------------------------------------
    # The users who may decide, by amount
    # -------------------------------------------------------------------------

    @api.model
    def _get_in_force(self, companies):
        """Return the levels in force, the lowest first: ``{(company, kind): levels}``."""
        # sudo: users who ask for an approval have no right to read the levels, but need its approvers
        levels = self.sudo().with_context(active_test=True).search([("company_id", "in", companies.ids)])
        return {
            (company, kind): levels.filtered(lambda level, c=company, k=kind: level.company_id == c and level.kind == k)
            for company in companies
            for kind in self._get_judges()
        }

    def _get_users(self):
        """Return the current approvers: without users who were archived, changed company or became portal users."""
        return self.user_ids.filtered(
            lambda user: user.active and not user.share and self.company_id in user.company_ids
        )

    def _get_required(self, excess):
        """Return the level that an excess needs, from the levels of one company and kind; empty if there is none."""
        return self.filtered(lambda level: level.amount_from <= excess)[-1:]

    @api.model
    def _get_deciders(self, companies):
        """Return the users who decide without a level: ``{(company, kind): users}``.

        They are the members of the first of the kind's groups that has members in the company.
        """
        kinds = {kind: judge._get_approver_groups() for kind, judge in self._get_judges().items()}
        members = {
            group: self.env["key.account.approval"]._get_members(group, companies)
            for groups in kinds.values()
            for group in groups
        }
        return {
            (company, kind): self._get_first([members[group] for group in groups], company)
            for company in companies
            for kind, groups in kinds.items()
        }

    @api.model
    def _get_first(self, candidates, company):
        """Return the users of the company from the first of several lists that contains any."""
        working = [users.filtered(lambda user: company in user.company_ids) for users in candidates]
        return next(filter(None, working), working[-1])

    @api.model
    def _get_judges(self):
        return self.env["key.account.approval"]._get_judges()

    @api.model
    def _get_decidable_domain(self, user):
        """Return the domain of the approvals that a user may decide by kind, amount and company.

        It disregards involvement in the order, like ``key.account.approval._get_eligible``.
        """
        companies = user.company_ids
        groups = {group for judge in self._get_judges().values() for group in judge._get_approver_groups()}
        # Most users are in none of these groups: then no further query is needed.
        deciders = self._get_deciders(companies) if any(map(user.has_group, groups)) else {}
        return Domain.OR(
            Domain("company_id", "=", company.id)
            & Domain("kind", "=", kind)
            & levels._get_reach(user, user in deciders.get((company, kind), ()))
            for (company, kind), levels in self._get_in_force(companies).items()
        )

    def _get_reach(self, user, decider):
        """Return the domain of the excess that a user may decide by the levels of one company and kind."""
        own = self.filtered(lambda level: user in level.user_ids)[-1:]
        if not own and not decider:
            return Domain.FALSE
        above = self.filtered(lambda level: not own or level.amount_from > own.amount_from)[:1]
        return Domain("excess", "<", above.amount_from) if above else Domain.TRUE

    # -------------------------------------------------------------------------
    # Waiting requests follow the levels
    # -------------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        levels = super().create(vals_list)
        self._reassign_requests(levels.company_id)
        return levels

    def write(self, vals):
        companies = self.company_id
        result = super().write(vals)
        self._reassign_requests(companies | self.company_id)
        return result

    def unlink(self):
        companies = self.company_id
        result = super().unlink()
        self._reassign_requests(companies)
        return result

    @api.model
    def _reassign_requests(self, companies):
        # sudo: rule administrators change levels, and the requests of all salespeople follow
        requests = self.env["key.account.approval"].sudo()
        requests.search([("company_id", "in", companies.ids), ("state", "=", "requested")])._reassign()
