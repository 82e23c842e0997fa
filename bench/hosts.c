/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/hosts.h"

#include "base/wire.h"

#include <stdio.h>
#include <stdlib.h>

struct addr hosts_inside(uint32_t i, bool six)
{
	uint8_t v6[16] = { 0x20, 1, 0x0d, 0xb8, 0, 0x10 }, v4[4];

	wire_put_be32(v6 + 12, i + 1);
	wire_put_be32(v4, 10u << 24 | ((i * 2654435u + 4099) & 0xffffff));
	return six ? addr_v6(v6) : addr_v4(v4);
}

struct addr hosts_outside(uint32_t i, bool six)
{
	uint8_t v6[16] = { 0x20, 1, 0x0d, 0xb8, 0xff, 0xff }, v4[4];

	wire_put_be32(v6 + 12, i + 1);
	wire_put_be32(v4, 198u << 24 | 18 << 16 | ((i * 44021u + 77) & 0x1ffff));
	return six ? addr_v6(v6) : addr_v4(v4);
}

static enum talk_kind pick_kind(struct rng *rng, const struct hosts_mix *mix)
{
	static const enum talk_kind usual[] = { TALK_HTTP, TALK_HTTP,  TALK_HTTP, TALK_TLS,
						TALK_TLS,  TALK_TLS,   TALK_TLS,  TALK_SSH,
						TALK_SSH,  TALK_REDIS, TALK_MYSQL };
	double share = rng_unit(rng);

	if (share < mix->udp)
		return TALK_DNS;
	if (share < mix->udp + mix->unknown)
		return TALK_UNKNOWN;
	return usual[rng_below(rng, sizeof(usual) / sizeof(usual[0]))];
}

/* Is the port taken by a service of the same host before it? They stand `hosts` apart. */
static bool is_taken(const struct service *services, uint32_t i, uint32_t hosts)
{
	uint32_t j;

	for (j = i; j >= hosts;) {
		j -= hosts;
		if (services[j].port == services[i].port)
			return true;
	}
	return false;
}

struct service *hosts_services(struct rng *rng, uint32_t count, const struct hosts_mix *mix)
{
	uint32_t hosts = count / 3 + 1, i, h;
	struct service *services = calloc(count, sizeof(*services));
	bool *six = calloc(hosts, sizeof(*six));
	uint16_t *vlan = calloc(hosts, sizeof(*vlan));

	if (!six || !vlan || !services)
		exit(1);
	for (h = 0; h < hosts; h++) {
		six[h] = rng_is(rng, mix->ipv6);
		vlan[h] = rng_is(rng, mix->vlan) ? (uint16_t)(100 + h % 16) : 0;
	}
	for (i = 0; i < count; i++) {
		struct service *s = &services[i];

		h = i % hosts;
		s->host = hosts_inside(h, six[h]);
		s->vlan = vlan[h];
		s->kind = pick_kind(rng, mix);
		s->port = talk_ports[s->kind][!rng_below(rng, 4)];
		if (s->kind == TALK_UNKNOWN || (s->kind != TALK_DNS && rng_is(rng, mix->odd_port)))
			s->port = (uint16_t)(1024 + rng_below(rng, 60000));
		while (is_taken(services, i, hosts))
			s->port = (uint16_t)(1024 + rng_below(rng, 60000));
	}
	free(six);
	free(vlan);
	return services;
}

int hosts_truth(const char *path, const struct service *services, uint32_t count)
{
	char text[ADDR_TEXT_MAX];
	FILE *out = fopen(path, "w");
	uint32_t i;

	if (!out)
		return -1;
	fputs("proto\tip\tport\tapp\tvlan\tfirst_us\tflows\n", out);
	for (i = 0; i < count; i++) {
		const struct service *s = &services[i];

		if (s->first_us)
			fprintf(out, "%s\t%s\t%u\t%s\t%u\t%llu\t%u\n",
				s->kind == TALK_DNS ? "udp" : "tcp", addr_text(&s->host, text),
				s->port, talk_names[s->kind], s->vlan,
				(unsigned long long)s->first_us, s->flows);
	}
	return fclose(out);
}
