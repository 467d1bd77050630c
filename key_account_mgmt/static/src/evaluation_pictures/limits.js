/** The limits of a pyramid as people write them: "1 / 4 / 15 / 80", each number in their own spelling. */
export function formatLimits(limits, decimalPoint) {
    return limits.map((limit) => limit.replace(".", decimalPoint)).join(" / ");
}

/**
 * The limits as the server takes them: exact numbers as text.
 *
 * @param {string} text as ``formatLimits`` writes it; semicolons separate, too
 * @param {(text: string) => number} parse reads one number of the user's language, and throws when it is none
 */
export function parseLimits(text, parse) {
    const parts = text.split(/[/;]/).map((part) => part.replace("%", "").trim());
    return parts.filter(Boolean).map((part) => String(parse(part)));
}

/** The corners of one level of a pyramid of ``count`` levels, 100 wide and 100 high, from the top left clockwise. */
export function getSlice(level, count) {
    const above = (50 * level) / count;
    const below = (50 * (level + 1)) / count;
    return `${50 - above},0 ${50 + above},0 ${50 + below},100 ${50 - below},100`;
}
