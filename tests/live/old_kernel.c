/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs a program as on a kernel without Landlock and seccomp:
 *
 *   old_kernel PROGRAM [ARGUMENT...]
 */
#include <errno.h>
#include <seccomp.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	static const int unknown[] = { SCMP_SYS(landlock_create_ruleset), SCMP_SYS(seccomp) };
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
	size_t i;
	int rc = filter ? 0 : -ENOMEM;

	for (i = 0; i < sizeof(unknown) / sizeof(unknown[0]) && !rc; i++)
		rc = seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), unknown[i], 0);
	if (!rc)
		rc = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EINVAL), SCMP_SYS(prctl), 1,
				      SCMP_A0(SCMP_CMP_EQ, PR_SET_SECCOMP));
	if (!rc)
		rc = seccomp_load(filter);
	seccomp_release(filter);
	if (!rc && argc > 1) {
		execvp(argv[1], argv + 1);
		rc = -errno;
	}
	fprintf(stderr, "old_kernel: %s\n", strerror(-rc));
	return 2;
}
