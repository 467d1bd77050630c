import { registry } from "@web/core/registry";

const LINE = "div[name=order_line] .o_data_row";

// A salesperson gives more than the cap, is stopped, and asks.
registry.category("web_tour.tours").add("key_account_discount_ask", {
    steps: () => [
        { content: "Within the cap", trigger: ".o_key_account_cap_status:contains(Within Cap)" },
        { content: "Take the price", trigger: `${LINE} td[name=price_unit]`, run: "click" },
        { content: "Lower it", trigger: `${LINE} div[name=price_unit] input`, run: "edit 70 && press Tab" },
        { content: "Told while typing", trigger: ".o_key_account_cap_status:contains(Over Cap)" },
        { content: "Save", trigger: ".o_form_button_save", run: "click" },
        { content: "Saved", trigger: ".o_form_saved" },
        { content: "Confirm", trigger: "button[name=action_confirm]:visible", run: "click" },
        { content: "Stopped", trigger: ".modal:contains(gives more discount)" },
        { content: "Ask", trigger: ".modal .modal-footer button[name=action_key_account_ask]", run: "click" },
        { content: "What is over", trigger: ".modal .o_key_account_approval_details .text-danger:contains(Goods)" },
        { content: "Why", trigger: ".modal div[name=reason] textarea", run: "edit They buy for three years" },
        { content: "Send", trigger: ".modal button[name=action_request]", run: "click" },
        { content: "It waits", trigger: ".o_key_account_cap_status:contains(Waiting for Approval)" },
    ],
});

// Somebody else approves.
registry.category("web_tour.tours").add("key_account_discount_approve", {
    steps: () => [
        { content: "Open what waits", trigger: "td[name=partner_id]:contains(Big)", run: "click" },
        { content: "The reason", trigger: "div[name=reason]:contains(three years)" },
        { content: "The table", trigger: ".o_key_account_approval_details:contains(Goods)" },
        { content: "Approve", trigger: "button[name=action_approve]", run: "click" },
        { content: "Approved", trigger: ".o_statusbar_status .o_arrow_button_current:contains(Approved)" },
    ],
});

// The order confirms.
registry.category("web_tour.tours").add("key_account_discount_confirm", {
    steps: () => [
        { content: "Approved", trigger: ".o_key_account_cap_status:contains(Approved)" },
        { content: "Confirm", trigger: "button[name=action_confirm]:visible", run: "click" },
        { content: "Confirmed", trigger: ".o_statusbar_status .o_arrow_button_current:contains(Sales Order)" },
    ],
});
