import { Component } from "@odoo/owl";
import { getSlice } from "./limits";

/** One pyramid, a row for each level: its slice, and in words and figures what it stands for. */
export class Pyramid extends Component {
    static template = "key_account_mgmt.Pyramid";
    static props = { picture: Object, onOpen: Function };

    get hasCustomers() {
        const { levels, others } = this.props.picture;
        return [...levels, ...others].some((level) => level.customers);
    }

    getSlice(place) {
        return getSlice(place, this.props.picture.levels.length);
    }

    /** Darker is better; the words beside say the same. */
    getOpacity(place) {
        return 1 - (0.75 * place) / this.props.picture.levels.length;
    }
}
