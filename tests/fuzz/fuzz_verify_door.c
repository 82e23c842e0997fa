/* SPDX-License-Identifier: Apache-2.0 */
/* The first byte chooses the door, the second how many bytes come at a time, the rest is what the
 * server says. */
#include "verify/door/cache.h"
#include "verify/door/file.h"
#include "verify/door/mongo.h"
#include "verify/door/old.h"
#include "verify/door/screen.h"
#include "verify/door/smb.h"
#include "verify/door/ssh.h"
#include "verify/door/starttls.h"
#include "verify/door/web.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct door *choose(unsigned n)
{
	static const struct door *const doors[] = {
		&web_root,	   &web_version,     &web_pods,	      &web_keys,   &cache_redis,
		&cache_memcached,  &cache_zookeeper, &mongo_door,     &screen_x11, &screen_vnc,
		&screen_rdp_plain, &screen_rdp_tls,  &screen_rdp_nla, &file_ftp,   &file_rsync,
		&ssh_door,	   &smb_door,	     &smb_old,	      &old_ssl2,   &old_ssl3,
		&old_tls10,	   &old_tls11,	     &web_metrics,
	};
	static const char *const apps[] = { "smtp", "imap",	  "pop3",  "ftp", "nntp",
					    "ldap", "postgresql", "mysql", "xmpp" };
	const unsigned count = sizeof(doors) / sizeof(doors[0]);

	n %= count + sizeof(apps) / sizeof(apps[0]);
	return n < count ? doors[n] : starttls_door(apps[n - count]);
}

static void check(const struct probe *p)
{
	struct probe_fact fact;
	size_t at = 0, i;

	while (probe_next_fact(p, &at, &fact))
		for (i = 0; fact.text[i]; i++)
			if (fact.text[i] < ' ' || fact.text[i] > '~')
				abort();
	if (at != p->facts_len || p->version[sizeof(p->version) - 1])
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct door_talk talk;
	struct probe probe = { .job = 1 };
	enum door_step step = DOOR_WAIT;
	size_t at, n;

	if (size < 2)
		return 0;
	talk = (struct door_talk){ .door = choose(data[0]),
				   .probe = &probe,
				   .host = "[2001:db8::1]:80",
				   .agent = "flowd",
				   .sni = "www.example.com" };
	door_open(&talk);
	for (at = 2; at < size && step == DOOR_WAIT; at += n) {
		n = data[1] ? data[1] : size;
		n = n < size - at ? n : size - at;
		step = door_hear(&talk, data + at, n);
		if (talk.out_len > sizeof(talk.out) || talk.in_len > sizeof(talk.in))
			abort();
		talk.out_len = 0;
	}
	if (step == DOOR_WAIT && door_hear(&talk, NULL, 0) == DOOR_WAIT)
		abort();
	check(&probe);
	return 0;
}
