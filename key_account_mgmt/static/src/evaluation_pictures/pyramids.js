import { Component, useState } from "@odoo/owl";
import { localization } from "@web/core/l10n/localization";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { KeepLast } from "@web/core/utils/concurrency";
import { useService } from "@web/core/utils/hooks";
import { useRecordObserver } from "@web/model/relational_model/utils";
import { parseFloat } from "@web/views/fields/parsers";
import { standardFieldProps } from "@web/views/fields/standard_field_props";
import { formatLimits, parseLimits } from "./limits";
import { Pyramid } from "./pyramid";

const LIMITS = { share: ["1", "4", "15", "80"], score: ["80", "60"] };
const MOST_PYRAMIDS = 8;

/** The pyramids of an evaluation: that of its tiers, and those that its managers put beside it. */
export class Pyramids extends Component {
    static template = "key_account_mgmt.Pyramids";
    static components = { Pyramid };
    static props = { ...standardFieldProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.notification = useService("notification");
        this.last = new KeepLast();
        this.pictures = useState({ shown: null });
        useRecordObserver((record) => this.onRecordChanged(record));
    }

    get pyramids() {
        return this.props.record.data[this.props.name] || [];
    }

    get canAdd() {
        return !this.props.readonly && this.pyramids.length < MOST_PYRAMIDS;
    }

    /** Asks for the figures only when this page is open, and again when what it shows has changed. */
    async onRecordChanged(record) {
        const pyramids = record.data[this.props.name] || [];
        const asked = JSON.stringify([record.resId, record.data.state, pyramids]);
        if (record.resId && asked !== this.asked) {
            this.asked = asked;
            this.pictures.shown = await this.last.add(
                this.orm.call(record.resModel, "get_pyramids", [[record.resId], pyramids])
            );
        }
    }

    formatLimits(pyramid) {
        return formatLimits(pyramid.limits, localization.decimalPoint);
    }

    onAdd() {
        const [[, [[measure]]]] = this.pictures.shown.measures;
        return this.update([...this.pyramids, { measure, cut: "share", limits: LIMITS.share }]);
    }

    onRemove(place) {
        return this.update(this.pyramids.filter((_pyramid, other) => other !== place));
    }

    onChange(place, changes) {
        return this.update(this.pyramids.map((one, other) => (other === place ? { ...one, ...changes } : one)));
    }

    /** Numbers of one cut say nothing in the other. */
    onChangeCut(place, cut) {
        return this.onChange(place, { cut, limits: LIMITS[cut] });
    }

    onChangeLimits(place, input) {
        try {
            this.onChange(place, { limits: parseLimits(input.value, parseFloat) });
        } catch {
            this.notification.add(_t("Enter numbers such as 1 / 4 / 15 / 80."), { type: "warning" });
            input.value = this.formatLimits(this.pyramids[place]);
        }
    }

    update(pyramids) {
        return this.props.record.update({ [this.props.name]: pyramids });
    }

    async onOpen(picture, level) {
        const { resModel, resId } = this.props.record;
        const title = `${picture.title}: ${level.label}`;
        await this.action.doAction(await this.orm.call(resModel, "action_open_level", [[resId], level.part, title]));
    }
}

registry.category("fields").add("key_account_pyramids", {
    component: Pyramids,
    displayName: _t("Value Pyramids"),
    supportedTypes: ["json"],
});
