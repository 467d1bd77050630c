import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

/** The result of an evaluation as the server renders it; each figure opens the customers that it counts. */
export class EvaluationResult extends Component {
    static template = "key_account_mgmt.EvaluationResult";
    static props = { ...standardFieldProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
    }

    get html() {
        return this.props.record.data[this.props.name] || "";
    }

    async onClick(ev) {
        const button = ev.target.closest("[data-figure]");
        if (button) {
            const { resModel, resId } = this.props.record;
            const args = [[resId], ...JSON.parse(button.dataset.figure)];
            await this.action.doAction(await this.orm.call(resModel, "action_open_figure", args));
        }
    }
}

registry.category("fields").add("key_account_result", {
    component: EvaluationResult,
    displayName: _t("Result"),
    supportedTypes: ["html"],
});
