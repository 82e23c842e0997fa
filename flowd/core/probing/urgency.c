/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/core/probing/urgency.h"

#include <stddef.h>

/* Remote access, files, databases, caches, and what runs commands for whoever asks; in order. */
static const uint16_t tcp_ports[] = {
	21,   22,   23,	  111,	135,  139,   445,   512,   513,	  514,	 873,	1099,  1433,
	1521, 2049, 2181, 2375, 2376, 2379,  3306,  3389,  4786,  5000,	 5432,	5555,  5601,
	5900, 5901, 5984, 5985, 5986, 6000,  6379,  7001,  8009,  8080,	 8089,	8443,  8888,
	9000, 9042, 9090, 9200, 9300, 10250, 10255, 11211, 15672, 27017, 50000, 50070,
};

static bool is_first(const struct service *s)
{
	size_t i;

	if (s->proto != PROTO_TCP)
		return false;
	for (i = 0; i < sizeof(tcp_ports) / sizeof(tcp_ports[0]); i++)
		if (tcp_ports[i] == s->port)
			return true;
	return false;
}

void urgency_set(struct job *job)
{
	/* Somebody waits for it. */
	bool asked = job->event == EVENT_VERDICT;

	job->asker = asked ? ASKER_API : job->event == EVENT_NONE ? ASKER_SCHEDULE : ASKER_WIRE;
	job->urgent = asked || is_first(&job->service);
}
