// What users have Prometheus scrape: both ports, by the name of the Service.

/** Configurations in the wild hold this name; in the suites' network it leads to loopback. */
export const TARGET = 'kube-state-metrics.kube-system.svc.cluster.local';
export const METRICS = `http://${TARGET}:8080/metrics`;
export const TELEMETRY = `http://${TARGET}:8081/metrics`;

export const JOBS: readonly object[] = [
  {
    job_name: 'kube-state-metrics',
    honor_labels: true,
    static_configs: [{ targets: [`${TARGET}:8080`] }],
  },
  {
    job_name: 'kube-state-metrics-telemetry',
    static_configs: [{ targets: [`${TARGET}:8081`] }],
  },
];
