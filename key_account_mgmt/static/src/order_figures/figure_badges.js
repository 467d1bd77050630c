import { Component } from "@odoo/owl";
import { formatPercentage } from "@web/views/fields/formatters";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";
import { getLineFigures, useFigures } from "./figures";

const STYLES = {
    within: "text-bg-success",
    approved: "text-bg-success",
    waiting: "text-bg-warning",
    held: "text-bg-warning",
    over: "text-bg-danger",
    changed: "text-bg-danger",
};

/** The customer's tier, and where the order stands with its discount caps. */
export class KeyAccountBadges extends Component {
    static template = "key_account_mgmt.KeyAccountBadges";
    static props = { ...standardWidgetProps };

    setup() {
        this.figures = useFigures(this.props.record);
    }

    get style() {
        return STYLES[this.figures.order.status];
    }
}

/** How much more the order as a whole may give away. */
export class RemainingDiscount extends Component {
    static template = "key_account_mgmt.RemainingDiscount";
    static props = { ...standardWidgetProps };

    setup() {
        this.figures = useFigures(this.props.record);
    }
}

/** A percentage of a line: what it gives, or what it may give. */
export class CapCell extends Component {
    static template = "key_account_mgmt.CapCell";
    static props = { ...standardFieldProps, figure: String };

    setup() {
        this.figures = useFigures(this.props.record);
    }

    get line() {
        return getLineFigures(this.figures, this.props.record);
    }

    get text() {
        const value = this.line[this.props.figure];
        if (value === null) {
            return "";
        }
        // A cap of more decimals shows them all: what is rounded must not seem to be what is given.
        const decimals = String(value).split(".")[1] || "";
        return formatPercentage(value / 100, { digits: [16, Math.max(2, decimals.length)] });
    }
}

function cell(figure) {
    return { component: CapCell, supportedTypes: ["float"], extractProps: () => ({ figure }) };
}

registry.category("fields").add("key_account_effective_discount", cell("given_pct"));
registry.category("fields").add("key_account_cap", cell("cap"));
registry.category("view_widgets").add("key_account_badges", { component: KeyAccountBadges });
registry.category("view_widgets").add("key_account_remaining_discount", { component: RemainingDiscount });
