/** Names of what Nest injects where there is no class to ask for. */
export const CALLBACK_STORE = Symbol("CallbackStore");
