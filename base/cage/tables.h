/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What each role may ask of the kernel once it is sealed, and why. X(call, when, why); `when` is
 * one of FILTER_WHEN_LIST. Anything else fails with EPERM, or ends the role: see filter.c.
 *
 * A call that is missing here is found by: strace -f -o FILE flowd ..., and looking for EPERM.
 */
#ifndef BASE_CAGE_TABLES_H
#define BASE_CAGE_TABLES_H

#include "base/cage/tool_tables.h"

/* On which arguments a call is allowed. */
#define FILTER_WHEN_LIST(X)                                                                 \
	X(ANY)	   /* whatever they are */                                                  \
	X(DATA)	   /* mmap, mprotect: memory that is not to be executed */                  \
	X(THREAD)  /* clone: a thread of this process; no new process */                    \
	X(SELF)	   /* the first argument is this process */                                 \
	X(LIMIT)   /* prlimit64: asks, for this process; sets nothing */                    \
	X(NAME)	   /* prctl: the name of a thread */                                        \
	X(OPENED)  /* newfstatat: of a descriptor, as C libraries do fstat */               \
	X(PLAIN)   /* fcntl: flags, locks, seals, write hints; no signals, no duplicates */ \
	X(SCREEN)  /* ioctl: is it a terminal */                                            \
	X(WAITING) /* ioctl: how many bytes wait; do not block */                           \
	X(UNSENT)  /* ioctl: how many bytes the other side has not acknowledged */          \
	X(TALK)	   /* socket: TCP and UDP over IPv4 and IPv6 */                             \
	X(HOUSE)   /* socket: the families that some role opens at its birth */             \
	X(ROUTES)  /* socket: what the kernel tells of interfaces and routes */             \
	X(ITSELF)  /* execveat: of a descriptor, not of a path */                           \
	X(PACKET)  /* setsockopt: of the capture */

/* Every sealed role: memory, time, messages, an end. */
#define FILTER_COMMON_LIST(X)                                                            \
	X(read, ANY, "a capture file, the loop's signal pipe, files held open")          \
	X(write, ANY, "log lines, standard output, the signal pipe")                     \
	X(close, ANY, "connections, descriptors that came with a message")               \
	X(sendmsg, ANY, "messages to another role")                                      \
	X(recvmsg, ANY, "messages of another role")                                      \
	X(epoll_wait, ANY, "the event loop")                                             \
	X(epoll_pwait, ANY, "the event loop, other C libraries and machines")            \
	X(epoll_pwait2, ANY, "the event loop, newer libevent")                           \
	X(epoll_ctl, ANY, "the event loop")                                              \
	X(futex, ANY, "locks; OpenSSL and stdio have them without threads, too")         \
	X(mmap, DATA, "malloc")                                                          \
	X(munmap, ANY, "free")                                                           \
	X(mremap, ANY, "realloc")                                                        \
	X(mprotect, DATA, "malloc's arenas, stacks of threads")                          \
	X(madvise, ANY, "free, stacks of threads")                                       \
	X(brk, ANY, "malloc")                                                            \
	X(getrandom, ANY, "keys of hash tables, OpenSSL")                                \
	X(clock_gettime, ANY, "time, where the vDSO does not know it")                   \
	X(clock_getres, ANY, "likewise")                                                 \
	X(gettimeofday, ANY, "likewise")                                                 \
	X(time, ANY, "likewise")                                                         \
	X(rt_sigaction, ANY, "the loop gives a signal back when it is freed")            \
	X(rt_sigprocmask, ANY, "threads and abort() hold signals back")                  \
	X(rt_sigreturn, ANY, "the end of a signal's handler")                            \
	X(restart_syscall, ANY, "a call that a stop interrupted, which the kernel does") \
	X(getpid, ANY, "OpenSSL's and RocksDB's seeds, abort()")                         \
	X(gettid, ANY, "abort(), names of threads")                                      \
	X(tgkill, SELF, "abort()")                                                       \
	X(fcntl, PLAIN, "flags of descriptors, seals of bulk messages")                  \
	X(fstat, ANY, "stdio at the first line")                                         \
	X(newfstatat, OPENED, "likewise: glibc's fstat")                                 \
	X(sched_yield, ANY, "spinning locks")                                            \
	X(exit, ANY, "the end of a thread")                                              \
	X(exit_group, ANY, "the end of the role")

