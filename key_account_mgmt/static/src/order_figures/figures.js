import { reactive, toRaw, useState } from "@odoo/owl";

// What the server says of the order that is open in a form, one store per form: the alert asks for it; the badges, the
// cells of the lines and what is left of the order's discount show it.
const stores = new WeakMap();

function getStore(model) {
    if (!stores.has(model)) {
        stores.set(model, reactive({ order: {} }));
    }
    return stores.get(model);
}

/** The figures of ``sale.order.get_key_account_figures``, as they arrive, for the order of a record or a list. */
export function useFigures(record) {
    return useState(getStore(toRaw(record.model)));
}

/** The figures of a line, or undefined when nothing caps it; lines that were not saved yet go by their virtual id. */
export function getLineFigures(figures, line) {
    return figures.order.lines?.[line.resId || line._virtualId];
}
