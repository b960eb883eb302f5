/**
 * Faults of what lies between and beneath the services. The platform has to be started with `MALIPO_FAULT_LINKS=1`: each
 * part is then led over links on which faults can be put, wall clocks can be set, Kafka and PostgreSQL have a small disk
 * each where the machine allows it, and what is killed on purpose is started again however often. Without it, those that
 * need it are skipped and say so.
 */
export { brokerFaults } from "./broker.js";
export { clockFaults } from "./clock.js";
export { linkFaults } from "./links.js";
export { postgresFaults } from "./postgres.js";
