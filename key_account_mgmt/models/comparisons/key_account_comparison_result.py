from collections import Counter

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from .key_account_comparison_recording import spell

# Only Compute sets these, whatever a form, an import or a remote call sends.
RESULT_DEFAULTS = {
    "state": "draft",
    "result": False,
    "policies": False,
    "customer_count": 0,
    "agreed_count": 0,
    "moved_count": 0,
    "computed_on": False,
    "job_user_id": False,
    "job_attempts": 0,
    "problem": False,
}
# What a comparison is about. Its result holds for nothing else.
SETUP_FIELDS = {
    "company_id",
    "ruleset_ids",
    "ruleset_id",
    "date_from",
    "date_to",
    "population",
    "partner_domain",
    "partner_ids",
    "with_prospects",
}


class KeyAccountComparison(models.Model):
    """What came out of a comparison: made by Compute alone, and gone when the comparison is about something else."""

    _inherit = "key.account.comparison"  # pylint: disable=consider-merging-classes-inherited

    # -------------------------------------------------------------------------
    # What may be written
    # -------------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        # Given explicitly, so that neither the values nor the context of a remote call make up a result.
        return super().create([{**vals, **RESULT_DEFAULTS, "line_ids": []} for vals in vals_list])

    def write(self, vals):
        self._check_no_result(vals)
        if SETUP_FIELDS & vals.keys():
            self.check_access("write")
            self.filtered(lambda comparison: comparison.state == "computed")._drop_result()
        return super().write(vals)

    @api.model
    def _check_no_result(self, vals):
        owned = [name for name in vals if name in RESULT_DEFAULTS or name == "line_ids"]
        if owned:
            described = self.fields_get(owned, ["string"])
            raise UserError(
                self.env._(
                    "%(fields)s of a comparison cannot be edited: Compute fills it in.",
                    fields=", ".join(field["string"] for field in described.values()) or ", ".join(owned),
                )
            )

    def _set_result(self, vals):
        """Write what only Compute may. Private, hence out of reach of remote calls."""
        return super().write(vals)  # pylint: disable=super-method-mismatch

    def _drop_result(self):
        """Throw lines and result away: they are about something else now, or about to be replaced."""
        lines = self.env["key.account.comparison.line"]
        # Lines refuse to be deleted one by one; here the whole result goes.
        self.env.cr.execute(
            SQL("DELETE FROM key_account_comparison_line WHERE comparison_id IN %s", tuple(self.ids or [0]))
        )
        lines.invalidate_model()
        self.invalidate_recordset(["line_ids"])
        self._set_result(dict(RESULT_DEFAULTS))

    # -------------------------------------------------------------------------
    # What is kept
    # -------------------------------------------------------------------------

    def _get_result_values(self, contenders, found):
        agreed = sum(found.agreed)
        return {
            "state": "computed",
            "computed_on": fields.Datetime.now(),
            "policies": {str(one.ruleset.id): one.method.policy.dump() for one in contenders},
            "customer_count": len(found.agreed),
            "agreed_count": agreed,
            "moved_count": len(found.agreed) - agreed,
            "result": {
                "methods": [
                    self._prepare_method_values(contender, top)
                    for contender, top in zip(contenders, found.tops, strict=True)
                ],
                "pairs": [self._prepare_pair_values(pair) for pair in found.pairs],
            },
        }

    def _prepare_method_values(self, contender, top):
        """A rule set's part of ``result``: its name, its tiers, the best first, and what its best tier covers."""
        return {
            "ruleset_id": contender.ruleset.id,
            "name": contender.ruleset.display_name,
            "scored": bool(contender.method.policy.criteria),
            "tiers": self._get_tier_counts(contender),
            "top": {
                "code": top.tier,
                "customers": top.customers,
                "revenue": spell(top.revenue),
                "share_pct": top.share_pct if top.share_pct is None else spell(top.share_pct),
            },
        }

    def _get_tier_counts(self, contender):
        """Customers by tier, the best first; last, where there are any, those without one."""
        counts = Counter(contender.method.tiers)
        codes = [*contender.method.order, *([None] if None in counts else [])]
        return [{"code": code, "id": contender.tier_ids.get(code), "customers": counts[code]} for code in codes]

    def _prepare_pair_values(self, pair):
        """Two rule sets' part of ``result``; ``matrix`` as ``[[tier of the first, tier of the second, customers]]``."""
        return {
            "first": pair.first,
            "second": pair.second,
            "matrix": [[before, now, count] for (before, now), count in pair.matrix.items()],
            "moved": pair.moved,
            "correlation": pair.correlation if pair.correlation is None else spell(pair.correlation),
        }
