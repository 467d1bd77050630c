import { registry } from "@web/core/registry";

const STATE = ".o_statusbar_status .o_arrow_button_current";

// A salesperson is stopped: the customer has no credit for the order.
registry.category("web_tour.tours").add("key_account_credit_refused", {
    steps: () => [
        { content: "Limit and what is left", trigger: ".o_key_account_credit:contains(4,500.00)" },
        { content: "Confirm", trigger: "button[name=action_confirm]:visible", run: "click" },
        { content: "Stopped", trigger: ".modal:contains(on credit)" },
        { content: "Close", trigger: ".modal .modal-footer button", run: "click" },
        { content: "Closed", trigger: "body:not(:has(.modal))" },
    ],
});

// The manager evaluates the year.
registry.category("web_tour.tours").add("key_account_credit_evaluate", {
    steps: () => [
        { content: "Ask for the year 2024", trigger: ".modal div[name=year] input", run: "edit 2024 && press Tab" },
        { content: "All five customers", trigger: ".modal div[name=customer_count]:contains(5)" },
        { content: "Evaluate", trigger: ".modal button[name=action_evaluate]", run: "click" },
        { content: "It is computed", trigger: `${STATE}:contains(Computed)` },
        { content: "Open the lines", trigger: "button[name=action_open_lines]", run: "click" },
        { content: "Unfold tier A", trigger: ".o_group_header .o_group_name:contains(A)", run: "click" },
        { content: "Open the customer's line", trigger: "td[name=partner_name]:contains(Second)", run: "click" },
        { content: "The limit it would get", trigger: ".o_key_account_scorecard:contains(12,000)" },
        {
            content: "Back",
            trigger: ".breadcrumb-item a:contains(Evaluation 2024), .o_back_button a:contains(Evaluation 2024)",
            run: "click",
        },
        { content: "Ask for approval", trigger: "button[name=action_submit]", run: "click" },
        { content: "In review", trigger: `${STATE}:contains(In Review)` },
    ],
});

// Somebody else approves and applies; what is granted waits for finance.
registry.category("web_tour.tours").add("key_account_credit_apply", {
    steps: () => [
        { content: "Open the evaluation", trigger: "td[name=name]:contains(Evaluation 2024)", run: "click" },
        { content: "Approve", trigger: "button[name=action_approve]", run: "click" },
        { content: "Apply", trigger: "button[name=action_open_apply]", run: "click" },
        {
            content: "What it will do",
            trigger: ".modal div[name=effects_html]:contains(Credit limits proposed to finance: 1)",
        },
        { content: "Sure", trigger: ".modal button[name=action_apply]", run: "click" },
        { content: "Applied", trigger: `${STATE}:contains(Applied)` },
        { content: "The awards", trigger: "button[name=action_open_awards]", run: "click" },
        { content: "They wait", trigger: ".o_data_row:contains(Second) td[name=state]:contains(Proposed)" },
    ],
});

// Finance approves the limit.
registry.category("web_tour.tours").add("key_account_credit_award", {
    steps: () => [
        { content: "Open the award", trigger: ".o_data_row:contains(Second) td[name=partner_id]", run: "click" },
        { content: "The old limit", trigger: "div[name=limit_before]:contains(4,500.00)" },
        { content: "The new one", trigger: "div[name=proposed]:contains(12,000.00)" },
        { content: "Approve", trigger: "button[name=action_approve]", run: "click" },
        { content: "Posted", trigger: `${STATE}:contains(Posted)` },
    ],
});

// The same order passes.
registry.category("web_tour.tours").add("key_account_credit_confirm", {
    steps: () => [
        { content: "The new limit", trigger: ".o_key_account_credit:contains(12,000.00)" },
        { content: "Confirm", trigger: "button[name=action_confirm]:visible", run: "click" },
        { content: "Confirmed", trigger: `${STATE}:contains(Sales Order)` },
    ],
});
