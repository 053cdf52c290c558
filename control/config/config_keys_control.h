#ifndef CONTROL_CONFIG_CONFIG_KEYS_CONTROL_H
#define CONTROL_CONFIG_CONFIG_KEYS_CONTROL_H

/* The keys of the control socket; see config_keys.h for what a row is. */

/* clang-format off */

#define CONFIG_CONTROL(K, S)                                                           \
    K(S, PATH,    socket, NULL, 1, CONFIG_PATH_MAX, none, RESTART,                     \
      "The Unix socket that the program pollux talks to.  Its directory is ours, of mode 0750 or stricter, and made if it is not there.") \
    K(S, PATH,    users_file, "", 1, CONFIG_PATH_MAX, none, RESTART,                   \
      "Who may give which commands: lines such as 'user ada risk' and 'group traders viewer'; the roles are viewer, operator, risk and admin.  Without it only the user that the box runs as may, as admin.") \
    K(S, PATH,    record_file, NULL, 1, CONFIG_PATH_MAX, none, RESTART,                \
      "The file that every change is written down in before it is done, and what came of it: one JSON object a line, appended.") \
    K(S, WHOLE,   record_mib, "64", 0, 65536, none, RESTART,                           \
      "How large it may grow, in MiB, before it is renamed to record_file.000001 and so on, and begun anew; 0 is no bound.") \
    K(S, WHOLE,   record_files, "16", 1, 100000, none, RESTART,                        \
      "How many renamed ones are kept, the newest; older ones are removed.")

#define CONFIG_CONTROL_SECTIONS(X)                                                     \
    X(config_control,  CONFIG_CONTROL,  "control")

/* clang-format on */

#endif