/* Rings, one socket, files that are open already. */
#define FILTER_SENSOR_LIST(X)                                            \
	X(poll, ANY, "libpcap looks whether the ring has a block")       \
	X(ppoll, ANY, "likewise on other machines")                      \
	X(getsockopt, ANY, "PACKET_STATISTICS: what the kernel dropped") \
	X(setsockopt, PACKET, "libpcap gives its ring back at the end")  \
	X(pread64, ANY, "the interface's own counters, held open")       \
	X(lseek, ANY, "how far a replay is")                             \
	X(ioctl, SCREEN, "is there a terminal to show progress on")

/* RocksDB, the writer and the reader: threads, and files which Landlock keeps below `state`. */
#define FILTER_STORE_LIST(X)                                                     \
	X(openat, ANY, "tables, logs, manifests; Landlock says where")           \
	X(open, ANY, "likewise, older C libraries")                              \
	X(access, ANY, "is there a store already")                               \
	X(faccessat, ANY, "likewise on other machines")                          \
	X(faccessat2, ANY, "likewise, newer C libraries")                        \
	X(stat, ANY, "sizes and times of files, older C libraries")              \
	X(lstat, ANY, "likewise")                                                \
	X(newfstatat, ANY, "likewise, of paths")                                 \
	X(statx, ANY, "likewise, newer C libraries")                             \
	X(statfs, ANY, "the kind of file system")                                \
	X(fstatfs, ANY, "likewise")                                              \
	X(getdents64, ANY, "which files there are")                              \
	X(readlink, ANY, "the block device below a file, for its sector size")   \
	X(readlinkat, ANY, "likewise on other machines")                         \
	X(pread64, ANY, "blocks of tables")                                      \
	X(readahead, ANY, "compaction, recovery")                                \
	X(fadvise64, ANY, "tables are read at random")                           \
	X(lseek, ANY, "how long a file is")                                      \
	X(writev, ANY, "the log of RocksDB, C++ streams")                        \
	X(rename, ANY, "CURRENT, OPTIONS and LOG are replaced")                  \
	X(renameat, ANY, "likewise on other machines")                           \
	X(unlink, ANY, "old tables after a compaction, old logs")                \
	X(unlinkat, ANY, "likewise on other machines")                           \
	X(mkdir, ANY, "folders of a store, the scratch of a reader")             \
	X(mkdirat, ANY, "likewise on other machines")                            \
	X(clone, THREAD, "flushes and compactions start their threads when due") \
	X(set_robust_list, ANY, "a thread's birth")                              \
	X(rseq, ANY, "a thread's birth")                                         \
	X(prctl, NAME, "a thread's name")                                        \
	X(set_tid_address, ANY, "a thread's birth, other C libraries")           \
	X(prlimit64, LIMIT, "how many files may be open, how big a stack is")    \
	X(sched_getaffinity, ANY, "how many processors there are")               \
	X(getcpu, ANY, "which of them this is: RocksDB's counters, malloc")      \
	X(sysinfo, ANY, "how much memory there is: qsort")                       \
	X(uname, ANY, "the name of the machine in the session's id")             \
	X(getuid, ANY, "is the environment to be trusted: secure_getenv")        \
	X(geteuid, ANY, "likewise")                                              \
	X(getgid, ANY, "likewise")                                               \
	X(getegid, ANY, "likewise")                                              \
	X(clock_nanosleep, ANY, "RocksDB slows writers down that are too fast")  \
	X(nanosleep, ANY, "likewise, older C libraries")                         \
	X(getrusage, ANY, "processor time in RocksDB's statistics and GnuTLS")   \
	X(ioctl, SCREEN, "stdio asks whether a new stream is a terminal")

