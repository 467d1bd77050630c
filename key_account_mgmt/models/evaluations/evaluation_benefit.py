"""The payment terms and the pricelist of a tier: applying the tier sets them, reverting it removes them."""

from typing import NamedTuple

from odoo.tools import SQL

# Benefits of a tier, and the company-dependent field of the customer for each. The pricelist is the customer's own one;
# the field that users see falls back on the country's.
BENEFIT_FIELDS = {
    "payment_term_id": "property_payment_term_id",
    "pricelist_id": "specific_property_product_pricelist",
}


class BenefitChange(NamedTuple):
    """The effect of applying or reverting on a customer's benefits.

    ``values``: ids to write on the customer; ``replaced``: ``{field: {"before": id or None, "after": id}}``, stored on
    the line; ``note``: what is left alone, and why.
    """

    values: dict
    replaced: dict | None = None
    note: str | None = None


NO_CHANGE = BenefitChange({})


class TierBenefits:
    """The benefits of the tiers of one evaluation, from its rule set, which is immutable once active."""

    def __init__(self, evaluation):
        self.evaluation = evaluation
        self.env = evaluation.env
        self.company = evaluation.company_id

    def get_by_tier(self):
        """Return ``{tier id: {field of the customer: record}}``, without benefits that a tier does not have.

        Empty while credit limits and rewards, of which benefits are a part, are switched off.
        """
        if not self.env["key.account.part"]._is_on("credit"):
            return {}
        # sudo: a user who may apply or read an evaluation may know the benefits of its tiers
        benefits = self.evaluation.ruleset_id.sudo().benefit_ids
        return {
            benefit.tier_id.id: {field: benefit[name] for name, field in BENEFIT_FIELDS.items() if benefit[name]}
            for benefit in benefits
        }

    def is_usable(self, record):
        """Return whether customers of the company may get these payment terms or this pricelist today."""
        return bool(record.active and record.filtered_domain(record._check_company_domain(self.company)))

    def get_labels(self):
        described = self.env["key.account.tier.benefit"].fields_get(list(BENEFIT_FIELDS), ["string"])
        return {field: described[name]["string"] for name, field in BENEFIT_FIELDS.items()}

    def get_customer_columns_sql(self):
        """Return the customers' current benefits as columns of a statement, with the defaults of the company."""
        # sudo: as for the customers themselves, see ``CustomerWriting``
        customers = self.env["res.partner"].sudo().with_company(self.company)
        columns = [
            SQL("%s AS %s", customers._field_to_sql("customer", field), SQL.identifier(field))
            for field in BENEFIT_FIELDS.values()
        ]
        return SQL(", ").join(columns)

    # -------------------------------------------------------------------------
    # Apply
    # -------------------------------------------------------------------------

    def get_changes(self, rows):
        """Return what each line gives its customer; the note names what is no longer usable and left out.

        :param rows: as returned by ``EvaluationApplication.get_rows``
        :return: ``{line id: BenefitChange}``
        """
        by_tier = {tier_id: self._get_usable(found) for tier_id, found in self.get_by_tier().items()}
        changes = {}
        for row in rows:
            values, note = by_tier.get(row["tier_id"], ({}, None))
            replaced = {
                field: {"before": row[field], "after": value} for field, value in values.items() if row[field] != value
            }
            changes[row["id"]] = BenefitChange(values, replaced, note)
        return changes

    def _get_usable(self, benefits):
        """Return the ids of usable benefits by field of the customer, and a note about those left out."""
        labels = self.get_labels()
        usable = {field: record.id for field, record in benefits.items() if self.is_usable(record)}
        notes = [
            self.env._(
                "%(benefit)s: “%(name)s” is archived or of another company, so the customer keeps what it had.",
                benefit=labels[field],
                name=record.display_name,
            )
            for field, record in benefits.items()
            if field not in usable
        ]
        return usable, " ".join(notes) or None

    # -------------------------------------------------------------------------
    # Revert
    # -------------------------------------------------------------------------

    def get_reversals(self, rows):
        """Return what each customer gets back: its previous benefits, except those that were changed since.

        :param rows: as returned by ``EvaluationApplication.get_rows``
        :return: ``{line id: BenefitChange}``
        """
        deleted, labels = self._get_deleted(rows), self.get_labels()
        return {row["id"]: self._get_reversal(row, deleted, labels) for row in rows}

    def _get_reversal(self, row, deleted, labels):
        values, notes = {}, []
        for field, change in (row["replaced_benefits"] or {}).items():
            if row[field] != change["after"]:
                notes.append(
                    self.env._("%(benefit)s: changed since it was applied, so left as it is.", benefit=labels[field])
                )
            elif change["before"] in deleted[field]:
                notes.append(
                    self.env._(
                        "%(benefit)s: what the customer had before was deleted, so left as it is.",
                        benefit=labels[field],
                    )
                )
            else:
                values[field] = change["before"]
        return BenefitChange(values, note=" ".join(notes) or None)

    def _get_deleted(self, rows):
        """Return ``{field of the customer: ids}`` of previous benefits that were deleted and cannot be restored."""
        deleted = {}
        for field in BENEFIT_FIELDS.values():
            changes = [(row["replaced_benefits"] or {}).get(field) for row in rows]
            before = {change["before"] for change in changes if change and change["before"]}
            # sudo: only the existence of the records is checked
            records = self.env["res.partner"][field].sudo().browse(before)
            deleted[field] = before - set(records.exists().ids)
        return deleted
