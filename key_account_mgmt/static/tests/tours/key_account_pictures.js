import { registry } from "@web/core/registry";

const LAST = ".o_key_account_pyramids section:has(.o_key_account_limits):last";

// A manager looks at the customers as pyramids, puts one beside them, and goes on to the customers of a level.
registry.category("web_tour.tours").add("key_account_pictures", {
    steps: () => [
        { content: "Open the evaluation", trigger: "td[name=name]:contains(2024)", run: "click" },
        { content: "Nothing is asked for before", trigger: ".o_key_account_summary:not(:has(.o_key_account_pyramid))" },
        { content: "Open the pyramids", trigger: ".nav-link[name=pyramids]", run: "click" },
        { content: "The tiers, drawn", trigger: ".o_key_account_level:contains(C):contains(5) polygon" },
        { content: "And Curry's pyramid of revenue", trigger: ".o_key_account_level:contains(Last 80 %):contains(4)" },
        { content: "One more", trigger: ".o_key_account_add_pyramid", run: "click" },
        { content: "Of the score", trigger: `${LAST} h4:contains(Score)` },
        { content: "Of something else", trigger: `${LAST} select:first`, run: "select metric:margin" },
        { content: "Of the margin", trigger: `${LAST} h4:contains(Margin)` },
        { content: "Other shares", trigger: `${LAST} .o_key_account_limits`, run: "edit 40 / 20 && press Tab" },
        { content: "Two customers at the top", trigger: `${LAST} .o_key_account_level:contains(Top 40 %):contains(2)` },
        { content: "What is no number", trigger: `${LAST} .o_key_account_limits`, run: "edit 4o && press Tab" },
        { content: "Is told, and not taken", trigger: ".o_notification:contains(Enter numbers)" },
        { content: "Too many percent", trigger: `${LAST} .o_key_account_limits`, run: "edit 60 / 60 && press Tab" },
        { content: "Are told in the picture", trigger: `${LAST} [role=alert]:contains(120 % together)` },
        { content: "As before", trigger: `${LAST} .o_key_account_limits`, run: "edit 40 / 20 && press Tab" },
        { content: "All is well", trigger: `${LAST} .o_key_account_level:contains(Top 40 %)` },
        { content: "Save", trigger: ".o_form_button_save", run: "click" },
        { content: "Saved", trigger: ".o_form_saved" },
        { content: "Who is in the middle", trigger: `${LAST} button:contains(Next 20 %)`, run: "click" },
        { content: "The list says what it is of", trigger: ".o_breadcrumb .active:contains(Margin: Next 20 %)" },
        { content: "One customer", trigger: ".o_list_view:not(:contains(Second)) .o_data_row:contains(Third)" },
        {
            content: "Back",
            trigger: ".breadcrumb-item a:contains(2024), .o_back_button a:contains(2024)",
            run: "click",
        },
        { content: "The pyramids again", trigger: ".nav-link[name=pyramids]", run: "click" },
        {
            content: "It was kept; remove it",
            trigger: `${LAST}:contains(Margin) button[title='Remove this pyramid']`,
            run: "click",
        },
        { content: "It is gone", trigger: ".o_key_account_pyramids:not(:has(h4:contains(Margin)))" },
        { content: "Save", trigger: ".o_form_button_save", run: "click" },
        { content: "Saved", trigger: ".o_form_saved" },
        { content: "Now the matrix", trigger: ".nav-link[name=value_matrix]", run: "click" },
        {
            content: "Who is worth most now",
            trigger: ".o_key_account_matrix button[aria-label*='Present value: High']:contains(5,000)",
            run: "click",
        },
        { content: "Is Big", trigger: ".o_list_view .o_data_row:contains(Big)", run: "click" },
    ],
});
