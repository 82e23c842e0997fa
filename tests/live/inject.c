/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Makes a thread of a running process call the kernel, and says what came of it.
 *
 *   inject TID OTHER NAME...
 *
 * Each NAME (see attempts[]) is one system call, made by the thread itself at the `syscall`
 * instruction it waits in. OTHER is a process to attack. Prints "NAME RESULT": ok, an error's name,
 * or killed, after which nothing more is tried. The thread goes on as if nothing had been.
 * x86-64 only; 77 elsewhere.
 */
#ifndef __x86_64__
int main(void)
{
	return 77;
}
#else
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#define MEMORY_AT 4096 /* below the stack pointer, far from what is in use */
#define TRIES 200
#define PATH (-1000001)	   /* stands for the address of the text */
#define ADDRESS (-1000002) /* of a sockaddr: 127.0.0.1, port 9 */
#define OTHER (-1000003)   /* the other process */
#define ZEROS (-1000004)   /* the address of 64 bytes of zero */

static const struct attempt {
	const char *name;
	long call, arguments[6];
	const char *text;
} attempts[] = {
	{ "open", SYS_open, { PATH, O_RDONLY }, "/etc/passwd" },
	{ "openat", SYS_openat, { AT_FDCWD, PATH, O_RDONLY }, "/etc/passwd" },
	{ "create", SYS_openat, { AT_FDCWD, PATH, O_RDWR | O_CREAT, 0600 }, "/tmp/flowd-caught" },
	{ "openat2", SYS_openat2, { AT_FDCWD, PATH, ZEROS, 24 }, "/etc/passwd" },
	{ "inet", SYS_socket, { AF_INET, SOCK_STREAM, 0 }, "" },
	{ "inet6", SYS_socket, { AF_INET6, SOCK_STREAM, 0 }, "" },
	{ "udp", SYS_socket, { AF_INET, SOCK_DGRAM, 0 }, "" },
	{ "raw", SYS_socket, { AF_INET, SOCK_RAW, IPPROTO_TCP }, "" },
	{ "ping", SYS_socket, { AF_INET, SOCK_DGRAM, IPPROTO_ICMP }, "" },
	{ "packet", SYS_socket, { AF_PACKET, SOCK_RAW, 0 }, "" },
	{ "unix", SYS_socket, { AF_UNIX, SOCK_STREAM, 0 }, "" },
	{ "netlink", SYS_socket, { AF_NETLINK, SOCK_RAW, 0 }, "" },
	{ "vsock", SYS_socket, { AF_VSOCK, SOCK_STREAM, 0 }, "" },
	{ "alg", SYS_socket, { AF_ALG, SOCK_SEQPACKET, 0 }, "" },
	{ "socketpair", SYS_socketpair, { AF_UNIX, SOCK_STREAM, 0, ZEROS }, "" },
	{ "connect", SYS_connect, { -1, ADDRESS, sizeof(struct sockaddr_in) }, "" },
	{ "bind", SYS_bind, { -1, ADDRESS, sizeof(struct sockaddr_in) }, "" },
	{ "listen", SYS_listen, { -1, 1 }, "" },
	{ "accept", SYS_accept4, { -1, 0, 0, 0 }, "" },
	{ "kill", SYS_kill, { OTHER, 0 }, "" },
	{ "tgkill", SYS_tgkill, { OTHER, OTHER, 0 }, "" },
	{ "sigqueue", SYS_rt_sigqueueinfo, { OTHER, 0, ZEROS }, "" },
	{ "pidfd", SYS_pidfd_open, { OTHER, 0 }, "" },
	{ "owner", SYS_fcntl, { 0, F_SETOWN, OTHER }, "" },
	{ "limits", SYS_prlimit64, { OTHER, 0, 0, ZEROS }, "" },
	{ "clone", SYS_clone, { SIGCHLD, 0, 0, 0, 0 }, "" },
	{ "clone3", SYS_clone3, { ZEROS, 64 }, "" },
	{ "code",
	  SYS_mmap,
	  { 0, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1 },
	  "" },
	{ "protect", SYS_mprotect, { 0, 4096, PROT_READ | PROT_EXEC }, "" },
	{ "type", SYS_ioctl, { 0, TIOCSTI, PATH }, "x" },
	{ "dumpable", SYS_prctl, { PR_SET_DUMPABLE, 1 }, "" },
	{ "chroot", SYS_chroot, { PATH }, "/" },
	{ "symlink", SYS_symlink, { PATH, PATH }, "/tmp/flowd-caught" },
	{ "mknod", SYS_mknod, { PATH, 0600 }, "/tmp/flowd-caught" },
	{ "chmod", SYS_chmod, { PATH, 0777 }, "/tmp" },
	{ "keyctl", SYS_keyctl, { 0, -3 }, "" },
	{ "perf", SYS_perf_event_open, { ZEROS, 0, -1, -1, 0 }, "" },
	{ "personality", SYS_personality, { 0 }, "" },
	{ "handle", SYS_open_by_handle_at, { AT_FDCWD, ZEROS, 0 }, "" },
	{ "execve", SYS_execve, { PATH, 0, 0 }, "/bin/true" },
	{ "execveat", SYS_execveat, { AT_FDCWD, PATH, 0, 0, 0 }, "/bin/true" },
	{ "ptrace", SYS_ptrace, { PTRACE_SEIZE, OTHER, 0, 0 }, "" },
	{ "setuid", SYS_setuid, { 0 }, "" },
	{ "memory", SYS_process_vm_readv, { OTHER, 0, 0, 0, 0, 0 }, "" },
	{ "unshare", SYS_unshare, { CLONE_NEWUSER }, "" },
	{ "mount", SYS_mount, { PATH, PATH, 0, MS_SYNC }, "/tmp" },
	{ "bpf", SYS_bpf, { BPF_MAP_CREATE, ZEROS, 64 }, "" },
	{ "io_uring", SYS_io_uring_setup, { 1, ZEROS }, "" },
};

