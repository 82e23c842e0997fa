/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/sensor/sieve.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The kernel takes 4096 instructions; each IPv6 prefix may need sixteen. */
#define PREFIXES_MOST 64

/* No fragment, no extension header, no tunnel: these have ports in the first header. */
#define PLAIN                                                           \
	"((ip and ip[6:2] & 0x3fff = 0 and (ip[9] = 6 or ip[9] = 132))" \
	" or (ip6 and (ip6[6] = 6 or ip6[6] = 132)))"

/* "src net A or src net B". */
static void print_nets(FILE *out, const char *side, const char *prefixes)
{
	const char *at = prefixes, *end;

	for (; *at; at = *end ? end + 1 : end) {
		end = strchrnul(at, ',');
		fprintf(out, "%s%s net %.*s", at == prefixes ? "" : " or ", side, (int)(end - at),
			at);
	}
}

static void print_ours(FILE *out, const struct conf *conf, const char *prefixes)
{
	fputs("not (" PLAIN " and (not (", out);
	print_nets(out, "src", prefixes);
	fputs(" or ", out);
	print_nets(out, "dst", prefixes);
	fputs(")", out);
	if (!conf->inside) {
		fputs(" or ((", out);
		print_nets(out, "src", prefixes);
		fputs(") and (", out);
		print_nets(out, "dst", prefixes);
		fputs("))", out);
	}
	fputs("))", out);
}

static size_t count_words(const char *text)
{
	size_t count = *text != 0;

	for (; *text; text++)
		count += *text == ',';
	return count;
}

char *sieve_text(const struct conf *conf)
{
	char *text = NULL, *prefixes = prefix_set_text(&conf->home);
	bool ours;
	size_t len;
	FILE *out;

	if (!prefixes)
		return NULL;
	ours = conf->kernel_filter && !prefix_set_is_any(&conf->home) &&
	       count_words(prefixes) <= PREFIXES_MOST;
	out = open_memstream(&text, &len);
	if (out && *conf->filter)
		fprintf(out, ours ? "(%s) and " : "%s", conf->filter);
	if (out && ours)
		print_ours(out, conf, prefixes);
	if (out && fclose(out)) {
		free(text);
		text = NULL;
	}
	free(prefixes);
	return text;
}
