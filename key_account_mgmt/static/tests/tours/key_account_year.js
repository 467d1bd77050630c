import { registry } from "@web/core/registry";

// The year of a key account manager: evaluate, look at who gets what and why, correct one tier, ask for approval.
registry.category("web_tour.tours").add("key_account_year_manager", {
    steps: () => [
        { content: "Ask for the year 2024", trigger: ".modal div[name=year] input", run: "edit 2024 && press Tab" },
        { content: "All five customers", trigger: ".modal div[name=customer_count]:contains(5)" },
        { content: "Look before storing anything", trigger: ".modal button[name=action_preview]", run: "click" },
        { content: "The preview has the tiers", trigger: ".modal .o_key_account_summary .badge:contains(B)" },
        { content: "Evaluate", trigger: ".modal button[name=action_evaluate]", run: "click" },
        { content: "It is computed", trigger: ".o_statusbar_status .o_arrow_button_current:contains(Computed)" },
        {
            content: "The result is there",
            trigger: ".o_form_sheet .o_key_account_summary tr:contains(A) td:contains(4,000.00)",
        },
        { content: "Open the lines", trigger: "button[name=action_open_lines]", run: "click" },
        { content: "Unfold tier C", trigger: ".o_group_header .o_group_name:contains(C)", run: "click" },
        { content: "Open the vetoed customer", trigger: "td[name=partner_name]:contains(Big)", run: "click" },
        { content: "The scorecard names the veto", trigger: ".o_key_account_scorecard:contains(One-off purchase)" },
        { content: "Override", trigger: "div[name=override_tier_id] input", run: "edit B" },
        { content: "Choose B", trigger: ".o-autocomplete--dropdown-item a:contains(B)", run: "click" },
        { content: "With a reason", trigger: "div[name=override_reason] input", run: "edit Signed for three years" },
        { content: "Save", trigger: ".o_form_button_save", run: "click" },
        {
            content: "The badge is B",
            trigger:
                ".o_form_saved div[name=tier_id] .badge:contains(B), .o_form_view div[name=tier_id] .badge:contains(B)",
        },
        {
            content: "Back to the evaluation",
            trigger: ".breadcrumb-item a:contains(Evaluation 2024), .o_back_button a:contains(Evaluation 2024)",
            run: "click",
        },
        { content: "Ask for approval", trigger: "button[name=action_submit]", run: "click" },
        { content: "In review", trigger: ".o_statusbar_status .o_arrow_button_current:contains(In Review)" },
        { content: "Not by the same person", trigger: "button[name=action_approve]", run: "click" },
        { content: "Told so", trigger: ".modal:contains(another user must approve)" },
        { content: "Close", trigger: ".modal .modal-footer button", run: "click" },
        { content: "Closed", trigger: "body:not(:has(.modal))" },
    ],
});

// Somebody else approves and applies, and the customer shows its tier.
registry.category("web_tour.tours").add("key_account_year_approver", {
    steps: () => [
        { content: "Open the evaluation", trigger: "td[name=name]:contains(Evaluation 2024)", run: "click" },
        { content: "Approve", trigger: "button[name=action_approve]", run: "click" },
        { content: "Apply", trigger: "button[name=action_open_apply]", run: "click" },
        { content: "What it will do", trigger: ".modal div[name=effects_html]:contains(Customers: 5)" },
        { content: "Sure", trigger: ".modal button[name=action_apply]", run: "click" },
        { content: "Applied", trigger: ".o_statusbar_status .o_arrow_button_current:contains(Applied)" },
        { content: "Check the decisions", trigger: "button[name=action_replay]", run: "click" },
        { content: "All the same", trigger: ".o_notification:contains(5 of 5)" },
        { content: "Open the lines", trigger: "button[name=action_open_lines]", run: "click" },
        { content: "Unfold tier A", trigger: ".o_group_header .o_group_name:contains(A)", run: "click" },
        { content: "Open the customer's line", trigger: "td[name=partner_name]:contains(Second)", run: "click" },
        { content: "Open the customer", trigger: "div[name=partner_id] a.o_form_uri", run: "click" },
        {
            content: "The customer shows its tier",
            trigger: ".o_form_view div[name=key_account_shown_tier_id] .badge:contains(A)",
        },
    ],
});
