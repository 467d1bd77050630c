import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";
import { useSpecialData } from "@web/views/fields/relational_utils";

const SHOWN = { display_name: {}, summary: {}, picture: {}, parts_text: {} };

/** The templates of rule sets as cards, of which the user chooses one. */
export class TemplateCards extends Component {
    static template = "key_account_mgmt.TemplateCards";
    static props = { ...standardFieldProps };

    setup() {
        this.name = `key_account_template_${this.props.id || this.props.name}`;
        this.cards = useSpecialData(async (orm, props) => {
            const { relation } = props.record.fields[props.name];
            const { records } = await orm.call(relation, "web_search_read", [], {
                domain: [],
                specification: SHOWN,
            });
            return records;
        });
    }

    isChosen(card) {
        const value = this.props.record.data[this.props.name];
        return Boolean(value) && value.id === card.id;
    }

    choose({ id, display_name }) {
        this.props.record.update({ [this.props.name]: { id, display_name } });
    }
}

registry.category("fields").add("key_account_template_cards", {
    component: TemplateCards,
    displayName: _t("Cards of Templates"),
    supportedTypes: ["many2one"],
});
