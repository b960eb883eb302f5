import { writeContainerSecrets } from "./lib/platform/container-secrets.js";

const [folder] = process.argv.slice(2);
const providerRouterUrl = process.env["PROVIDER_ROUTER_URL"];
if (folder === undefined || !providerRouterUrl) throw new Error("usage: PROVIDER_ROUTER_URL=… container-secrets.main.js FOLDER");
writeContainerSecrets(folder, providerRouterUrl);
