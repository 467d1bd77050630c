import { Component } from "@odoo/owl";
import { Dialog } from "@web/core/dialog/dialog";
import { standardErrorDialogProps } from "@web/core/errors/error_dialogs";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";

/** Says why an order cannot be confirmed, and asks for its approval. */
export class ApprovalNeededDialog extends Component {
    static template = "key_account_mgmt.ApprovalNeededDialog";
    static components = { Dialog };
    static props = { ...standardErrorDialogProps };

    setup() {
        this.action = useService("action");
        this.orm = useService("orm");
    }

    get message() {
        return this.props.data.arguments?.[0] || this.props.message;
    }

    async onAsk() {
        const { order_id: orderId } = this.props.data.context;
        const request = await this.orm.call("sale.order", "action_key_account_ask", [[orderId]]);
        this.props.close();
        // The order shows then that it waits.
        await this.action.doAction(request, { onClose: () => this.action.doAction("soft_reload") });
    }
}

registry.category("error_dialogs").add("key_account_mgmt.ApprovalNeeded", ApprovalNeededDialog);
