from markupsafe import Markup

from odoo import api, fields, models


class SaleOrderLine(models.Model):
    """Explains in sentences why a line has its cap."""

    _inherit = "sale.order.line"

    key_account_why_html = fields.Html(
        "Why This Cap",
        compute="_compute_key_account_why_html",
        compute_sudo=True,
        sanitize=False,
        groups="base.group_user",
    )

    def action_key_account_why(self):
        """Show the row of the rule set that caps this line, with its conditions and the facts."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Why this cap?"),
            "res_model": self._name,
            "res_id": self.id,
            "views": [(self.env.ref("key_account_mgmt.sale_order_line_view_form_why").id, "form")],
            "target": "new",
        }

    @api.depends_context("lang")
    def _compute_key_account_why_html(self):
        """Compute the explanation, without dependencies on purpose: the line is judged again on each request."""
        verdicts = self.env["key.account.discount"]._judge_orders(self.order_id, strict=False)
        for line in self:
            verdict = verdicts.get(line.order_id)
            line.key_account_why_html = line._render_key_account_why(verdict)

    def _render_key_account_why(self, verdict):
        if not verdict:
            return self._render_key_account_list([self.env._("No discount cap holds for this order.")])
        if verdict.problem:
            return self._render_key_account_list([verdict.problem])
        if self not in verdict.lines:
            return False
        company = self.company_id
        ruleset = company.key_account_cap_ruleset_id
        reasons = verdict.decisions[self].dump()["reasons"]
        sentences = self.env["key.account.explainer"]._get_reason_sentences(
            ruleset.policy, reasons, company.currency_id
        )
        figures = self._get_key_account_figures(verdict.lines[self], company.currency_id)
        source = self.env._("By rule set “%s”, measured today.", ruleset.display_name)
        return (
            self._render_key_account_list(sentences)
            + Markup('<table class="table table-sm w-auto mt-3"><tbody>%s</tbody></table>')
            % Markup("").join(
                Markup('<tr><td class="pe-4">%s</td><td class="text-end">%s</td></tr>') % figure for figure in figures
            )
            + Markup('<p class="text-muted mb-0">%s</p>') % source
        )

    def _get_key_account_figures(self, judged, currency):
        """Return pairs of a label and a figure that show how the given discount was computed."""
        formatter = self.env["key.account.formatter"]

        def money(amount):
            return formatter._format_amount(amount, currency)

        def percent(value):
            return self.env._("%s %%", formatter._format_number(value, 2)) if value is not None else "–"

        line = judged.line
        figures = [
            (self.env._("Reference value"), money(line.reference) if line.reference else self.env._("none")),
            (self.env._("Net value"), money(line.net)),
            (self.env._("Discount given"), f"{money(judged.given)} ({percent(judged.shown_pct)})"),
            (self.env._("Discount allowed"), money(judged.allowed)),
        ]
        if line.margin_floor is not None:
            figures += [
                (self.env._("Margin"), percent(judged.shown_margin)),
                (self.env._("Margin floor"), percent(line.margin_floor)),
            ]
        return figures

    @api.model
    def _render_key_account_list(self, sentences):
        items = Markup("").join(Markup("<li>%s</li>") % sentence for sentence in sentences)
        return Markup('<ul class="mb-0">%s</ul>') % items
