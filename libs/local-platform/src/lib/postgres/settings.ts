import { loopback } from "../net/ports.js";

/** For one machine. Services open about ten pools, tests many more. */
export const postgresFlags = (port: number, life: "long" | "short"): readonly string[] => {
  const settings: Readonly<Record<string, string | number>> = {
    listen_addresses: loopback,
    port,
    unix_socket_directories: "",
    max_connections: 200,
    shared_buffers: "128MB",
    max_wal_size: "2GB",
    checkpoint_timeout: "15min",
    // No replica and no archive here, so the WAL need not serve them.
    wal_level: "minimal",
    max_wal_senders: 0,
    jit: "off",
    timezone: "UTC",
    log_timezone: "UTC",
    // A refused statement would carry its values into the log.
    log_min_error_statement: "panic",
    log_parameter_max_length_on_error: 0,
    log_error_verbosity: "terse",
    ...(life === "short" && { fsync: "off", synchronous_commit: "off", full_page_writes: "off" }),
  };
  return Object.entries(settings).flatMap(([key, value]) => ["-c", `${key}=${value}`]);
};
