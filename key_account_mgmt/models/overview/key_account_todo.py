from odoo import api, fields, models
from odoo.fields import Domain

KINDS = [
    ("approve_evaluation", "Evaluations to Approve"),
    ("approve_order", "Orders to Approve"),
    ("decide_award", "Awards to Decide"),
    ("deliver_award", "Rewards to Deliver"),
    ("give_grade", "Grades to Give"),
    ("confirm_value_type", "Value Types to Confirm"),
    ("activity", "Activities Due"),
]


class KeyAccountTodo(models.Model):
    """One kind of work that may wait for the user: a card with its number, which opens exactly these records."""

    _name = "key.account.todo"
    _description = "Key Account To Do"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    note = fields.Char("What to Do", translate=True)
    icon = fields.Char(required=True, help="Class of a Font Awesome icon.")
    sequence = fields.Integer(default=10)
    kind = fields.Selection(KINDS, required=True)
    group_id = fields.Many2one("res.groups", string="For Users Of", help="Empty: for all users of Key Accounts.")
    part_id = fields.Many2one("res.groups", help="The part of the settings that this belongs to.")
    count = fields.Integer(compute="_compute_count")

    _kind_unique = models.Constraint("UNIQUE(kind)", "Each kind of work has one card.")

    @api.depends_context("company", "allowed_company_ids", "uid")
    def _compute_count(self):
        places = self._get_places()
        for todo in self:
            model, domain, _action = places[todo.kind]
            # A user without the right to read these records has nothing to do with them.
            todo.count = self.env[model].search_count(domain) if self.env[model].has_access("read") else 0

    @api.model
    def _get_places(self):
        """Return where the work of each kind is: ``{kind: (model, domain, external id of the action)}``.

        Hook: a room with further work adds its kind, and a record with the card.
        """
        user = self.env.uid
        return {
            "approve_evaluation": (
                "key.account.evaluation",
                Domain("state", "=", "in_review") & Domain("submitted_by_id", "!=", user),
                "key_account_mgmt.key_account_evaluation_action",
            ),
            "approve_order": (
                "key.account.approval",
                Domain("waiting_for_me", "=", True),
                "key_account_mgmt.key_account_approval_action",
            ),
            "decide_award": (
                "key.account.award",
                Domain("state", "=", "proposed"),
                "key_account_mgmt.key_account_award_action",
            ),
            "deliver_award": (
                "key.account.award",
                Domain("state", "=", "promised") & Domain("user_id", "=", user),
                "key_account_mgmt.key_account_award_action",
            ),
            "give_grade": (
                "key.account.appraisal.line",
                Domain("state", "=", "draft") & Domain("user_id", "=", user) & Domain("option_id", "=", False),
                "key_account_mgmt.action_key_account_appraisal_line",
            ),
            "confirm_value_type": (
                "key.account.evaluation.line",
                Domain("in_force", "=", True)
                & Domain("suggested_value_type", "!=", False)
                & Domain("value_type_answer", "=", False),
                "key_account_mgmt.key_account_evaluation_line_action",
            ),
            "activity": (
                "res.partner",
                Domain("key_account_tier_id", "!=", False)
                & Domain("activity_user_id", "=", user)
                & Domain("activity_state", "in", ("overdue", "today")),
                "key_account_mgmt.key_account_customer_action",
            ),
        }

    def action_open(self):
        """Open the records that the card counts."""
        self.ensure_one()
        _model, domain, action = self._get_places()[self.kind]
        return {
            **self.env["ir.actions.actions"]._for_xml_id(action),
            "name": self.name,
            "domain": list(domain),
            # The list's own default filters would hide some of them.
            "context": {},
        }
