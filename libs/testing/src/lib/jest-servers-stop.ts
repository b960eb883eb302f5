import type { TestServers } from "./start-test-servers.js";

const tearDown = async (): Promise<void> => {
  await (globalThis as { malipoTestServers?: TestServers }).malipoTestServers?.stop();
};

export default tearDown;
