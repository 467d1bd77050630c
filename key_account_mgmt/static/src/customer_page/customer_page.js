import { Component, markup, useState } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { KeepLast } from "@web/core/utils/concurrency";
import { useService } from "@web/core/utils/hooks";
import { useRecordObserver } from "@web/model/relational_model/utils";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

const PAGE = "key_account_page_html";

/** The page of a customer. It is asked for when its tab opens, so that the form of a contact opens without it. */
export class KeyAccountPage extends Component {
    static template = "key_account_mgmt.KeyAccountPage";
    static props = { ...standardWidgetProps };

    setup() {
        this.orm = useService("orm");
        this.last = new KeepLast();
        this.page = useState({ html: "" });
        useRecordObserver((record) => {
            const { resId, dirty } = record;
            // Figures are those of what is saved.
            return dirty ? undefined : this.load(resId);
        });
    }

    async load(resId) {
        const rows = resId ? await this.last.add(this.orm.read("res.partner", [resId], [PAGE])) : [];
        // Rendered by the server, where values are escaped.
        this.page.html = rows.length ? markup(rows[0][PAGE] || "") : "";
    }
}

registry.category("view_widgets").add("key_account_page", { component: KeyAccountPage });
