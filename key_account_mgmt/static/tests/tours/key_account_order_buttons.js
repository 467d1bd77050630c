import { registry } from "@web/core/registry";

const ALERT = "body:not(:has(.modal)) .alert";

// An approver thinks of refusing, approves, and looks at the documents behind the credit.
registry.category("web_tour.tours").add("key_account_order_buttons", {
    steps: () => [
        { content: "It waits", trigger: ".o_key_account_cap_status:contains(Waiting for Approval)", timeout: 60000 },
        { content: "Refuse", trigger: `${ALERT} button[name=action_key_account_refuse]`, run: "click" },
        { content: "No, not yet", trigger: ".modal button[special=cancel]", run: "click" },
        { content: "Approve", trigger: `${ALERT} button[name=action_key_account_approve]`, run: "click" },
        { content: "Approved", trigger: ".o_key_account_cap_status:contains(Approved)" },
        { content: "The documents", trigger: ".o_key_account_credit button", run: "click" },
        { content: "They are shown", trigger: ".o_breadcrumb .active:contains(Credit Used)" },
    ],
});
