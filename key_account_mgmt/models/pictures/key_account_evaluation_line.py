import json

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ..shared.access import SALES_ALL_DOCUMENTS
from .evaluation_levels import EvaluationLevels

LEVEL_KEYS = {"measure", "cut", "limits", "level"}


class KeyAccountEvaluationLine(models.Model):
    """A filter for the lines of one level of a picture: a domain of their ids would be as long as the evaluation.

    The filter is a field of the line, because the client knows only domains on fields.
    """

    _inherit = "key.account.evaluation.line"

    filter_for_level = fields.Char(
        "Level of a Picture",
        store=False,
        search="_search_filter_for_level",
        exportable=False,
        groups=SALES_ALL_DOCUMENTS,
        help="JSON of an evaluation and some levels of it, as its pictures give it.",
    )

    def _search_filter_for_level(self, operator, value):
        if operator != "in":
            return NotImplemented
        return Domain.OR(self._get_level_domain(text) for text in value)

    def _get_level_domain(self, text):
        """Return the domain of lines in all levels of a filter; the calling search applies the user's rights."""
        evaluation_id, levels = self._read_level_filter(text)
        evaluation = self.env["key.account.evaluation"].browse(evaluation_id).exists()
        if not evaluation:
            return Domain.FALSE
        evaluation._check_sees_all()
        members = [_get_members_sql(evaluation, **level) for level in levels]
        return Domain("id", "in", SQL("(%s)", SQL(" INTERSECT ").join(members)))

    def _read_level_filter(self, text):
        """Return ``(evaluation id, [{"measure": …, "cut": …, "limits": …, "level": …}, …])``."""
        try:
            values = json.loads(text)
            evaluation_id, levels = values["evaluation"], values["levels"]
            sound = isinstance(evaluation_id, int) and levels and all(self._is_level(level) for level in levels)
        except (TypeError, ValueError, KeyError):
            sound = False
        if not sound:
            raise UserError(
                self.env._("This level of a picture cannot be read. Open the evaluation and click the level.")
            )
        return evaluation_id, levels

    @staticmethod
    def _is_level(values):
        sound = set(values) == LEVEL_KEYS and isinstance(values["measure"], str)
        return sound and isinstance(values["level"], int | None)


def _get_members_sql(evaluation, level, **cut):
    return EvaluationLevels(evaluation, **cut).get_members_sql(level)
