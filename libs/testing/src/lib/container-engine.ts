import { request } from "node:http";

const timeoutMs = 2_000;

const target = (dockerHost: string): { socketPath: string } | { host: string; port: number } | undefined => {
  if (dockerHost.startsWith("unix://")) return { socketPath: dockerHost.slice("unix://".length) };
  const { hostname, port } = new URL(dockerHost.replace(/^tcp:/, "http:"));
  return hostname === "" ? undefined : { host: hostname, port: Number(port || 2375) };
};

/** The host under which published ports are reached when a container engine answers; undefined when none does. */
export const containerEngineHost = (env: NodeJS.ProcessEnv): Promise<string | undefined> => {
  const address = target(env["DOCKER_HOST"] || "unix:///var/run/docker.sock");
  if (address === undefined) return Promise.resolve(undefined);
  const reachedAt = "host" in address ? address.host : "127.0.0.1";
  return new Promise((resolve) => {
    const ping = request({ ...address, path: "/_ping", timeout: timeoutMs }, (response) => {
      response.resume();
      resolve(response.statusCode === 200 ? reachedAt : undefined);
    });
    ping.once("timeout", () => ping.destroy());
    ping.once("error", () => resolve(undefined));
    ping.once("close", () => resolve(undefined));
    ping.end();
  });
};
