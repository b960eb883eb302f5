export { readConfig, type SandboxConfig } from "./config.js";
export { startSandbox, type Sandbox } from "./sandbox.js";
