#ifndef CONTROL_CONFIG_CONFIG_KEYS_METRICS_H
#define CONTROL_CONFIG_CONFIG_KEYS_METRICS_H

/* The keys of metrics and monitor; config_keys.h says how a row is read. */

/* clang-format off */

#define CONFIG_METRICS(K, S)                                                           \
    K(S, ADDRESS, address, "127.0.0.1", CONFIG_ADDRESS_MIN, CONFIG_HOST_MAX, none, RESTART, \
      "Our own IPv4 address they are served at; any but the loopback's is open to whoever reaches it: there is no password.") \
    K(S, WHOLE,   tcp_port, NULL, 0, 65535, none, RESTART,                             \
      "The TCP port they are served at; 0 is any that is free, which is said at the start.")

#define CONFIG_MONITOR(K, S)                                                           \
    K(S, PATH,    folder, NULL, 1, CONFIG_PATH_MAX, none, RESTART,                     \
      "The folder flight records are written to: on an alarm, and when the program fails; made if it is not there.")

#define CONFIG_METRICS_SECTIONS(X)                                                     \
    X(config_metrics, CONFIG_METRICS, "metrics")                                       \
    X(config_monitor, CONFIG_MONITOR, "monitor")

#define CONFIG_METRICS_TOP(K, S)                                                       \
    K(S, OPTION,  metrics, "", 0, 0, config_metrics, RESTART,                          \
      "Where Prometheus asks for metrics: /metrics, and /healthz for whether all is well.") \
    K(S, OPTION,  monitor, "", 0, 0, config_monitor, RESTART,                          \
      "What is kept of what happened, beside the log.")

/* clang-format on */

#endif
