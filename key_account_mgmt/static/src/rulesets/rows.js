import { registry } from "@web/core/registry";
import { X2ManyField, x2ManyField } from "@web/views/fields/x2many/x2many_field";

/** Rows of a rule set: edited in place; "View" opens all columns of one in a dialog, titled as the view names a row. */
export class RuleRows extends X2ManyField {
    setup() {
        super.setup();
        const openDialog = this._openRecord;
        this._openRecord = (params) => openDialog({ title: this.props.string, ...params });
    }

    /** Rules in force are not edited in place: a click on a row shows all of it. */
    async openRecord(record) {
        return this.openDialog(record);
    }

    /** Open the dialog, instead of leaving the rule set for the form of the row. */
    async switchToForm(record) {
        const row = await this.saveFirst(record);
        return row && this.openDialog(row);
    }

    openDialog(record) {
        return this._openRecord({ record, context: this.props.context, readonly: this.props.readonly });
    }

    /** Save what was typed into the cells: the dialog reads the conditions of the row from the database. */
    async saveFirst(record) {
        const { list } = this;
        const index = list.records.findIndex((one) => one.id === record.id);
        if (!(await list.leaveEditMode({ canAbandon: false }))) {
            return false;
        }
        if (!record.dirty && !record.isNew) {
            return record;
        }
        return (await this.props.record.save()) && this.list.records[index];
    }
}

registry.category("fields").add("key_account_rows", { ...x2ManyField, component: RuleRows });
