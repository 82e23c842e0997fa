/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Each part happens in a child, for there is no way back out of a cage.
 */
#include "base/cage.h"
#include "base/err.h"
#include "store/rocks.h"
#include "tests/unit/unit.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define ROWS 40000
#define KEYS 6000 /* of them are different: compactions have something to throw away */
#define VALUE 4096
#define SETTLED (60u << 20)
#define PATIENCE_S 30

/* What a child is not content with: the line it stands in. */
#define WANT(condition)                            \
	do {                                       \
		if (!(condition))                  \
			_exit(__LINE__ % 250 + 1); \
	} while (0)

static char dir[64], scratch[64];

/* Runs it in a child; its wait status. */
static int inside(void (*fn)(void))
{
	const struct rlimit none = { 0, 0 };
	int status;
	pid_t pid = fork();

	if (!pid) {
		setrlimit(RLIMIT_CORE, &none);
		fn();
		_exit(0);
	}
	assert_true(pid > 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static void seal(enum cage_table table)
{
	const char *missing;

	WANT(!prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
	WANT(!cage_seal(table, false, &missing) && !missing);
}

static bool is_refused(long result)
{
	return result == -1 && errno == EPERM;
}

static void nobody_may(void)
{
	WANT(is_refused(syscall(SYS_personality, 0)));
	WANT(is_refused(syscall(SYS_keyctl, 0, -3)));
	WANT(is_refused(socket(AF_UNIX, SOCK_STREAM, 0)));
	WANT(is_refused(socket(AF_PACKET, SOCK_RAW, 0)));
	WANT(is_refused(socket(AF_INET, SOCK_RAW, IPPROTO_TCP)));
	WANT(is_refused(kill(1, 0)));
	WANT(mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) ==
	     MAP_FAILED);
	WANT(syscall(SYS_clone3, NULL, 0) == -1 && errno == ENOSYS);
	WANT(is_refused(syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0)));
	WANT(is_refused(fcntl(0, F_SETOWN, 1)));
}

static void is_sensor(void)
{
	char bytes[8];
	int fd = open("/dev/zero", O_RDONLY);

	seal(CAGE_SENSOR);
	nobody_may();
	WANT(is_refused(open("/etc/passwd", O_RDONLY)));
	WANT(is_refused(socket(AF_INET, SOCK_STREAM, 0)));
	WANT(read(fd, bytes, sizeof(bytes)) == sizeof(bytes));
	free(malloc(1 << 22));
}

static void is_core(void)
{
	seal(CAGE_CORE);
	nobody_may();
	WANT(is_refused(socket(AF_INET, SOCK_STREAM, 0)));
	WANT(is_refused(socket(AF_INET6, SOCK_DGRAM, 0)));
	WANT(open("/etc/passwd", O_RDONLY) >= 0); /* Landlock's part, which is not here */
}

static void is_verify(void)
{
	seal(CAGE_VERIFY);
	nobody_may();
	WANT(is_refused(open("/etc/passwd", O_RDONLY)));
	WANT(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0) >= 0);
	WANT(socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0) >= 0 || errno == EAFNOSUPPORT);
	WANT(is_refused(socket(AF_INET, SOCK_DGRAM, IPPROTO_ICMP)));
	WANT(is_refused(accept(0, NULL, NULL)));
}

static void is_web(void)
{
	seal(CAGE_WEB);
	nobody_may();
	WANT(is_refused(socket(AF_INET, SOCK_STREAM, 0)));
	WANT(is_refused(connect(0, NULL, 0)));
	WANT(is_refused(listen(0, 1)));
	WANT(accept4(0, NULL, NULL, 0) == -1 && errno != EPERM);
}

static void roles(void **state)
{
	(void)state;
	assert_int_equal(inside(is_sensor), 0);
	assert_int_equal(inside(is_core), 0);
	assert_int_equal(inside(is_verify), 0);
	assert_int_equal(inside(is_web), 0);
}

static void starts_program(void)
{
	char *argv[] = { NULL };

	seal(CAGE_CORE);
	execve("/bin/true", argv, argv);
}

static void looks_around(void)
{
	seal(CAGE_SENSOR);
	ptrace(PTRACE_TRACEME, 0, 0, 0);
}

