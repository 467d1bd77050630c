from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from .key_account_metric import CODE_FORM


class KeyAccountMetricOption(models.Model):
    """One of the answers that a metric of kind choice allows."""

    _name = "key.account.metric.option"
    _description = "Key Account Metric Option"
    _order = "metric_id, sequence, id"

    metric_id = fields.Many2one("key.account.metric", required=True, index=True, ondelete="cascade")
    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True, help="Stable name in exported rule sets and stored facts, such as good.")
    description = fields.Char(translate=True)
    sequence = fields.Integer(
        default=10,
        help="Options are listed from best to worst. The grades of several appraisers are averaged in this order.",
    )

    _code_unique = models.Constraint("UNIQUE (metric_id, code)", "This metric has an option with this code already.")

    @api.constrains("code")
    def _check_code(self):
        for option in self:
            if not CODE_FORM.fullmatch(option.code):
                raise ValidationError(
                    self.env._(
                        'The code "%(code)s" of option %(option)s cannot be used. Use lowercase letters, digits and'
                        " underscores, starting with a letter, at most 60 characters; for example good.",
                        code=option.code,
                        option=option.name,
                    )
                )

    def write(self, vals):
        """Refuse to change the code of an option in use: rule sets and facts know options by their code."""
        changing = self.filtered(
            lambda option: (
                ("code" in vals and vals["code"] != option.code)
                or ("metric_id" in vals and vals["metric_id"] != option.metric_id.id)
            )
        )
        changing._check_unused()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_only_unused(self):
        self._check_unused()

    def _check_unused(self):
        used = self._get_used()
        if used:
            raise UserError(
                self.env._(
                    "Options %(options)s of metric %(metric)s are in use: their code cannot be changed and they"
                    " cannot be deleted. Their name can be changed.",
                    options=", ".join(used.mapped("name")),
                    metric=used.metric_id[:1].name,
                )
            )

    def _get_used(self):
        """Return the options that scales, conditions, entered values, appraisals or profiles of any company use.

        Runs as superuser: uses in companies hidden from the user count too, and only the options' own names are shown.
        """
        sudo = self.sudo().with_context(active_test=False)
        users = self.env["key.account.metric"]._get_user_models()
        used = sudo.browse().union(*(sudo.env[model]._get_used_options(sudo) for model in users))
        return self & used.with_env(self.env)