/* The writer. */
#define FILTER_CORE_LIST(X)                                         \
	X(poll, ANY, "does standard output take a line")            \
	X(ppoll, ANY, "likewise on other machines")                 \
	X(pwrite64, ANY, "files written in place")                  \
	X(ftruncate, ANY, "space that was reserved and not used")   \
	X(fallocate, ANY, "reserves space for logs and manifests")  \
	X(fdatasync, ANY, "a commit that must outlive a power cut") \
	X(fsync, ANY, "new files and their folder")                 \
	X(sync_file_range, ANY, "writes tables out bit by bit")     \
	X(rmdir, ANY, "what is left of an older store")             \
	X(link, ANY, "a checkpoint shares its tables")              \
	X(linkat, ANY, "likewise on other machines")                \
	X(socketpair, ANY, "a short-lived role and core talk")      \
	X(setsockopt, ANY, "its buffer")                            \
	X(memfd_create, ANY, "the known services for a sensor that was born")

/* Sockets to whom it looks at; no files at all. */
#define FILTER_VERIFY_LIST(X)                                               \
	X(socket, TALK, "a conversation; a UDP socket to learn our source") \
	X(connect, ANY, "likewise")                                         \
	X(bind, ANY, "our source address and port")                         \
	X(getsockname, ANY, "the source that the kernel has chosen")        \
	X(getsockopt, ANY, "why a connection failed")                       \
	X(setsockopt, ANY, "errors by ICMP, device, reuse of addresses")    \
	X(sendto, ANY, "SYNs by the raw socket, what is said")              \
	X(sendmmsg, ANY, "frames of a sweep, many at once")                 \
	X(pread64, ANY, "what may be probed, as core sends it")             \
	X(recvfrom, ANY, "what is answered")                                \
	X(shutdown, ANY, "the end of TLS")                                  \
	X(readv, ANY, "libevent's buffers")                                 \
	X(writev, ANY, "likewise")                                          \
	X(ioctl, WAITING, "likewise")

/* A TLS connection between two of us; the listener is open already. */
#define FILTER_FAR_LIST(X)                            \
	X(socket, TALK, "a vantage is called")        \
	X(connect, ANY, "likewise")                   \
	X(accept4, ANY, "somebody calls")             \
	X(getsockopt, ANY, "why a connection failed") \
	X(sendto, ANY, "what is said")                \
	X(recvfrom, ANY, "what is answered")          \
	X(shutdown, ANY, "the end of TLS")            \
	X(poll, ANY, "GnuTLS waits for a handshake")  \
	X(writev, ANY, "GnuTLS sends several parts")  \
	X(readv, ANY, "libevent's buffers")           \
	X(getpeername, ANY, "GnuTLS asks who it is")  \
	X(ioctl, WAITING, "libevent's sockets")

