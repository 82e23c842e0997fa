/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What may be asked of the kernel where a program of others is started: a part of
 * base/cage/tables.h.
 */
#ifndef BASE_CAGE_TOOL_TABLES_H
#define BASE_CAGE_TOOL_TABLES_H

/*
 * A program of others that a service is handed over to: what programs commonly use, without other
 * programs, processes, sessions and groups of its own, signals to others, modes and owners of
 * files, sockets of other kinds, and limits.
 */
#define FILTER_TOOL_LIST(X)                                                                 \
	X(open, ANY, "files that Landlock lets it have")                                    \
	X(openat, ANY, "likewise")                                                          \
	X(access, ANY, "are they there")                                                    \
	X(faccessat, ANY, "likewise")                                                       \
	X(faccessat2, ANY, "likewise")                                                      \
	X(stat, ANY, "how large they are")                                                  \
	X(lstat, ANY, "likewise")                                                           \
	X(newfstatat, ANY, "likewise")                                                      \
	X(statx, ANY, "likewise")                                                           \
	X(statfs, ANY, "likewise")                                                          \
	X(fstatfs, ANY, "likewise")                                                         \
	X(getdents64, ANY, "what is in a folder")                                           \
	X(readlink, ANY, "where a link leads")                                              \
	X(readlinkat, ANY, "likewise")                                                      \
	X(pread64, ANY, "parts of files")                                                   \
	X(pwrite64, ANY, "likewise")                                                        \
	X(readv, ANY, "several parts at once")                                              \
	X(writev, ANY, "likewise")                                                          \
	X(lseek, ANY, "streams")                                                            \
	X(fadvise64, ANY, "how a file is read")                                             \
	X(ftruncate, ANY, "files of its own folder")                                        \
	X(fallocate, ANY, "likewise")                                                       \
	X(fsync, ANY, "likewise")                                                           \
	X(fdatasync, ANY, "likewise")                                                       \
	X(rename, ANY, "likewise")                                                          \
	X(renameat, ANY, "likewise")                                                        \
	X(renameat2, ANY, "likewise")                                                       \
	X(unlink, ANY, "likewise")                                                          \
	X(unlinkat, ANY, "likewise")                                                        \
	X(mkdir, ANY, "likewise")                                                           \
	X(mkdirat, ANY, "likewise")                                                         \
	X(rmdir, ANY, "likewise")                                                           \
	X(flock, ANY, "locks of them")                                                      \
	X(chdir, ANY, "relative paths")                                                     \
	X(fchdir, ANY, "likewise")                                                          \
	X(getcwd, ANY, "likewise")                                                          \
	X(umask, ANY, "modes of new files")                                                 \
	X(fcntl, ANY, "flags, locks, copies of descriptors")                                \
	X(dup, ANY, "copies of descriptors")                                                \
	X(dup2, ANY, "likewise")                                                            \
	X(dup3, ANY, "likewise")                                                            \
	X(close_range, ANY, "closes many")                                                  \
	X(pipe, ANY, "threads wake one another")                                            \
	X(pipe2, ANY, "likewise")                                                           \
	X(eventfd2, ANY, "likewise")                                                        \
	X(socketpair, ANY, "likewise")                                                      \
	X(socket, TALK, "the service, names")                                               \
	X(socket, ROUTES, "which addresses are ours")                                       \
	X(connect, ANY, "the service")                                                      \
	X(bind, ANY, "resolvers")                                                           \
	X(getsockname, ANY, "where a connection is from")                                   \
	X(getpeername, ANY, "where it goes")                                                \
	X(getsockopt, ANY, "why it failed")                                                 \
	X(setsockopt, ANY, "timeouts, buffers")                                             \
	X(sendto, ANY, "what is said")                                                      \
	X(recvfrom, ANY, "what is answered")                                                \
	X(sendmmsg, ANY, "resolvers")                                                       \
	X(recvmmsg, ANY, "likewise")                                                        \
	X(shutdown, ANY, "the end of a connection")                                         \
	X(poll, ANY, "waits")                                                               \
	X(ppoll, ANY, "likewise")                                                           \
	X(select, ANY, "likewise")                                                          \
	X(pselect6, ANY, "likewise")                                                        \
	X(epoll_create, ANY, "likewise")                                                    \
	X(epoll_create1, ANY, "likewise")                                                   \
	X(ioctl, ANY, "is it a terminal, does it block, interfaces")                        \
	X(clone, THREAD, "threads")                                                         \
	X(set_robust_list, ANY, "likewise")                                                 \
	X(rseq, ANY, "likewise")                                                            \
	X(set_tid_address, ANY, "likewise")                                                 \
	X(arch_prctl, ANY, "the dynamic loader")                                            \
	X(mmap, ANY, "likewise: code of libraries")                                         \
	X(mprotect, ANY, "likewise")                                                        \
	X(mincore, ANY, "runtimes look at their memory")                                    \
	X(msync, ANY, "files in memory")                                                    \
	X(membarrier, ANY, "runtimes with threads")                                         \
	X(execveat, ITSELF, "the program itself, which is open; Landlock lets no other be") \
	X(prctl, NAME, "names of threads")                                                  \
	X(prlimit64, LIMIT, "what its limits are")                                          \
	X(getrlimit, ANY, "likewise")                                                       \
	X(kill, SELF, "it ends itself")                                                     \
	X(sigaltstack, ANY, "runtimes catch their faults")                                  \
	X(rt_sigtimedwait, ANY, "waits for a signal")                                       \
	X(rt_sigpending, ANY, "likewise")                                                   \
	X(rt_sigsuspend, ANY, "likewise")                                                   \
	X(pause, ANY, "likewise")                                                           \
	X(sched_getaffinity, ANY, "how many processors there are")                          \
	X(sched_getparam, ANY, "runtimes at their start")                                   \
	X(sched_getscheduler, ANY, "likewise")                                              \
	X(getpriority, ANY, "likewise")                                                     \
	X(getcpu, ANY, "malloc")                                                            \
	X(sysinfo, ANY, "how much memory there is")                                         \
	X(uname, ANY, "which system it is")                                                 \
	X(getuid, ANY, "who it is")                                                         \
	X(geteuid, ANY, "likewise")                                                         \
	X(getgid, ANY, "likewise")                                                          \
	X(getegid, ANY, "likewise")                                                         \
	X(getgroups, ANY, "likewise")                                                       \
	X(getresuid, ANY, "likewise")                                                       \
	X(getresgid, ANY, "likewise")                                                       \
	X(getppid, ANY, "likewise")                                                         \
	X(getpgrp, ANY, "likewise")                                                         \
	X(getpgid, ANY, "likewise")                                                         \
	X(getsid, ANY, "likewise")                                                          \
	X(capget, ANY, "what it may: nothing")                                              \
	X(nanosleep, ANY, "pauses")                                                         \
	X(clock_nanosleep, ANY, "likewise")                                                 \
	X(setitimer, ANY, "timeouts")                                                       \
	X(getitimer, ANY, "likewise")                                                       \
	X(alarm, ANY, "likewise")                                                           \
	X(timer_create, ANY, "likewise")                                                    \
	X(timer_settime, ANY, "likewise")                                                   \
	X(timer_delete, ANY, "likewise")                                                    \
	X(timerfd_create, ANY, "likewise")                                                  \
	X(timerfd_settime, ANY, "likewise")                                                 \
	X(times, ANY, "processor time")                                                     \
	X(getrusage, ANY, "likewise")                                                       \
	X(wait4, ANY, "it asks for children, of which it has none")                         \
	X(waitid, ANY, "likewise")

