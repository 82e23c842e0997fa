/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Refused is EPERM rather than death: libraries ask for things that they can do without (RocksDB
 * reads /proc, newer C libraries try newer calls first), and a watcher that dies of that on another
 * Debian watches nothing. What only a burglar asks for is in FILTER_DEADLY_LIST and ends the
 * role, which the kernel logs and the parent tells: EPERM would let him try again, unseen.
 */
#include "base/cage/filter.h"

#include "base/cage/tables.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <sched.h>
#include <seccomp.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define ARGUMENTS_MAX 3
#define PROCESS_ITSELF UINT64_MAX /* stands for the process id in a condition */
#define SOCKET_KIND 0xf		  /* of socket()'s second argument, without its flags */
#define WRITE_HINT 1036		  /* F_SET_RW_HINT, which <fcntl.h> has in newer C libraries only */
#define FILE_WRITE_HINT 1038

enum when {
#define WHEN_ENUM(id) id,
	FILTER_WHEN_LIST(WHEN_ENUM)
#undef WHEN_ENUM
};

struct rule {
	int call;
	enum when when;
};

#define RULE(call, when, why) { SCMP_SYS(call), when },
static const struct rule common[] = { FILTER_COMMON_LIST(RULE) },
			 store[] = { FILTER_STORE_LIST(RULE) },
			 sensor[] = { FILTER_SENSOR_LIST(RULE) },
			 core[] = { FILTER_CORE_LIST(RULE) },
			 verify[] = { FILTER_VERIFY_LIST(RULE) }, web[] = { FILTER_WEB_LIST(RULE) },
			 far[] = { FILTER_FAR_LIST(RULE) }, judge[] = { FILTER_JUDGE_LIST(RULE) },
			 relay[] = { FILTER_RELAY_LIST(RULE) },
			 fetch[] = { FILTER_FETCH_LIST(RULE) }, tool[] = { FILTER_TOOL_LIST(RULE) },
			 asks[] = { FILTER_CALL_LIST(RULE) }, forks[] = { FILTER_FORKS_LIST(RULE) },
			 scan[] = { FILTER_SCAN_LIST(RULE) }, birth[] = { FILTER_BIRTH_LIST(RULE) },
			 deadly[] = { FILTER_DEADLY_LIST(RULE) };

struct list {
	const struct rule *rules;
	size_t count;
};

#define LIST(name)                                     \
	{                                              \
		name, sizeof(name) / sizeof((name)[0]) \
	}
#define LISTS_MAX 12

/* Which lists a table is made of. */
static const struct list tables[][LISTS_MAX] = {
	[CAGE_PARENT] = { LIST(common), LIST(birth), LIST(store), LIST(sensor), LIST(core),
			  LIST(verify), LIST(web), LIST(far), LIST(judge), LIST(relay),
			  LIST(tool) },
	[CAGE_SENSOR] = { LIST(common), LIST(sensor) },
	[CAGE_CORE] = { LIST(common), LIST(store), LIST(core) },
	[CAGE_VERIFY] = { LIST(common), LIST(verify) },
	[CAGE_FAR] = { LIST(common), LIST(far) },
	[CAGE_RELAY] = { LIST(common), LIST(relay) },
	[CAGE_FETCH] = { LIST(common), LIST(relay), LIST(fetch) },
	[CAGE_WEB] = { LIST(common), LIST(store), LIST(web) },
	[CAGE_SCAN] = { LIST(common), LIST(scan) },
	[CAGE_CALL] = { LIST(common), LIST(relay), LIST(asks) },
	[CAGE_TOOL] = { LIST(common), LIST(tool) },
	[CAGE_TOOL_FORKS] = { LIST(common), LIST(tool), LIST(forks) },
	[CAGE_JUDGE] = { LIST(common), LIST(store), LIST(judge) },
};
static const struct list deadly_list = LIST(deadly);
#ifdef FLOWD_SANITIZED
static const struct rule sanitizer[] = { FILTER_SANITIZER_LIST(RULE) };
static const struct list sanitizer_list = LIST(sanitizer);
#endif

