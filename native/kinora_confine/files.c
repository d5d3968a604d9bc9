/* Landlock (https://docs.kernel.org/userspace-api/landlock.html), by its system calls: the headers of a distribution are older than its kernel. */
#include "confine.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum {
    CREATE_RULESET = 444,
    ADD_RULE = 445,
    RESTRICT_SELF = 446,
    VERSION_FLAG = 1,
    RULE_PATH_BENEATH = 1,
};

enum {
    EXECUTE = 1 << 0,
    WRITE_FILE = 1 << 1,
    READ_FILE = 1 << 2,
    READ_DIR = 1 << 3,
    REMOVE_FILE = 1 << 5,
    MAKE_REG = 1 << 8,
    TRUNCATE = 1 << 14,
    ALL_OF_1 = (1 << 13) - 1,
    REFER = 1 << 13,
    IOCTL_DEV = 1 << 15,
};

/* Abstract sockets and signals beyond the sandbox. */
enum { SCOPE_ALL = 3 };

/* The kernel takes as much of it as it knows, if we say how much we mean. */
struct ruleset {
    uint64_t files;
    uint64_t network;
    uint64_t scope;
};

struct __attribute__((packed)) path_rule {
    uint64_t access;
    int32_t parent;
};

int confine_landlock_version(void)
{
    long version = syscall(CREATE_RULESET, NULL, 0, VERSION_FLAG);
    return version < 0 ? 0 : (int)version;
}

static uint64_t handled(int version)
{
    return ALL_OF_1 | (version >= 2 ? REFER : 0) | (version >= 3 ? TRUNCATE : 0) | (version >= 5 ? IOCTL_DEV : 0);
}

int confine_files_begin(void)
{
    int version = confine_landlock_version();
    struct ruleset rules = {.files = handled(version), .network = version >= 4 ? 3 : 0, .scope = version >= 6 ? SCOPE_ALL : 0};
    size_t size = version >= 6 ? sizeof(rules) : version >= 4 ? offsetof(struct ruleset, scope) : offsetof(struct ruleset, network);
    int files = (int)syscall(CREATE_RULESET, &rules, size, 0);
    if (files < 0) {
        confine_fail("landlock");
    }

    return files;
}

void confine_files_add(int files, const char *path, int writable)
{
    int parent = open(path, O_PATH | O_CLOEXEC);
    if (parent < 0) {
        if (errno == ENOENT) {
            return;
        }

        confine_fail(path);
    }

    struct stat status;
    if (fstat(parent, &status) < 0) {
        confine_fail(path);
    }

    uint64_t access = EXECUTE | READ_FILE | (S_ISDIR(status.st_mode) ? READ_DIR : 0);
    if (writable) {
        access |= WRITE_FILE | TRUNCATE | (S_ISDIR(status.st_mode) ? MAKE_REG | REMOVE_FILE : 0);
        access &= ~(uint64_t)EXECUTE;
    }

    struct path_rule rule = {access & handled(confine_landlock_version()), parent};
    if (syscall(ADD_RULE, files, RULE_PATH_BENEATH, &rule, 0) < 0) {
        confine_fail(path);
    }

    close(parent);
}

void confine_files_end(int files)
{
    if (syscall(RESTRICT_SELF, files, 0) < 0) {
        confine_fail("landlock");
    }

    close(files);
}