/* Receivers of alerts: a thread for each, by libraries that resolve names, talk TLS and wait. */
#define FILTER_RELAY_LIST(X)                                                     \
	X(socket, TALK, "a receiver is called, a name is looked up")             \
	X(connect, ANY, "likewise")                                              \
	X(bind, ANY, "the resolver's sockets")                                   \
	X(getsockname, ANY, "libcurl notes where it calls from")                 \
	X(getpeername, ANY, "whom it has reached")                               \
	X(getsockopt, ANY, "why a connection failed")                            \
	X(setsockopt, ANY, "TCP_NODELAY, keep-alive, timeouts")                  \
	X(sendto, ANY, "what is said")                                           \
	X(recvfrom, ANY, "what is answered")                                     \
	X(sendmmsg, ANY, "the resolver asks for both kinds of addresses")        \
	X(shutdown, ANY, "the end of a connection")                              \
	X(poll, ANY, "libraries wait for their sockets")                         \
	X(ppoll, ANY, "likewise on other machines")                              \
	X(select, ANY, "likewise: libnats")                                      \
	X(pselect6, ANY, "likewise on other machines")                           \
	X(readv, ANY, "several parts at once")                                   \
	X(writev, ANY, "likewise")                                               \
	X(pipe2, ANY, "libraries wake their threads")                            \
	X(pipe, ANY, "likewise")                                                 \
	X(socketpair, ANY, "likewise: libcurl")                                  \
	X(eventfd2, ANY, "likewise")                                             \
	X(ioctl, WAITING, "is something to be read; do not block")               \
	X(ioctl, UNSENT, "has a receiver of syslog acknowledged all of it")      \
	X(ioctl, SCREEN, "stdio asks whether a new stream is a terminal")        \
	X(clone, THREAD, "a name is looked up beside, connections of libraries") \
	X(set_robust_list, ANY, "a thread's birth")                              \
	X(rseq, ANY, "a thread's birth")                                         \
	X(prctl, NAME, "a thread's name")                                        \
	X(set_tid_address, ANY, "a thread's birth, other C libraries")           \
	X(prlimit64, LIMIT, "how big a stack is")                                \
	X(sched_getaffinity, ANY, "how many processors there are")               \
	X(getcpu, ANY, "which of them this is: malloc")                          \
	X(openat, ANY, "hosts, resolv.conf, authorities; Landlock says which")   \
	X(open, ANY, "likewise, older C libraries")                              \
	X(access, ANY, "are they there")                                         \
	X(faccessat2, ANY, "likewise, newer C libraries")                        \
	X(stat, ANY, "have they changed")                                        \
	X(lstat, ANY, "likewise")                                                \
	X(newfstatat, ANY, "likewise, of paths")                                 \
	X(statx, ANY, "likewise, newer C libraries")                             \
	X(lseek, ANY, "stdio's streams of them; the tail of a file of alerts")   \
	X(pread64, ANY, "likewise")                                              \
	X(ftruncate, ANY, "half a line that a crash left in a file of alerts")   \
	X(fdatasync, ANY, "what is in the file is on the disk")                  \
	X(rename, ANY, "an old file of alerts makes room; Landlock says where")  \
	X(renameat, ANY, "likewise on other machines")                           \
	X(renameat2, ANY, "likewise, newer C libraries")                         \
	X(unlink, ANY, "the oldest of them goes")                                \
	X(unlinkat, ANY, "likewise on other machines")                           \
	X(uname, ANY, "the name of the machine: libraries at their start")       \
	X(getuid, ANY, "is the environment to be trusted")                       \
	X(geteuid, ANY, "likewise")                                              \
	X(getgid, ANY, "likewise")                                               \
	X(getegid, ANY, "likewise")                                              \
	X(clock_nanosleep, ANY, "libraries wait a little")                       \
	X(nanosleep, ANY, "likewise, older C libraries")                         \
	X(getrusage, ANY, "seeds of random numbers")                             \
	X(sysinfo, ANY, "how much memory there is: qsort")

/* A list of assets: as relay calls its receivers; the file it reads is open already. */
#define FILTER_FETCH_LIST(X) X(memfd_create, ANY, "the rows it has read")

/* libmicrohttpd in an event loop, beside the store's reader; the listener is open already. */
#define FILTER_WEB_LIST(X)                                           \
	X(accept4, ANY, "people come")                               \
	X(accept, ANY, "likewise")                                   \
	X(recvfrom, ANY, "what they ask")                            \
	X(sendto, ANY, "what they are answered")                     \
	X(sendfile, ANY, "a page from a file")                       \
	X(writev, ANY, "head and body at once")                      \
	X(readv, ANY, "libevent's buffers")                          \
	X(shutdown, ANY, "the end of a connection")                  \
	X(getsockopt, ANY, "errors of a connection")                 \
	X(setsockopt, ANY, "TCP_NODELAY, TCP_CORK")                  \
	X(getsockname, ANY, "where they came in")                    \
	X(getpeername, ANY, "who they are")                          \
	X(epoll_create1, ANY, "libmicrohttpd's own set in the loop") \
	X(eventfd2, ANY, "libmicrohttpd wakes itself")               \
	X(poll, ANY, "GnuTLS waits for a handshake")                 \
	X(ioctl, WAITING, "a new connection does not block")         \
	X(socketpair, ANY, "a judge and web talk")                   \
	X(memfd_create, ANY, "the rules it is to try")               \
	X(pwrite64, ANY, "the scratch of the store's reader")        \
	X(ftruncate, ANY, "likewise")                                \
	X(fallocate, ANY, "likewise")                                \
	X(fdatasync, ANY, "likewise")                                \
	X(fsync, ANY, "likewise")                                    \
	X(sync_file_range, ANY, "likewise: RocksDB ends when it may not ask")

