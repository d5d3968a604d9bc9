/*
 * The system calls of a decoder: memory, threads, clocks, and files that it is given. All others fail with EPERM, so that a library that
 * only tries goes on. No sockets, no new processes, no signals to others, no links (the worker reads what was written here), no
 * namespaces, tracing, keys, modules or io_uring.
 */
#include "confine.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <seccomp.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

static const char *const allowed[] = {
    /* memory */
    "brk", "madvise", "mincore", "mlock", "mmap", "mmap2", "mprotect", "mremap", "munlock", "munmap",
    /* threads */
    "exit", "exit_group", "futex", "futex_time64", "futex_waitv", "get_robust_list", "getcpu", "gettid", "membarrier", "rseq",
    "sched_get_priority_max", "sched_get_priority_min", "sched_getaffinity", "sched_getattr", "sched_getparam", "sched_getscheduler",
    "sched_setaffinity", "sched_yield", "set_robust_list", "set_tid_address", "arch_prctl",
    /* signals to itself; see add_own_signals */
    "pause", "restart_syscall", "rt_sigaction", "rt_sigpending", "rt_sigprocmask", "rt_sigreturn", "rt_sigsuspend", "rt_sigtimedwait",
    "sigaltstack", "signalfd4",
    /* files by name; which ones there are is the mount namespace's, or Landlock's, to say */
    "access", "chdir", "faccessat", "faccessat2", "getcwd", "getdents64", "lstat", "newfstatat", "readlink",
    "readlinkat", "stat", "stat64", "statfs", "statx",
    /* files by descriptor */
    "close", "close_range", "copy_file_range", "dup", "dup2", "dup3", "fadvise64", "fallocate", "fdatasync", "flock",
    "fstat", "fstat64", "fstatfs", "fsync", "ftruncate", "ftruncate64", "lseek", "_llseek", "pread64", "preadv", "preadv2", "pwrite64",
    "pwritev", "pwritev2", "read", "readahead", "readv", "sendfile", "write", "writev",
    /* waiting */
    "epoll_create1", "epoll_ctl", "epoll_pwait", "epoll_wait", "eventfd2", "pipe", "pipe2", "poll", "ppoll", "pselect6", "select",
    /* clocks */
    "clock_getres", "clock_gettime", "clock_nanosleep", "gettimeofday", "nanosleep", "time", "timer_create", "timer_delete",
    "timer_gettime", "timer_settime", "times",
    /* about itself and the machine */
    "getegid", "geteuid", "getgid", "getpgrp", "getpid", "getppid", "getpriority", "getrandom", "getresgid", "getresuid", "getrlimit",
    "getrusage", "getuid", "get_mempolicy", "sysinfo", "uname",
    /* becoming the program */
    "execve",
};

static void check(int error, const char *what)
{
    if (error < 0) {
        errno = -error;
        confine_fail(what);
    }
}

static void add(scmp_filter_ctx filter, const char *name, unsigned count, const struct scmp_arg_cmp *arguments)
{
    int number = seccomp_syscall_resolve_name(name);
    if (number != __NR_SCMP_ERROR) {
        check(seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, number, count, arguments), name);
    }
}

/* A process is a thread whose CLONE_THREAD is missing. */
static void add_threads(scmp_filter_ctx filter)
{
    struct scmp_arg_cmp is_thread = SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD);
    add(filter, "clone", 1, &is_thread);

    /* Its flags stand in memory, where no filter sees them. glibc falls back to clone. */
    check(seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0), "clone3");
}

/* abort(), and a runtime that stops its own threads. */
static void add_own_signals(scmp_filter_ctx filter)
{
    struct scmp_arg_cmp to_itself = SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)getpid());
    add(filter, "kill", 1, &to_itself);
    add(filter, "tgkill", 1, &to_itself);
    add(filter, "rt_tgsigqueueinfo", 1, &to_itself);
}

