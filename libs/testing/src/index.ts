export { startTestServers, type TestServers } from "./lib/start-test-servers.js";
export { createTestDatabase, testKafkaBrokers, uniqueName, type TestDatabase } from "./lib/test-resources.js";
export { startOtlpReceiver, type OtlpReceiver, type ReceivedSpan } from "./lib/otlp-receiver.js";
export { explore, type Explored, type Model, type Step } from "./lib/explore.js";
