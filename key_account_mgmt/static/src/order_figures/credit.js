import { Component } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";
import { useFigures } from "./figures";
import { pressButton } from "./press";

const STYLES = { none: "text-bg-light", limited: "text-bg-info", zero: "text-bg-danger" };

/** The credit of the invoiced customer: limit, what is open, this order and what is left, as a bar. */
export class KeyAccountCredit extends Component {
    static template = "key_account_mgmt.KeyAccountCredit";
    static props = { ...standardWidgetProps };

    setup() {
        this.action = useService("action");
        this.figures = useFigures(this.props.record);
    }

    get credit() {
        return this.figures.order.credit;
    }

    get style() {
        return STYLES[this.credit.state];
    }

    /** The documents behind what is used; the server knows the order only as it was saved. */
    onOpenDocuments() {
        return pressButton(this.action, this.props.record, "action_open_key_account_exposure");
    }
}

registry.category("view_widgets").add("key_account_credit", { component: KeyAccountCredit });
