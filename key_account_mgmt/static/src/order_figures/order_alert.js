import { Component, status } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { KeepLast } from "@web/core/utils/concurrency";
import { useService } from "@web/core/utils/hooks";
import { useDebounced } from "@web/core/utils/timing";
import { useRecordObserver } from "@web/model/relational_model/utils";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";
import { useFigures } from "./figures";
import { pressButton } from "./press";

// Long enough to skip a call at each key, short enough that salespeople do not notice the wait.
const DELAY = 250;
const ORDER_FIELDS = [
    "partner_id",
    "partner_invoice_id",
    "pricelist_id",
    "currency_id",
    "team_id",
    "company_id",
    "state",
];
const LINE_FIELDS = [
    "product_id",
    "product_uom_id",
    "product_uom_qty",
    "qty_delivered",
    "price_unit",
    "discount",
    "tax_ids",
    "combo_item_id",
];

// The salesperson must act on these; all others wait for another user, or are information only.
const URGENT = ["over", "changed", "held", "blocked", "problem"];
const ASKABLE = ["over", "changed", "held"];
const ICONS = { approved: "check", waiting: "clock-o", noted: "info-circle" };

/**
 * Warn salespeople while they type that the order gives more than they may give alone, or exceeds what its customer may
 * have on credit. One button asks for approval of both.
 *
 * A separate call fetches the figures after the form's onchange, so that typing does not wait for them.
 */
export class OrderAlert extends Component {
    static template = "key_account_mgmt.OrderAlert";
    static props = { ...standardWidgetProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.figures = useFigures(this.props.record);
        this.last = new KeepLast();
        this.askLater = useDebounced(() => this.ask(), DELAY);
        useRecordObserver((record) => this.onRecordChanged(record));
    }

    /** Reads all that the figures depend on, so that the observer comes back when any of it changes. */
    onRecordChanged(record) {
        const lines = record.data.order_line.records.map((line) => LINE_FIELDS.map((name) => getText(line, name)));
        const order = ORDER_FIELDS.map((name) => getText(record, name));
        const state = JSON.stringify([record.resId, order, lines]);
        if (state !== this.state) {
            this.state = state;
            this.askLater();
        }
    }

    async ask() {
        if (status(this) === "destroyed") {
            return;
        }
        const { record } = this.props;
        // Not ``getChanges``, which takes over what is half typed; and after the form's own work on the last change.
        const getChanges = () => record._getChanges(record._changes, { withReadonly: true });
        const changes = await record.model.mutex.exec(getChanges);
        const ids = record.resId ? [record.resId] : [];
        const order = await this.last.add(
            this.orm.silent.call(record.resModel, "get_key_account_figures", [ids, changes])
        );
        this.figures.order = order;
    }

    get isQuotation() {
        return ["draft", "sent"].includes(this.props.record.data.state);
    }

    /** For a confirmed order, show only what cannot be judged: its guard reports the rest. */
    get alerts() {
        const alerts = this.figures.order.alerts || [];
        return this.isQuotation ? alerts : alerts.filter((alert) => alert.status === "problem");
    }

    get canAsk() {
        return this.alerts.some((alert) => ASKABLE.includes(alert.status));
    }

    get isUrgent() {
        return this.alerts.some((alert) => URGENT.includes(alert.status));
    }

    get canDecide() {
        return this.isQuotation && this.figures.order.decides.length > 0;
    }

    isForUser(alert) {
        return alert.status === "waiting" && this.figures.order.decides.includes(alert.kind);
    }

    getIcon(alert) {
        return ICONS[alert.status] || "ban";
    }

    /** Press a button of the order, and read the order anew. */
    onAction(name) {
        const { record } = this.props;
        return pressButton(this.action, record, name, async () => {
            await record.model.load();
            await this.ask();
        });
    }
}

function getText(record, name) {
    const value = record.data[name];
    return value?.currentIds || value?.id || value;
}

registry.category("view_widgets").add("key_account_order_alert", { component: OrderAlert });