/* Where it may start processes: copies of itself, since no program can be started. */
#define FILTER_FORKS_LIST(X)              \
	X(clone, ANY, "processes")        \
	X(fork, ANY, "likewise")          \
	X(vfork, ANY, "likewise")         \
	X(tgkill, ANY, "abort() in them") \
	X(kill, ANY, "it ends them")

/* Who asks an address: as relay does, and with an answer for core. */
#define FILTER_CALL_LIST(X) X(memfd_create, ANY, "the answer")

/* Who waits for such a program, and clears its folder. */
#define FILTER_SCAN_LIST(X)                               \
	X(poll, ANY, "output, the end of who asked")      \
	X(ppoll, ANY, "likewise")                         \
	X(wait4, ANY, "the program has ended")            \
	X(kill, ANY, "it is to end")                      \
	X(openat, ANY, "its folder; Landlock says which") \
	X(open, ANY, "likewise")                          \
	X(getdents64, ANY, "what it left there")          \
	X(newfstatat, ANY, "likewise")                    \
	X(statx, ANY, "likewise")                         \
	X(lstat, ANY, "likewise")                         \
	X(unlinkat, ANY, "it is removed")                 \
	X(unlink, ANY, "likewise")                        \
	X(rmdir, ANY, "likewise")                         \
	X(chdir, ANY, "likewise")                         \
	X(fchdir, ANY, "likewise")                        \
	X(getcwd, ANY, "likewise")                        \
	X(fstatfs, ANY, "likewise")                       \
	X(memfd_create, ANY, "the answer")                \
	X(getrusage, ANY, "processor time")               \
	X(lseek, ANY, "streams")

#endif
