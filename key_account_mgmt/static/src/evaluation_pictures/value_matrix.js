import { Component, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { KeepLast } from "@web/core/utils/concurrency";
import { useService } from "@web/core/utils/hooks";
import { useRecordObserver } from "@web/model/relational_model/utils";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

/** How many customers are worth how much, now and later. */
export class ValueMatrix extends Component {
    static template = "key_account_mgmt.ValueMatrix";
    static props = { ...standardWidgetProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.last = new KeepLast();
        this.picture = useState({ matrix: false });
        useRecordObserver((record) => this.onRecordChanged(record));
    }

    /** Asks only when this page is open, and again for another evaluation or another state of it. */
    async onRecordChanged(record) {
        const asked = JSON.stringify([record.resId, record.data.state]);
        if (record.resId && asked !== this.asked) {
            this.asked = asked;
            this.picture.matrix = await this.last.add(
                this.orm.call(record.resModel, "get_value_matrix", [[record.resId]])
            );
        }
    }

    getTitle(row, column) {
        const present = this.picture.matrix.columns[column];
        return _t("Present value: %(present)s, potential value: %(potential)s", { present, potential: row.label });
    }

    async onOpen(row, column) {
        const { resModel, resId } = this.props.record;
        const args = [[resId], row.cells[column].part, this.getTitle(row, column)];
        await this.action.doAction(await this.orm.call(resModel, "action_open_level", args));
    }
}

registry.category("view_widgets").add("key_account_value_matrix", { component: ValueMatrix });
