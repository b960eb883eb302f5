export * from "./codec.js";
export * from "./composites.js";
export * from "./json-bytes.js";
export * from "./scalars.js";
export * from "./shapes.js";
export * from "./wire-table.js";
