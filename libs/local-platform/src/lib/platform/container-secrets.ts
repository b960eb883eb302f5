import { join } from "node:path";
import { platformSecrets } from "./secrets.js";
import { privateFolder, writePrivate } from "./secret-files.js";
import { secretEnvironment } from "./service-specs.js";
import { serviceNames } from "./settings.js";

/**
 * For containers: draws what is missing in the folder, and writes one file of variables for each service, which its
 * entry point reads. Run again it changes nothing, so that what was sealed stays readable.
 */
export const writeContainerSecrets = (folder: string, providerRouterUrl: string): void => {
  const secrets = platformSecrets(folder);
  const env = privateFolder(join(folder, "env"));
  for (const name of serviceNames) {
    const variables = Object.entries(secretEnvironment(name, secrets, providerRouterUrl));
    // None of the values holds a quote: tokens are base64url, the rest are paths and names of ours.
    writePrivate(join(env, `${name}.env`), variables.map(([variable, value]) => `${variable}='${value}'\n`).join(""));
  }
};
