/**
 * What a button of a form does: save, call the method as the form would (in the user's language and companies, which are
 * in its context), and show what it gives back.
 *
 * @param {Object} action the action service
 * @param {Object} record the saved or changed record of the form
 * @param {string} name the method of the record's model
 * @param {Function} [onClose] called when a dialog that the method opened is closed
 */
export async function pressButton(action, record, name, onClose) {
    if (await record.save()) {
        const { resModel, resId } = record;
        // A copy: the action service takes keys out of it.
        const context = { ...record.context };
        await action.doActionButton({ type: "object", name, resModel, resId, resIds: [resId], context, onClose });
    }
}