/* Not F_SETOWN and F_SETSIG, with which a pipe sends any signal to any process of the user. */
static void add_fcntl(scmp_filter_ctx filter)
{
    static const scmp_datum_t commands[] = {F_DUPFD, F_DUPFD_CLOEXEC, F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_GETLK, F_SETLK, F_SETLKW,
                                            F_OFD_GETLK, F_OFD_SETLK, F_OFD_SETLKW, F_GETPIPE_SZ, F_ADD_SEALS, F_GET_SEALS};
    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
        struct scmp_arg_cmp is_command = SCMP_A1(SCMP_CMP_EQ, commands[i]);
        add(filter, "fcntl", 1, &is_command);
        add(filter, "fcntl64", 1, &is_command);
    }
}

/* Not O_TRUNC with O_RDONLY, which empties a file and which Landlock does not know before its third version (Linux 6.2). */
static void add_open(scmp_filter_ctx filter)
{
    struct scmp_arg_cmp ways[][2] = {
        {SCMP_A1(SCMP_CMP_MASKED_EQ, O_TRUNC, 0), SCMP_A2(SCMP_CMP_MASKED_EQ, O_TRUNC, 0)},
        {SCMP_A1(SCMP_CMP_MASKED_EQ, O_ACCMODE, O_WRONLY), SCMP_A2(SCMP_CMP_MASKED_EQ, O_ACCMODE, O_WRONLY)},
        {SCMP_A1(SCMP_CMP_MASKED_EQ, O_ACCMODE, O_RDWR), SCMP_A2(SCMP_CMP_MASKED_EQ, O_ACCMODE, O_RDWR)},
    };
    for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
        add(filter, "open", 1, &ways[i][0]);
        add(filter, "openat", 1, &ways[i][1]);
    }
}

/* A terminal is asked whether it is one; of a pipe, how much there is to read. Nothing is pushed into a terminal's input (TIOCSTI). */
static void add_ioctls(scmp_filter_ctx filter)
{
    static const unsigned long requests[] = {TCGETS, TIOCGWINSZ, FIONREAD, FIOCLEX, FIONBIO};
    for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++) {
        struct scmp_arg_cmp is_request = SCMP_A1(SCMP_CMP_EQ, requests[i]);
        add(filter, "ioctl", 1, &is_request);
    }
}

/* Reads limits and capabilities, sets none; names its threads and memory. */
static void add_self(scmp_filter_ctx filter)
{
    enum { SET_NAME = 15, GET_NAME = 16, READ_CAPABILITY = 23, SET_VMA = 0x53564d41 };
    static const scmp_datum_t options[] = {SET_NAME, GET_NAME, READ_CAPABILITY, SET_VMA};
    struct scmp_arg_cmp sets_nothing = SCMP_A2(SCMP_CMP_EQ, 0);
    add(filter, "prlimit64", 1, &sets_nothing);
    for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
        struct scmp_arg_cmp is_option = SCMP_A0(SCMP_CMP_EQ, options[i]);
        add(filter, "prctl", 1, &is_option);
    }
}

void confine_calls(void)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
    if (!filter) {
        errno = ENOMEM;
        confine_fail("seccomp");
    }

    /* Kernels before 5.16 turn speculative stores off with a filter, which costs a decoder several percent and guards against
     * untrusted code, where we have untrusted data. */
    (void)seccomp_attr_set(filter, SCMP_FLTATR_CTL_SSB, 1);

    /* As a tree: a decoder makes a hundred thousand calls, and half of the list stands before futex. */
    (void)seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2);
    for (size_t i = 0; i < sizeof(allowed) / sizeof(allowed[0]); i++) {
        add(filter, allowed[i], 0, NULL);
    }

    add_threads(filter);
    add_own_signals(filter);
    add_fcntl(filter);
    add_open(filter);
    add_ioctls(filter);
    add_self(filter);
    check(seccomp_load(filter), "seccomp");
    seccomp_release(filter);
}
