/**
 * Open views one after another in one page, as the tests of the views ask, and report what breaks as errors in the
 * console, each with the name of its view.
 */

import { rpcBus } from "@web/core/network/rpc";

export const SUCCESS_SIGNAL = "every view was opened";
// Slow machines take a minute for a page that others show at once.
const PATIENCE = 60000;

class Opener {
    constructor(env) {
        this.env = env;
        this.pending = new Set();
        this.problems = [];
        rpcBus.addEventListener("RPC:REQUEST", ({ detail }) => this.pending.add(detail.data.id));
        rpcBus.addEventListener("RPC:RESPONSE", ({ detail }) => {
            this.pending.delete(detail.data.id);
            if (detail.error) {
                this.note(detail.error.data?.message || detail.error.message);
            }
        });
        window.addEventListener("error", (event) => this.note(event.message));
        window.addEventListener("unhandledrejection", (event) => this.note(event.reason?.message || event.reason));
    }

    note(problem) {
        this.problems.push(String(problem));
    }

    async open({ name, action, options, empty }) {
        this.problems = [];
        try {
            if (empty) {
                action = { ...(await this.load(action)), domain: [[0, "=", 1]] };
            }
            await this.orProblem(this.env.services.action.doAction(action, options));
            await this.settle();
        } catch (error) {
            this.note(error.cause?.message || error.message);
        }
        this.look(options?.viewType);
        for (const problem of new Set(this.problems)) {
            console.error(`${name}: ${problem}`);
        }
        await this.close();
    }

    /** A copy, since the service keeps what it has loaded. */
    async load(action) {
        return isNaN(action) ? action : this.env.services.action.loadAction(action);
    }

    /** Where an error is shown in a dialog, the promise of the action may stay open. */
    async orProblem(promise) {
        const end = Date.now() + PATIENCE;
        let done = false;
        promise = promise.finally(() => (done = true));
        while (!done && !this.problems.length) {
            if (Date.now() > end) {
                throw new Error("does not open");
            }
            await Promise.race([promise, new Promise((resolve) => setTimeout(resolve, 50))]);
        }
        return this.problems.length ? undefined : promise;
    }

    /** Wait until nothing is asked of the server any more, and what came is drawn. */
    async settle() {
        const end = Date.now() + PATIENCE;
        do {
            await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
            if (Date.now() > end) {
                throw new Error("waits for the server");
            }
        } while (this.pending.size);
    }

    /** What the user would see. */
    look(viewType) {
        for (const dialog of document.querySelectorAll(".o_error_dialog")) {
            this.note(dialog.innerText);
        }
        for (const warning of document.querySelectorAll(
            ".o_notification.border-danger, .o_notification_bar.bg-danger"
        )) {
            this.note(warning.parentElement.innerText);
        }
        // On a small screen the client may choose cards instead of a list.
        const types = this.env.isSmall && viewType !== "form" ? [viewType, "kanban", "list"] : [viewType];
        if (viewType && !types.some((type) => document.querySelector(`.o_${type}_view`))) {
            this.note(`no ${viewType} to be seen`);
        }
    }

    async close() {
        for (let tries = 0; document.querySelector(".o_dialog") && tries < 5; tries++) {
            this.env.services.dialog.closeAll();
            await this.settle().catch(() => {});
        }
        for (const button of document.querySelectorAll(".o_notification_close")) {
            button.click();
        }
    }
}

/** @param {{name: string, action: number|object, options: object}[]} steps */
export async function openEveryView(steps) {
    const opener = new Opener(odoo.__WOWL_DEBUG__.root.env);
    for (const step of steps) {
        await opener.open(step);
    }
    console.log(SUCCESS_SIGNAL);
}
