import { SaleOrderLineListRenderer } from "@sale/js/sale_order_line_field/sale_order_line_field";
import { patch } from "@web/core/utils/patch";
import { getLineFigures, useFigures } from "./figures";

const WIDGETS = ["key_account_effective_discount", "key_account_cap"];

function isOfCaps(column) {
    const asksWhy = (button) => button.clickParams.name === "action_key_account_why";
    return WIDGETS.includes(column.widget) || (column.type === "button_group" && column.buttons.every(asksWhy));
}

// Lines that give more than they may stand out as a whole; without caps there is nothing of them in the list.
patch(SaleOrderLineListRenderer.prototype, {
    setup() {
        this.keyAccountFigures = useFigures(this.props.list);
        super.setup();
    },

    getActiveColumns() {
        const columns = super.getActiveColumns();
        return this.keyAccountFigures.order.has_caps ? columns : columns.filter((column) => !isOfCaps(column));
    },

    getRowClass(record) {
        const classes = super.getRowClass(record);
        return getLineFigures(this.keyAccountFigures, record)?.over ? `${classes} text-danger` : classes;
    },
});
