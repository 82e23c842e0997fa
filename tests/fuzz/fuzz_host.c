/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as the TCP options of answers: a print and words come out, and nothing is read beyond.
 */
#include "flowd/sensor/flow/host.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int hear(void *arg, const struct host_sighting *s)
{
	++*(int *)arg;
	assert(strnlen(s->options, sizeof(s->options)) < sizeof(s->options));
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct conf conf = { .deceptive_ports = 1,
			     .deceptive_window = MONO_DAY,
			     .deceptive_keep = MONO_DAY,
			     .limit_hosts = 8 };
	struct packet p = { .proto = PROTO_TCP,
			    .options = data,
			    .options_len = (uint8_t)(size < UINT8_MAX ? size : UINT8_MAX) };
	int heard = 0;
	struct tally tally = { 0 };
	struct host_table *t = host_table_new(
		&(struct host_setup){ .conf = &conf, .tally = &tally, .say = hear, .arg = &heard });

	assert(t);
	assert(!host_answer(t, &p, host_print(t, &p), EVIDENCE_ONEWAY));
	p.sport++;
	assert(host_answer(t, &p, host_print(t, &p), EVIDENCE_ONEWAY));
	assert(heard == 1);
	host_table_free(t);
	return 0;
}