/* A call is allowed when all comparisons of any of its condition's rows hold. */
static const struct condition {
	enum when when;
	unsigned count;
	struct scmp_arg_cmp arguments[ARGUMENTS_MAX];
} conditions[] = {
#define EQUALS(argument, value)                 \
	{                                       \
		argument, SCMP_CMP_EQ, value, 0 \
	}
#define MASKED(argument, mask, value)                     \
	{                                                 \
		argument, SCMP_CMP_MASKED_EQ, mask, value \
	}
	{ ANY, 0, { { 0, 0, 0, 0 } } },
	{ DATA, 1, { MASKED(2, PROT_EXEC, 0) } },
	{ THREAD, 1, { MASKED(0, CLONE_THREAD, CLONE_THREAD) } },
	{ SELF, 1, { EQUALS(0, PROCESS_ITSELF) } },
	{ LIMIT, 2, { EQUALS(0, 0), EQUALS(2, 0) } },
	{ NAME, 1, { EQUALS(0, PR_SET_NAME) } },
	{ OPENED, 1, { MASKED(3, AT_EMPTY_PATH, AT_EMPTY_PATH) } },
	{ PLAIN, 1, { EQUALS(1, F_GETFD) } },
	{ PLAIN, 1, { EQUALS(1, F_SETFD) } },
	{ PLAIN, 1, { EQUALS(1, F_GETFL) } },
	{ PLAIN, 1, { EQUALS(1, F_SETFL) } },
	{ PLAIN, 1, { EQUALS(1, F_GETLK) } },
	{ PLAIN, 1, { EQUALS(1, F_SETLK) } },
	{ PLAIN, 1, { EQUALS(1, F_ADD_SEALS) } },
	{ PLAIN, 1, { EQUALS(1, F_GET_SEALS) } },
	{ PLAIN, 1, { EQUALS(1, WRITE_HINT) } },
	{ PLAIN, 1, { EQUALS(1, FILE_WRITE_HINT) } },
	{ SCREEN, 1, { EQUALS(1, TCGETS) } },
	{ WAITING, 1, { EQUALS(1, FIONREAD) } },
	{ WAITING, 1, { EQUALS(1, FIONBIO) } },
	{ UNSENT, 1, { EQUALS(1, SIOCOUTQ) } },
	{ TALK, 3, { EQUALS(0, AF_INET), MASKED(1, SOCKET_KIND, SOCK_STREAM), EQUALS(2, 0) } },
	{ TALK, 3, { EQUALS(0, AF_INET6), MASKED(1, SOCKET_KIND, SOCK_STREAM), EQUALS(2, 0) } },
	{ TALK, 3, { EQUALS(0, AF_INET), MASKED(1, SOCKET_KIND, SOCK_DGRAM), EQUALS(2, 0) } },
	{ TALK, 3, { EQUALS(0, AF_INET6), MASKED(1, SOCKET_KIND, SOCK_DGRAM), EQUALS(2, 0) } },
	{ TALK,
	  3,
	  { EQUALS(0, AF_INET), MASKED(1, SOCKET_KIND, SOCK_STREAM), EQUALS(2, IPPROTO_TCP) } },
	{ TALK,
	  3,
	  { EQUALS(0, AF_INET), MASKED(1, SOCKET_KIND, SOCK_DGRAM), EQUALS(2, IPPROTO_UDP) } },
	{ TALK,
	  3,
	  { EQUALS(0, AF_INET6), MASKED(1, SOCKET_KIND, SOCK_STREAM), EQUALS(2, IPPROTO_TCP) } },
	{ TALK,
	  3,
	  { EQUALS(0, AF_INET6), MASKED(1, SOCKET_KIND, SOCK_DGRAM), EQUALS(2, IPPROTO_UDP) } },
	{ HOUSE, 1, { EQUALS(0, AF_UNIX) } },
	{ HOUSE, 1, { EQUALS(0, AF_INET) } },
	{ HOUSE, 1, { EQUALS(0, AF_INET6) } },
	{ HOUSE, 1, { EQUALS(0, AF_NETLINK) } },
	{ HOUSE, 1, { EQUALS(0, AF_PACKET) } },
	{ ROUTES, 1, { EQUALS(0, AF_NETLINK) } },
	{ ITSELF, 1, { MASKED(4, AT_EMPTY_PATH, AT_EMPTY_PATH) } },
	{ PACKET, 1, { EQUALS(1, SOL_PACKET) } },
};

static int allow_one(scmp_filter_ctx filter, int call, const struct condition *c)
{
	struct scmp_arg_cmp arguments[ARGUMENTS_MAX];
	unsigned i;

	for (i = 0; i < c->count; i++) {
		arguments[i] = c->arguments[i];
		if (arguments[i].datum_a == PROCESS_ITSELF)
			arguments[i].datum_a = (scmp_datum_t)getpid();
	}
	return seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, call, c->count, arguments);
}

static int allow(scmp_filter_ctx filter, const struct list *list)
{
	size_t i, k;
	int rc = 0;

	for (i = 0; i < list->count && !rc; i++)
		for (k = 0; k < sizeof(conditions) / sizeof(conditions[0]) && !rc; k++)
			if (conditions[k].when == list->rules[i].when)
				rc = allow_one(filter, list->rules[i].call, &conditions[k]);
	return rc;
}

static int deny(scmp_filter_ctx filter)
{
	size_t i;
	int rc = 0;

	for (i = 0; i < deadly_list.count && !rc; i++)
		rc = seccomp_rule_add(filter, SCMP_ACT_KILL_PROCESS, deadly_list.rules[i].call, 0);
	return rc;
}

static int set_up(scmp_filter_ctx filter)
{
	int rc = seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1);

	if (!rc)
		rc = seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
	if (!rc)
		rc = seccomp_attr_set(filter, SCMP_FLTATR_API_SYSRAWRC, 1);
	/* A comfort: the filter is searched as a tree. */
	seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	return rc;
}

int filter_enter(enum cage_table table)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	const struct list *list;
	int rc;

	if (!filter)
		return -ENOMEM;
	rc = set_up(filter);
	for (list = tables[table]; list < tables[table] + LISTS_MAX && list->rules && !rc; list++)
		rc = allow(filter, list);
#ifdef FLOWD_SANITIZED
	if (!rc)
		rc = allow(filter, &sanitizer_list);
#endif
	/* Its flags are in memory, where no filter looks; with ENOSYS clone() is used instead. */
	if (!rc)
		rc = seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
	/* A program of others may ask for what it can do without, and is told so. */
	if (!rc && table != CAGE_PARENT && table != CAGE_TOOL && table != CAGE_TOOL_FORKS)
		rc = deny(filter);
	if (!rc)
		rc = seccomp_load(filter);
	seccomp_release(filter);
	return rc;
}