static void gives_up(void)
{
	seal(CAGE_VERIFY);
	abort();
}

static void deaths(void **state)
{
	(void)state;
	assert_int_equal(WTERMSIG(inside(starts_program)), SIGSYS);
	assert_int_equal(WTERMSIG(inside(looks_around)), SIGSYS);
	/* The honest one stays what it is. */
	assert_int_equal(WTERMSIG(inside(gives_up)), SIGABRT);
}

static pthread_barrier_t sealed;

static void *older_thread(void *arg)
{
	pthread_barrier_wait(&sealed);
	pthread_barrier_wait(&sealed);
	*(bool *)arg = is_refused(open("/etc/passwd", O_RDONLY));
	return NULL;
}

static void *younger_thread(void *arg)
{
	*(bool *)arg = is_refused(socket(AF_INET, SOCK_STREAM, 0));
	return NULL;
}

static void has_old_thread(void)
{
	bool refused = false;
	pthread_t thread;

	pthread_barrier_init(&sealed, NULL, 2);
	WANT(!pthread_create(&thread, NULL, older_thread, &refused));
	pthread_barrier_wait(&sealed);
	seal(CAGE_SENSOR);
	pthread_barrier_wait(&sealed);
	WANT(!pthread_join(thread, NULL) && refused);
	WANT(pthread_create(&thread, NULL, younger_thread, &refused) == EPERM);
}

static void has_new_thread(void)
{
	bool refused = false;
	pthread_t thread;

	seal(CAGE_CORE);
	WANT(!pthread_create(&thread, NULL, younger_thread, &refused));
	WANT(!pthread_join(thread, NULL) && refused);
}

static void threads(void **state)
{
	(void)state;
	assert_int_equal(inside(has_old_thread), 0);
	assert_int_equal(inside(has_new_thread), 0);
}

static void is_house(void)
{
	const char *missing;
	char *argv[] = { NULL };
	int status;
	pid_t pid;

	WANT(!cage_house(false, &missing) && !missing);
	WANT(execve("/bin/true", argv, argv) == -1 && errno == EPERM);
	WANT(is_refused(ptrace(PTRACE_SEIZE, getppid(), 0, 0)));
	WANT(is_refused(socket(AF_ALG, SOCK_SEQPACKET, 0)));
	WANT(is_refused(unshare(CLONE_NEWUSER)));
	WANT(is_refused(syscall(SYS_bpf, 0, NULL, 0)));
	pid = fork();
	if (!pid) {
		seal(CAGE_SENSOR);
		WANT(is_refused(open("/etc/passwd", O_RDONLY)));
		_exit(7);
	}
	WANT(waitpid(pid, &status, 0) == pid && WEXITSTATUS(status) == 7);
}

static void house(void **state)
{
	(void)state;
	assert_int_equal(inside(is_house), 0);
}

static const struct cage walls = { .user = "nobody", .writable = { dir } };

static int tcp_connect(void)
{
	const struct sockaddr_in to = { .sin_family = AF_INET,
					.sin_port = htons(1),
					.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	return connect(fd, (const void *)&to, sizeof(to)) ? errno : 0;
}

static void is_walled(void)
{
	char path[96], other[96];
	const char *missing;
	int fd;

	WANT(!cage_enter(&walls, &missing) && !missing);
	WANT(open("/etc/passwd", O_RDONLY) < 0 && errno == EACCES);
	snprintf(path, sizeof(path), "%s/file", dir);
	snprintf(other, sizeof(other), "%s/other", dir);
	WANT((fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600)) >= 0);
	WANT(write(fd, "text", 4) == 4 && !ftruncate(fd, 2));
	WANT(!truncate(path, 0) && !rename(path, other) && !unlink(other));
	WANT(symlink("/etc/passwd", path) < 0 && mkfifo(path, 0600) < 0);
	WANT(getuid() && setuid(0));
	/* Before Linux 6.7 there is no wall around TCP. */
	fd = tcp_connect();
	WANT(syscall(SYS_landlock_create_ruleset, NULL, 0, 1) < 4 || fd == EACCES);
}

static void may_talk(void)
{
	struct cage cage = walls;

	cage.tcp = true;
	WANT(!cage_enter(&cage, NULL));
	WANT(tcp_connect() == ECONNREFUSED);
}