/* The store's reader; rules come and an answer goes by a socket that is open already. */
#define FILTER_JUDGE_LIST(X)                                  \
	X(pwrite64, ANY, "the scratch of the store's reader") \
	X(ftruncate, ANY, "likewise")                         \
	X(fallocate, ANY, "likewise")                         \
	X(fdatasync, ANY, "likewise")                         \
	X(fsync, ANY, "likewise")                             \
	X(rmdir, ANY, "the scratch is gone with it")          \
	X(sync_file_range, ANY, "as web")                     \
	X(memfd_create, ANY, "its answer")

/*
 * The parent, and through it every role until it is sealed: filters pass to children. So here is
 * what starting a program and opening its things needs, and the rest of the kernel is shut for all
 * of them: mounts, modules, BPF, ptrace, namespaces, keys, io_uring, other programs' names.
 */
#define FILTER_BIRTH_LIST(X)                                              \
	X(clone, ANY, "fork")                                             \
	X(vfork, ANY, "likewise")                                         \
	X(fork, ANY, "likewise")                                          \
	X(setpgid, ANY, "what a short-lived role starts ends with it")    \
	X(execveat, ITSELF, "a role is this program anew")                \
	X(wait4, ANY, "a role has ended")                                 \
	X(waitid, ANY, "likewise, newer C libraries")                     \
	X(kill, ANY, "a role is to end")                                  \
	X(tgkill, ANY, "abort(), whoever it is by then")                  \
	X(rt_sigtimedwait, ANY, "what the parent waits for")              \
	X(rt_sigpending, ANY, "libraries at their start")                 \
	X(dup, ANY, "descriptors of a role")                              \
	X(dup2, ANY, "likewise")                                          \
	X(close_range, ANY, "a role gets no descriptors but its own")     \
	X(dup3, ANY, "likewise")                                          \
	X(fcntl, ANY, "likewise")                                         \
	X(socketpair, ANY, "links; libevent's signals")                   \
	X(pipe2, ANY, "libevent's signals")                               \
	X(pipe, ANY, "likewise")                                          \
	X(eventfd2, ANY, "libevent, libpcap and libmicrohttpd wake up")   \
	X(timerfd_create, ANY, "libevent's clock")                        \
	X(timerfd_settime, ANY, "likewise")                               \
	X(epoll_create1, ANY, "the event loop")                           \
	X(epoll_create, ANY, "likewise")                                  \
	X(select, ANY, "libraries at their start")                        \
	X(pselect6, ANY, "likewise")                                      \
	X(memfd_create, ANY, "the configuration of a role")               \
	X(arch_prctl, ANY, "the dynamic loader")                          \
	X(set_tid_address, ANY, "likewise")                               \
	X(set_robust_list, ANY, "likewise")                               \
	X(rseq, ANY, "likewise")                                          \
	X(mmap, ANY, "likewise: code of libraries")                       \
	X(mprotect, ANY, "likewise")                                      \
	X(prlimit64, ANY, "likewise; files that verify and web may open") \
	X(setpriority, ANY, "a judge stands back behind the others")      \
	X(setrlimit, ANY, "likewise")                                     \
	X(getrlimit, ANY, "likewise")                                     \
	X(prctl, ANY, "no_new_privs, death with the parent, names")       \
	X(capget, ANY, "giving capabilities up")                          \
	X(capset, ANY, "likewise")                                        \
	X(setgroups, ANY, "becoming the user")                            \
	X(getgroups, ANY, "likewise")                                     \
	X(setresuid, ANY, "likewise")                                     \
	X(setresgid, ANY, "likewise")                                     \
	X(setuid, ANY, "whether the way back is shut")                    \
	X(getresuid, ANY, "libraries at their start")                     \
	X(getresgid, ANY, "likewise")                                     \
	X(getppid, ANY, "likewise")                                       \
	X(getpgrp, ANY, "likewise")                                       \
	X(getpgid, ANY, "likewise")                                       \
	X(getsid, ANY, "likewise")                                        \
	X(umask, ANY, "modes of new files")                               \
	X(getcwd, ANY, "relative paths")                                  \
	X(chdir, ANY, "likewise")                                         \
	X(times, ANY, "libraries at their start")                         \
	X(sched_getparam, ANY, "likewise")                                \
	X(sched_getscheduler, ANY, "likewise")                            \
	X(sched_setaffinity, ANY, "a worker of its processor")            \
	X(landlock_create_ruleset, ANY, "the wall around files")          \
	X(landlock_add_rule, ANY, "likewise")                             \
	X(landlock_restrict_self, ANY, "likewise")                        \
	X(seccomp, ANY, "the seal itself")                                \
	X(socket, HOUSE, "captures, probes, listeners, user names")       \
	X(listen, ANY, "listeners")                                       \
	X(recvmmsg, ANY, "names of interfaces and users")                 \
	X(sendmmsg, ANY, "likewise")                                      \
	X(setsockopt, ANY, "buffers of links, rings")                     \
	X(ioctl, ANY, "interfaces")                                       \
	X(fchown, ANY, "the store is given to the user")                  \
	X(fchownat, ANY, "likewise")                                      \
	X(fchmod, ANY, "likewise")                                        \
	X(fchmodat, ANY, "likewise")                                      \
	X(chmod, ANY, "likewise")                                         \
	X(utimensat, ANY, "files of keys and certificates")

