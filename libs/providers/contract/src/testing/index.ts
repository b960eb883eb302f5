export * from "./provider-conformance.js";
export * from "./scripted-http.js";
