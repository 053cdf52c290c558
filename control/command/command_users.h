#ifndef CONTROL_COMMAND_COMMAND_USERS_H
#define CONTROL_COMMAND_COMMAND_USERS_H

/* Who has which role.
 *
 *     # the desk
 *     user  ada     risk
 *     group traders operator
 *     user  1007    viewer
 *
 * A line is a user or a group, its name or its number, and a role: viewer, operator, risk, admin,
 * or nobody.  A user's own line counts; without one, the highest role of the groups he is in;
 * without any, he is nobody.
 *
 * The file is root's or our own, written by nobody else, and no symbolic link; else nobody has a
 * role.  Without a file only the user that the box runs as has one: admin.
 *
 * Threads: one.  Memory: the struct. */

#include "control/command/command.h"
#include "dataplane/base/text.h"

#define COMMAND_USERS_BYTES_MAX 65536u
#define COMMAND_GRANTS_MAX      1024u
#define COMMAND_GROUPS_MAX      256u /* of one caller that are looked at */

struct command_grant {
    bool group;
    uint32_t id;
    enum command_role role;
};

struct command_users {
    uint32_t count;
    struct command_grant at[COMMAND_GRANTS_MAX];
};

/* The number of a name; false if there is none. */
typedef bool command_id_fn(void *context, bool group, const char *name, uint32_t *id);

/* False with a sentence a line, "called:3: ...", for all that is wrong; then nobody has a role. */
MUST_USE bool command_users_parse(struct command_users *users, const char *called,
                                  const char *bytes, size_t length, command_id_fn *id,
                                  void *context, struct text *problems);

/* The same of a file, whose owner and rights are looked at first. */
MUST_USE bool command_users_read(struct command_users *users, const char *path,
                                 struct text *problems);

/* Only this user, as admin. */
void command_users_own(struct command_users *users, uint32_t uid);

enum command_role command_users_role(const struct command_users *users, uint32_t uid,
                                     uint32_t groups, const uint32_t *group);

#endif