static void die(const char *what)
{
	fprintf(stderr, "inject: %s: %s\n", what, strerror(errno));
	exit(2);
}

/* Waits for the thread to stop; false: it is gone. */
static bool stopped(pid_t tid)
{
	int status;

	if (waitpid(tid, &status, __WALL) < 0)
		die("waitpid");
	return WIFSTOPPED(status);
}

/* Stops the thread right behind a `syscall` instruction, as it is while it waits. */
static void stop(pid_t tid, struct user_regs_struct *regs)
{
	int i;

	if (ptrace(PTRACE_SEIZE, tid, 0, 0))
		die("PTRACE_SEIZE");
	for (i = 0; i < TRIES; i++) {
		if (ptrace(PTRACE_INTERRUPT, tid, 0, 0))
			die("PTRACE_INTERRUPT");
		if (!stopped(tid) || ptrace(PTRACE_GETREGS, tid, 0, regs))
			die("stop");
		if ((ptrace(PTRACE_PEEKTEXT, tid, regs->rip - 2, 0) & 0xffff) == 0x050f)
			return;
		ptrace(PTRACE_CONT, tid, 0, 0);
		usleep(5000);
	}
	errno = EAGAIN;
	die("the thread never waits");
}

static void put(pid_t tid, unsigned long at, const void *bytes, size_t len)
{
	const char *from = bytes;
	size_t i;
	long word;

	for (i = 0; i < len; i += sizeof(word)) {
		word = 0;
		memcpy(&word, from + i, len - i < sizeof(word) ? len - i : sizeof(word));
		if (ptrace(PTRACE_POKEDATA, tid, at + i, word))
			die("PTRACE_POKEDATA");
	}
}

/* What the thread gets for the call; 1 when it dies of it. */
static long make(pid_t tid, const struct user_regs_struct *saved, const struct attempt *a,
		 pid_t other)
{
	const struct sockaddr_in address = { .sin_family = AF_INET,
					     .sin_port = htons(9),
					     .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	const char zeros[64] = { 0 };
	unsigned long memory = (saved->rsp - MEMORY_AT) & ~15UL;
	struct user_regs_struct regs = *saved;
	unsigned long long *slots[] = { &regs.rdi, &regs.rsi, &regs.rdx,
					&regs.r10, &regs.r8,  &regs.r9 };
	int i;

	put(tid, memory, a->text, strlen(a->text) + 1);
	put(tid, memory + 256, &address, sizeof(address));
	put(tid, memory + 512, zeros, sizeof(zeros));
	for (i = 0; i < 6; i++) {
		long n = a->arguments[i];

		*slots[i] = n == PATH	   ? memory
			    : n == ADDRESS ? memory + 256
			    : n == ZEROS   ? memory + 512
			    : n == OTHER   ? (unsigned long)other
					   : (unsigned long)n;
	}
	regs.rax = (unsigned long)a->call;
	regs.orig_rax = (unsigned long)-1; /* nothing is to be started over */
	regs.rip -= 2;
	if (ptrace(PTRACE_SETREGS, tid, 0, &regs) || ptrace(PTRACE_SINGLESTEP, tid, 0, 0))
		die("PTRACE_SINGLESTEP");
	if (!stopped(tid))
		return 1;
	if (ptrace(PTRACE_GETREGS, tid, 0, &regs))
		die("PTRACE_GETREGS");
	return regs.rip == saved->rip && (long)regs.rax >= 0 ? 0 : (long)regs.rax;
}

static const struct attempt *find(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(attempts) / sizeof(attempts[0]); i++)
		if (!strcmp(attempts[i].name, name))
			return &attempts[i];
	errno = EINVAL;
	die(name);
	return NULL;
}

int main(int argc, char **argv)
{
	pid_t tid = argc > 3 ? atoi(argv[1]) : 0, other = argc > 3 ? atoi(argv[2]) : 0;
	struct user_regs_struct saved;
	long result = 0;
	int i;

	if (argc < 4)
		return 2;
	stop(tid, &saved);
	for (i = 3; i < argc && result != 1; i++) {
		result = make(tid, &saved, find(argv[i]), other);
		printf("%s %s\n", argv[i],
		       result == 1 ? "killed"
		       : !result   ? "ok"
				   : strerrorname_np((int)-result));
	}
	if (result != 1) {
		ptrace(PTRACE_SETREGS, tid, 0, &saved);
		ptrace(PTRACE_DETACH, tid, 0, 0);
	}
	return 0;
}
#endif
