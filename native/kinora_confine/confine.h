/* The parts of kinora-confine. Each ends the process where it cannot do what it says. */
#ifndef CONFINE_H
#define CONFINE_H

/* Says what failed, by errno, and ends with 125. */
_Noreturn void confine_fail(const char *what);

/* From now on only the system calls of calls.c, by this process and all that it becomes. */
void confine_calls(void);

/* 0 where the kernel has no Landlock. */
int confine_landlock_version(void);

/* A set of rules; all that is added to it can be read and run, and where it is writable changed too. Files that do not exist are left out. */
int confine_files_begin(void);
void confine_files_add(int files, const char *path, int writable);

/* From now on no other files. */
void confine_files_end(int files);

#endif
