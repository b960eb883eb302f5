export { AppModule } from "./app.module.js";
export { type AuthToken, type AuthTokenPorts, createAuthToken } from "./auth-token.js";
export { type AuthTokenConfig, readConfig } from "./config.js";
export { startAuthToken } from "./start-auth-token.js";
