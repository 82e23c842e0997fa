/* SPDX-License-Identifier: Apache-2.0 */
#include "verify/budget.h"

#include "base/err.h"

#include <errno.h>

#define SHUT_WAIT MONO_SECOND /* between two looks, should nobody tell */

void budget_open(struct budget *b, struct prefix_set targets, uint64_t rate, mono_t now)
{
	*b = (struct budget){ .targets = targets, .rate = bucket_rate_of(rate) };
	b->bucket = (struct bucket){ b->rate.most, now };
}

int budget_share(struct budget *b, const struct budget_manners *manners, uint64_t rate)
{
	int rc = share_open(&b->hosts, manners->host_rate, rate);

	if (!rc)
		rc = share_open(&b->networks, manners->network_rate, rate);
	return rc ? rc : rest_open(&b->rest, manners->backoff);
}

void budget_close(struct budget *b)
{
	prefix_set_clear(&b->targets);
	share_close(&b->hosts);
	share_close(&b->networks);
	rest_close(&b->rest);
}

bool budget_may(const struct budget *b, const struct addr *host)
{
	return !addr_is_group(host) && prefix_set_has(&b->targets, host);
}

int budget_take(struct budget *b, const struct addr *host, mono_t now)
{
	const struct addr network = share_network(host);
	mono_t wait, one;

	if (!budget_may(b, host))
		return ERR_DENIED;
	if (rest_left(&b->rest, host, now))
		return ERR_REST;
	wait = budget_wait_all(b, now);
	if ((one = share_wait(&b->hosts, host, now)) > wait)
		wait = one;
	if ((one = share_wait(&b->networks, &network, now)) > wait)
		wait = one;
	if (wait) {
		b->again = now + wait;
		return -EAGAIN;
	}
	bucket_pay(&b->bucket, &b->rate, now);
	share_pay(&b->hosts, host, now);
	share_pay(&b->networks, &network, now);
	return 0;
}

mono_t budget_wait_all(const struct budget *b, mono_t now)
{
	return b->shut ? SHUT_WAIT : bucket_wait(&b->bucket, &b->rate, now);
}

mono_t budget_wait(const struct budget *b, mono_t now)
{
	mono_t all = budget_wait_all(b, now), one = b->again - now;

	return all > one ? all : one > 0 ? one : 0;
}

mono_t budget_rest(const struct budget *b, const struct addr *host, mono_t now)
{
	return rest_left(&b->rest, host, now);
}
