/*
 * kinora-confine [LIMIT]... [--read PATH]... [--write PATH]... -- PROGRAM [ARGUMENT]...
 *
 * Becomes PROGRAM, which parses hostile bytes, with nothing but what that takes: the limits, the system calls of calls.c, and,
 * with --read and --write, no other file (Landlock; inside of a mount namespace there are no others). What it cannot take away
 * it does not do without: then PROGRAM is not run.
 *
 * kinora-confine --landlock prints the version of the kernel's Landlock, 0 where there is none.
 *
 * Exit codes of its own: 125 it could not confine, 126 PROGRAM cannot be run, 127 there is no PROGRAM.
 */
#include "confine.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

enum { CANNOT_CONFINE = 125, CANNOT_RUN = 126, NOT_FOUND = 127 };

static const struct {
    const char *name;
    int resource;
} limits[] = {
    /* What is written to, unlike addresses (RLIMIT_AS), of which .NET reserves 256 GB and malloc 64 MB a thread. */
    {"--data", RLIMIT_DATA},
    {"--cpu", RLIMIT_CPU},
    {"--file-size", RLIMIT_FSIZE},
    {"--files", RLIMIT_NOFILE},
    /* Not counted for root by the kernel. */
    {"--threads", RLIMIT_NPROC},
};

void confine_fail(const char *what)
{
    fprintf(stderr, "kinora-confine: %s: %s\n", what, strerror(errno));
    exit(CANNOT_CONFINE);
}

static void misuse(const char *word)
{
    fprintf(stderr, "kinora-confine: what is %s?\n", word);
    exit(CANNOT_CONFINE);
}

static void set_limit(int resource, const char *text)
{
    char *end;
    errno = 0;
    rlim_t value = strtoumax(text, &end, 10);
    if (errno != 0 || *end != '\0' || end == text) {
        misuse(text);
    }

    struct rlimit limit = {value, value};
    struct rlimit now;
    if (resource == RLIMIT_CPU) {
        /* SIGXCPU first, which tells why; SIGKILL for who does not listen. */
        limit.rlim_max = value + 2;
    }

    /* A limit that is lower already stays. */
    if (getrlimit(resource, &now) < 0) {
        confine_fail("getrlimit");
    }

    limit.rlim_max = limit.rlim_max < now.rlim_max ? limit.rlim_max : now.rlim_max;
    limit.rlim_cur = limit.rlim_cur < limit.rlim_max ? limit.rlim_cur : limit.rlim_max;
    if (setrlimit(resource, &limit) < 0) {
        confine_fail("setrlimit");
    }
}

static int is_limit(const char *name, const char *value)
{
    for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
        if (strcmp(name, limits[i].name) == 0) {
            set_limit(limits[i].resource, value);
            return 1;
        }
    }

    return 0;
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "--landlock") == 0) {
        printf("%d\n", confine_landlock_version());
        return 0;
    }

    int files = -1;
    int i = 1;
    for (; i < argc && strcmp(argv[i], "--") != 0; i += 2) {
        if (i + 1 >= argc) {
            misuse(argv[i]);
        }

        int writable = strcmp(argv[i], "--write") == 0;
        if (writable || strcmp(argv[i], "--read") == 0) {
            files = files < 0 ? confine_files_begin() : files;
            confine_files_add(files, argv[i + 1], writable);
        } else if (!is_limit(argv[i], argv[i + 1])) {
            misuse(argv[i]);
        }
    }

    if (i + 1 >= argc) {
        misuse("no program");
    }

    struct rlimit none = {0, 0};
    if (setrlimit(RLIMIT_CORE, &none) < 0) {
        confine_fail("setrlimit");
    }

    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0) {
        confine_fail("no_new_privs");
    }

    if (files >= 0) {
        confine_files_end(files);
    }

    /* A write beyond --file-size then fails, and the program can say so. */
    signal(SIGXFSZ, SIG_IGN);
    confine_calls();
    execvp(argv[i + 1], argv + i + 1);
    int error = errno;
    fprintf(stderr, "kinora-confine: %s: %s\n", argv[i + 1], strerror(error));
    return error == ENOENT ? NOT_FOUND : CANNOT_RUN;
}
