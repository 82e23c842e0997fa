/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How long reading many rules takes, and judging one finding by them: of several kinds of files.
 * Usage: bench/rules [STATEMENTS]
 */
#include "rules/rules.h"

#include <stdlib.h>
#include <time.h>

#define ROUNDS 20000

static double cpu_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Exceptions of single services, as a site that grows has them. */
static void put_services(FILE *out, unsigned i)
{
	fprintf(out, "ignore host 10.%u.%u.%u port %u app http\n", i % 7, i / 250 % 250, i % 250,
		1 + i * 7 % 65535);
}

/* Networks, ranges and countries, nothing that is met by itself. */
static void put_networks(FILE *out, unsigned i)
{
	fprintf(out, "alert high host 10.%u.0.0/%u port %u-%u peer country { CN RU } state open\n",
		i % 256, 9 + i % 16, i * 3 % 60000, i * 3 % 60000 + i % 500);
}

/* Nothing but products. */
static void put_products(FILE *out, unsigned i)
{
	fprintf(out, "alert high app not { http tls } product \"nothing %u\"\n", i);
}

/* Nothing but globs, of which none fits. */
static void put_globs(FILE *out, unsigned i)
{
	fprintf(out, "alert high app not { http tls } product \"nothing %u*\"\n", i);
}

/* Globs of few bytes each, of which the names asked about have many. */
static void put_pieces(FILE *out, unsigned i)
{
	fprintf(out, "alert high product \"*%c*%c%c*%u\" version \"*.%u*\"\n", "openssh"[i % 7],
		"opnsh"[i / 7 % 5], "opnsh"[i / 35 % 5], i, i % 97);
}

/* The same beginning in all of them and in what is asked about. */
static void put_beginnings(FILE *out, unsigned i)
{
	fprintf(out, "alert high product \"openssh for %u*\"\n", i);
}

static void put_versions(FILE *out, unsigned i)
{
	fprintf(out, "alert high version { \"%u.%u.*\" \"*-%u+deb*\" }\n", i % 100, i / 100, i);
}

/* What assets say: owners, and zones by their ends. */
static void put_owners(FILE *out, unsigned i)
{
	fprintf(out, i % 2 ? "ignore owner \"team %u\"\n" : "ignore zone \"*-%u\"\n", i);
}

/* Nothing but parentheses. */
static void put_choices(FILE *out, unsigned i)
{
	fprintf(out, "ignore ( product \"p%u*\" or host 10.9.%u.%u port %u )\n", i, i / 250,
		i % 250, 1 + i);
}

/* Facts that few services have. */
static void put_facts(FILE *out, unsigned i)
{
	static const char *const facts[] = { "noauth", "weak-tls", "amplifies > %u",
					     "expires < %ud" };
	char fact[32];

	snprintf(fact, sizeof(fact), facts[i % 4], 1 + i);
	fprintf(out, "alert high app not { http tls } %s\n", fact);
}

/* The worst: what is denied files nothing, and none holds. */
static void put_denied(FILE *out, unsigned i)
{
	fprintf(out, "ignore app not { ssh x%u }\n", i);
}

/* Nothing but hosts and ports that are not meant, and all that is asked about is among them. */
static void put_not_hosts(FILE *out, unsigned i)
{
	fprintf(out,
		i % 2 ? "ignore host not { 10.0.0.0/8 192.168.%u.%u }\n"
		      : "ignore port not { 0-65535 } host not 10.%u.%u.0/24\n",
		i / 250 % 250, i % 250);
}

static void run(const char *name, unsigned count, void (*put)(FILE *out, unsigned i))
{
	struct finding f = { .event = EVENT_NEW, .state = STATE_OPEN };
	const struct rules_facts facts = { .owner = "team red",
					   .zone = "dmz-north",
					   .tags = "a,b" };
	struct rules_error error = { .line = 0 };
	double start, slowest = 0, s, total = 0;
	struct rules_verdict verdict;
	struct rules *rules;
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);
	unsigned i;

	for (i = 0; out && i < count; i++)
		put(out, i);
	if (!out || fclose(out))
		exit(1);
	start = cpu_s();
	if (rules_read(text, len, &rules, &error)) {
		fprintf(stderr, "%s: %u:%u: %s\n", name, error.line, error.column, error.text);
		exit(1);
	}
	s = cpu_s() - start;
	f.service.proto = PROTO_TCP;
	record_text_set(f.app, sizeof(f.app), "ssh");
	record_text_set(f.product, sizeof(f.product), "OpenSSH for Debian 12");
	record_text_set(f.version, sizeof(f.version), "9.2p1 2+deb12u3");
	memset(f.service.host.b + 10, 0xff, 2);
	for (i = 0; i < ROUNDS; i++) {
		double one;

		f.service.host.b[12] = 10;
		f.service.host.b[13] = (uint8_t)(i % 7);
		f.service.host.b[14] = (uint8_t)(i / 7 % 250);
		f.service.host.b[15] = (uint8_t)(i % 250);
		f.service.port = (uint16_t)(i * 7919);
		start = cpu_s();
		rules_judge_with(rules, &f, &facts, &verdict);
		one = cpu_s() - start;
		total += one;
		slowest = one > slowest ? one : slowest;
	}
	printf("%-10s %6u statements: read in %.0f ms, judged in %.2f us (mean of %u), %.1f us "
	       "(slowest)\n",
	       name, count, s * 1e3, total / ROUNDS * 1e6, ROUNDS, slowest * 1e6);
	rules_free(rules);
	free(text);
}

int main(int argc, char **argv)
{
	unsigned count = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : 10000;

	run("services", count, put_services);
	run("networks", count, put_networks);
	run("products", count, put_products);
	run("globs", count, put_globs);
	run("pieces", count, put_pieces);
	run("beginnings", count, put_beginnings);
	run("versions", count, put_versions);
	run("owners", count, put_owners);
	run("choices", count, put_choices);
	run("facts", count, put_facts);
	run("denied", count, put_denied);
	run("not hosts", count, put_not_hosts);
	return 0;
}