/* A sanitizer reports what it found, and looks at itself. */
#define FILTER_SANITIZER_LIST(X)                                   \
	X(sigaltstack, ANY, "a stack for reports of overflows")    \
	X(readlink, ANY, "the name of the program in a report")    \
	X(readlinkat, ANY, "likewise")                             \
	X(openat, ANY, "the program's map in a report")            \
	X(lseek, ANY, "likewise")                                  \
	X(pread64, ANY, "likewise")                                \
	X(sched_getaffinity, ANY, "how many processors there are") \
	X(getrusage, ANY, "how much memory is used")               \
	X(prctl, NAME, "names of threads")                         \
	X(prlimit64, LIMIT, "the bounds of the stack")             \
	X(ioctl, SCREEN, "is a report to be in colours")           \
	X(uname, ANY, "which kernel, for its faults")              \
	X(getuid, ANY, "is the environment to be trusted")

/*
 * What no role has an honest reason for once it is sealed: it has been taken over, so it ends at
 * once, with SIGSYS, and that is told.
 */
#define FILTER_DEADLY_LIST(X)                                   \
	X(execve, ANY, "another program")                       \
	X(execveat, ANY, "likewise")                            \
	X(fork, ANY, "a process that outlives the role")        \
	X(vfork, ANY, "likewise")                               \
	X(ptrace, ANY, "a look into another process")           \
	X(process_vm_readv, ANY, "likewise")                    \
	X(process_vm_writev, ANY, "likewise")                   \
	X(pidfd_getfd, ANY, "likewise")                         \
	X(setuid, ANY, "the way back to root")                  \
	X(setreuid, ANY, "likewise")                            \
	X(setresuid, ANY, "likewise")                           \
	X(setgid, ANY, "likewise")                              \
	X(setresgid, ANY, "likewise")                           \
	X(capset, ANY, "likewise")                              \
	X(unshare, ANY, "a world of its own, where it is root") \
	X(setns, ANY, "likewise")                               \
	X(mount, ANY, "likewise")                               \
	X(bpf, ANY, "the kernel's softer spots")                \
	X(userfaultfd, ANY, "likewise")                         \
	X(io_uring_setup, ANY, "a way around this filter")      \
	X(init_module, ANY, "the kernel itself")                \
	X(finit_module, ANY, "likewise")                        \
	X(kexec_load, ANY, "likewise")

#endif
