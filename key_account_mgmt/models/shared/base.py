from odoo import api, models
from odoo.exceptions import ValidationError

from ...rules import is_storable

OWN = "key.account."
TEXTS = ("char", "text", "html")


class Base(models.AbstractModel):
    """Raise an error with the name of the field for texts of key accounts that no database can hold.

    Remote calls and imports can bring a NUL character, or an unpaired surrogate; Odoo passes it on to PostgreSQL, and
    users get a database error. This class checks all our models at once. Texts of other models stay as they are in
    Odoo.
    """

    _inherit = "base"

    @api.model_create_multi
    def create(self, vals_list):
        if self._name.startswith(OWN):
            self._check_key_account_texts(vals_list)
        return super().create(vals_list)

    def write(self, vals):
        if self._name.startswith(OWN):
            self._check_key_account_texts([vals])
        return super().write(vals)

    def _update_field_translations(self, field_name, translations, digest=None, source_lang=""):
        if self._name.startswith(OWN):
            self._check_key_account_texts([{field_name: text} for text in translations.values()])
        return super()._update_field_translations(field_name, translations, digest=digest, source_lang=source_lang)

    @api.model
    def _check_key_account_texts(self, vals_list):
        for vals in vals_list:
            for name, value in vals.items():
                field = self._fields.get(name)
                if field and self._is_key_account_text(field) and not _is_storable(value):
                    raise ValidationError(
                        self.env._(
                            "“%(field)s” (%(record)s) has a character that cannot be stored (such as NUL). Remove it.",
                            field=field._description_string(self.env),
                            record=self.env["ir.model"]._get(self._name).name,
                        )
                    )

    @api.model
    def _is_key_account_text(self, field):
        # JSON that the addon itself writes comes from the database.
        return field.type in TEXTS or (field.type == "json" and not self.env.su)


def _is_storable(value):
    if isinstance(value, str):
        return is_storable(value)
    if isinstance(value, dict):
        return all(map(_is_storable, [*value, *value.values()]))
    return not isinstance(value, (list, tuple)) or all(map(_is_storable, value))
