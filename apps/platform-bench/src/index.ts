export { bench, workloads, type BenchOptions, type Workload } from "./bench.js";