static void wall(void **state)
{
	(void)state;
	assert_int_equal(inside(is_walled), 0);
	assert_int_equal(inside(may_talk), 0);
}

static struct rocks_key key_of(uint32_t *n)
{
	return (struct rocks_key){ n, sizeof(*n) };
}

/* Writes so much that tables go to files and are merged, again and again. */
static void fill(struct rocks *rocks)
{
	uint64_t seed = 1;
	uint32_t i, k, key, value[VALUE / sizeof(uint32_t)];

	for (i = 0; i < ROWS; i++) {
		key = unit_below(&seed, KEYS);
		for (k = 0; k < VALUE / sizeof(uint32_t); k++)
			value[k] = unit_random(&seed);
		value[0] = key;
		rocks_put(rocks, ROCKS_EVENTS, key_of(&key), value, sizeof(value));
		if (i % 64 == 63)
			WANT(!rocks_commit(rocks, i % 1024 == 1023));
	}
	WANT(!rocks_commit(rocks, true));
}

static void keeps_store(void)
{
	char error[ROCKS_ERROR_MAX];
	uint32_t key = 5, zero = 0, value[VALUE / sizeof(uint32_t)];
	struct rocks *rocks;
	int i;

	WANT(!cage_enter(&walls, NULL));
	WANT(!rocks_open(dir, &rocks, error));
	WANT(!cage_seal(CAGE_CORE, false, NULL));
	fill(rocks);
	/* What was written is far more: if it does not shrink, compactions do not run. */
	for (i = 0; i < PATIENCE_S * 10 && rocks_size(rocks) > SETTLED; i++)
		usleep(100000);
	WANT(rocks_size(rocks) < SETTLED);
	WANT(!rocks_delete_range(rocks, ROCKS_EVENTS, key_of(&zero), key_of(&key)));
	rocks_close(rocks);
	/* All of it once more, sealed already. */
	WANT(!rocks_open(dir, &rocks, error));
	WANT(rocks_get(rocks, ROCKS_EVENTS, key_of(&key), value, sizeof(value)) == 1);
	WANT(value[0] == key);
	fill(rocks);
	rocks_close(rocks);
}

static void reads_store(void)
{
	const struct cage cage = { .user = "nobody",
				   .read_only = { dir },
				   .writable = { scratch } };
	char error[ROCKS_ERROR_MAX];
	uint32_t key = 5, value[VALUE / sizeof(uint32_t)];
	struct rocks *rocks;

	WANT(!cage_enter(&cage, NULL));
	WANT(!rocks_open_reader(dir, scratch, &rocks, error));
	WANT(!cage_seal(CAGE_WEB, false, NULL));
	WANT(!rocks_catch_up(rocks));
	WANT(rocks_get(rocks, ROCKS_EVENTS, key_of(&key), value, sizeof(value)) == 1);
	WANT(value[0] == key);
	rocks_close(rocks);
}

static void store(void **state)
{
	(void)state;
	assert_int_equal(inside(keeps_store), 0);
	assert_int_equal(inside(reads_store), 0);
}

static int make_folders(void **state)
{
	(void)state;
	strcpy(dir, "/tmp/flowd-cage-XXXXXX");
	strcpy(scratch, "/tmp/flowd-scratch-XXXXXX");
	if (!mkdtemp(dir) || !mkdtemp(scratch))
		return -1;
	return cage_give("nobody", dir) || cage_give("nobody", scratch);
}

static void remove_folder(const char *path)
{
	struct dirent *entry;
	DIR *folder = opendir(path);

	while (folder && (entry = readdir(folder)))
		unlinkat(dirfd(folder), entry->d_name, 0);
	if (folder)
		closedir(folder);
	rmdir(path);
}

static int remove_folders(void **state)
{
	(void)state;
	remove_folder(dir);
	remove_folder(scratch);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(roles), cmocka_unit_test(deaths), cmocka_unit_test(threads),
		cmocka_unit_test(house), cmocka_unit_test(wall),   cmocka_unit_test(store),
	};

#ifdef FLOWD_SANITIZED
	/* The sanitizers' own calls are allowed there: what ships is what is tested. */
	return 77;
#endif
	return cmocka_run_group_tests(tests, make_folders, remove_folders);
}
