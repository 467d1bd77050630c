/** How Odoo's own files look, in lines of up to 120 characters as in Python. */
module.exports = {
    printWidth: 120,
    tabWidth: 4,
    trailingComma: "es5",
    // Spaces in texts of views are shown, so they stay as they are.
    xmlWhitespaceSensitivity: "preserve",
    // A plugin beside prettier is found only by its path.
    plugins: [require.resolve("@prettier/plugin-xml")],
};
