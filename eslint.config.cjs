const globals = require("globals");
const js = require("@eslint/js");

/** Mistakes that break a screen; how the code looks is prettier's concern. */
module.exports = [
    js.configs.recommended,
    {
        languageOptions: {
            ecmaVersion: 2024,
            sourceType: "module",
            globals: { ...globals.browser, odoo: "readonly" },
        },
        linterOptions: { reportUnusedDisableDirectives: "error" },
        rules: {
            eqeqeq: "error",
            "no-console": "error",
            "no-shadow": "error",
            "no-var": "error",
            "prefer-const": "error",
        },
    },
    {
        // A test in the browser reports to Odoo's test runner through the console.
        files: ["**/static/tests/**"],
        rules: { "no-console": "off" },
    },
];
