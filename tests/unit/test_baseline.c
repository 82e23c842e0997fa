/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/core/book/approvals.h"
#include "store/book/baseline.h"
#include "tests/unit/life.h"
#include "web/book/entries.h"

static struct baseline entry_of(struct world *w, uint16_t port)
{
	const struct service key = sighting(port, 0, 0).service;
	struct baseline b;

	assert_int_equal(store_get_baseline(w->store, &key, &b), 1);
	return b;
}

static void approve(struct world *w, uint16_t port, const char *app)
{
	struct baseline b = { .service = sighting(port, 0, 0).service, .source = ENTRY_PERSON };

	record_text_set(b.app, sizeof(b.app), app);
	b.state = *app ? APPROVAL_BOUND : APPROVAL_OPEN;
	assert_true(store_put_baseline(w->store, &b));
}

static void look(struct world *w, uint64_t job, uint16_t port, const char *app, const char *key)
{
	struct probe p = { .job = job,
			   .service = sighting(port, 0, 0).service,
			   .finished_us = w->life.now,
			   .state = STATE_OPEN,
			   .vantage = "inside" };

	record_text_set(p.app, sizeof(p.app), app);
	if (*key)
		assert_true(probe_add_fact(&p, FACT_SSH_HOST_KEY, key));
	assert_int_equal(lifecycle_probe(&w->life, &p), 0);
}

/* What is approved of is looked at and no news; what is not, is. */
static void no_news(void **state)
{
	struct world *w = *state;

	approve(w, 22, "");
	see(w, 22, EVIDENCE_FULL, T0, "ssh");
	see(w, 23, EVIDENCE_FULL, T0, "");
	expect(w, "new:23 ");
	assert_int_equal(jobs(w), 2);
	look(w, row_of(w, 22).job, 22, "ssh", "ed25519 1");
	assert_string_equal(entry_of(w, 22).app, "ssh");
	assert_string_equal(entry_of(w, 22).host_key, "ed25519 1");
	assert_int_equal(entry_of(w, 22).state, APPROVAL_BOUND);
	assert_int_equal(lifecycle_tick(&w->life, T0 + 11 * MONO_SECOND), 0);
	expect(w, "verdict:22 alert-low:23#1 ");
}

/* Twice: a look that nobody asked for is believed when it is repeated. */
static void probe_again(struct world *w, uint16_t port, struct probe *p)
{
	struct store_service row;
	int i;

	for (i = 0; i < 2; i++) {
		row = row_of(w, port);
		assert_int_equal(lifecycle_look(&w->life, &row), 1);
		p->job = row_of(w, port).job;
		p->finished_us = w->life.now;
		assert_int_equal(lifecycle_probe(&w->life, p), 0);
	}
}

static void look_again(struct world *w, uint16_t port, const char *app, const char *key)
{
	struct probe p = { .service = sighting(port, 0, 0).service,
			   .state = STATE_OPEN,
			   .vantage = "inside" };

	record_text_set(p.app, sizeof(p.app), app);
	if (*key)
		assert_true(probe_add_fact(&p, FACT_SSH_HOST_KEY, key));
	probe_again(w, port, &p);
}

static void drifts(void **state)
{
	struct world *w = *state;

	approve(w, 22, "redis");
	see(w, 22, EVIDENCE_FULL, T0, "");
	look(w, row_of(w, 22).job, 22, "ssh", "");
	if (entry_of(w, 22).state != APPROVAL_VOID)
		look_again(w, 22, "ssh", "");
	assert_int_equal(entry_of(w, 22).state, APPROVAL_VOID);
	assert_non_null(strstr(w->said, "drift:22"));
	assert_non_null(strstr(w->said, "alert-low"));
	assert_int_equal(entry_of(w, 22).void_us, w->life.now);
}

/* Another host key, or another certificate, under the same name. */
static void other_keys(void **state)
{
	struct world *w = *state;
	struct baseline b = { .service = sighting(443, 0, 0).service, .source = ENTRY_PERSON };
	struct probe p = { .service = b.service,
			   .state = STATE_OPEN,
			   .vantage = "inside",
			   .app = "https",
			   .certificate_count = 1 };
	char *found;

	approve(w, 22, "");
	see(w, 22, EVIDENCE_FULL, T0, "ssh");
	look(w, row_of(w, 22).job, 22, "ssh", "ed25519 1");
	assert_int_equal(entry_of(w, 22).state, APPROVAL_BOUND);
	w->said[0] = 0;
	look_again(w, 22, "ssh", "ed25519 2");
	assert_int_equal(entry_of(w, 22).state, APPROVAL_VOID);
	assert_string_equal(entry_of(w, 22).host_key, "ed25519 1");
	assert_non_null(found = strstr(w->said, "drift:22"));
	assert_null(strstr(found + 1, "drift:22"));

	memset(b.certificate, 'a', 64);
	b.state = APPROVAL_BOUND;
	assert_true(store_put_baseline(w->store, &b));
	see(w, 443, EVIDENCE_FULL, T0, "https");
	p.job = row_of(w, 443).job;
	p.finished_us = w->life.now;
	memset(p.certificates[0].sha256, 0xaa, sizeof(p.certificates[0].sha256));
	assert_int_equal(lifecycle_probe(&w->life, &p), 0);
	assert_int_equal(entry_of(w, 443).state, APPROVAL_BOUND);
	w->said[0] = 0;
	p.certificates[0].sha256[31] = 0xab;
	probe_again(w, 443, &p);
	assert_int_equal(entry_of(w, 443).state, APPROVAL_VOID);
	assert_non_null(strstr(w->said, "drift:443"));
}

static void expired(void **state)
{
	struct world *w = *state;
	struct baseline b = { .service = sighting(22, 0, 0).service, .state = APPROVAL_OPEN };

	b.expires_us = T0;
	store_put_baseline(w->store, &b);
	see(w, 22, EVIDENCE_FULL, T0, "ssh");
	expect(w, "new:22 ");
}

static bool reads(enum baseline_from format, const char *text, struct ledger *l,
		  struct entries_fault *fault)
{
	const struct baseline common = { .made_us = T0, .source = (uint8_t)format };
	struct ledger_head head = { .time_us = T0 };

	return entries_read(text, strlen(text), &common, l, fault) && ledger_close(l, &head);
}

static void refuses(enum baseline_from format, const char *text, const char *said)
{
	struct entries_fault fault = { .line = 0 };
	struct ledger l = { .bytes = NULL };

	assert_false(reads(format, text, &l, &fault));
	assert_string_equal(fault.detail, said);
	ledger_free(&l);
}

static void texts(void **state)
{
	static const struct {
		enum baseline_from format;
		const char *text;
	} good[] = {
		{ ENTRY_CSV, "ip,proto,port,app,owner,expires\r\n"
			     "192.0.2.1,tcp,22,ssh,\"Ann \"\"A\"\", Bob\",2027-01-31\r\n" },
		{ ENTRY_MASSCAN,
		  "[\n{ \"ip\": \"192.0.2.1\", \"ports\": [ {\"port\": 22, \"proto\": "
		  "\"tcp\", \"status\": \"open\"} ] },\n{finished: 1}\n]\n" },
		{ ENTRY_NMAP,
		  "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		  "<!DOCTYPE nmaprun>\n"
		  "<?xml-stylesheet href=\"file:///usr/share/nmap/nmap.xsl\" type=\"text/xsl\"?>\n"
		  "<nmaprun scanner=\"nmap\" version=\"7.93\" xmloutputversion=\"1.05\">\n"
		  "<host><status state=\"up\" reason=\"arp-response\"/>\n"
		  "<address addr=\"02:00:00:00:00:01\" addrtype=\"mac\"/><address "
		  "addr=\"192.0.2.1\" addrtype=\"ipv4\"/>\n"
		  "<hostnames><hostname name=\"a.example\" type=\"PTR\"/></hostnames>\n"
		  "<ports><extraports state=\"closed\" count=\"998\"/>\n"
		  "<port protocol=\"tcp\" portid=\"22\"><state state=\"open\" "
		  "reason=\"syn-ack\"/><service name=\"ssh\" method=\"table\" conf=\"3\"/></port>\n"
		  "<port protocol=\"tcp\" portid=\"23\"><state state=\"filtered\"/></port>\n"
		  "<port protocol=\"udp\" portid=\"161\"><state "
		  "state=\"open|filtered\"/></port></ports></host>\n"
		  "<runstats><hosts up=\"1\" down=\"0\" total=\"1\"/></runstats></nmaprun>\n" },
		{ ENTRY_EXPORT,
		  "{\"ip\":\"192.0.2.1\",\"proto\":\"tcp\",\"port\":22,\"app\":null}\n" },
	};
	struct entries_fault fault;
	struct ledger_head head;
	struct baseline b;
	size_t i, at;

	(void)state;
	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		struct ledger l = { .bytes = NULL };

		assert_true(reads(good[i].format, good[i].text, &l, &fault));
		assert_int_equal(ledger_head(l.bytes, l.len, &at, &head), 0);
		assert_int_equal(head.rows, 1);
		assert_int_equal(ledger_next(l.bytes, l.len, &at, &b), 1);
		assert_int_equal(b.service.port, 22);
		if (!i) {
			assert_string_equal(b.owner, "Ann \"A\", Bob");
			assert_int_equal(b.expires_us / MONO_SECOND, 1801353600);
		}
		assert_int_equal(ledger_next(l.bytes, l.len, &at, &b), 0);
		ledger_free(&l);
	}
	refuses(ENTRY_CSV, "ip,what\n",
		"line 1: the first line names columns: ip,proto,port and so on");
	refuses(ENTRY_CSV, "ip,proto,port\n192.0.2.1,tcp,22\n192.0.2.0/24,tcp,22\n",
		"line 3: this is no address");
	refuses(ENTRY_CSV, "ip,proto,port\n192.0.2.1,tcp,65536\n",
		"line 2: a port from 1 to 65535 is needed");
	refuses(ENTRY_CSV, "ip,proto,port\n192.0.2.1,tcp,22,x\n",
		"line 2: there are too many columns");
	refuses(ENTRY_CSV, "ip,proto,port\n\"192.0.2.1,tcp,22\n", "line 2: a quote has no end");
	refuses(ENTRY_CSV, "ip,proto,port\n", "line 1: there is no entry");
	refuses(ENTRY_EXPORT, "{\"ip\":\"192.0.2.1\"}\n",
		"line 1: address, protocol and port are needed");
	refuses(ENTRY_NMAP, "<nmaprun>\n<host>\n</nmaprun>", "line 3: mismatched tag");
	refuses(ENTRY_NMAP, "<nmaprun>\n", "line 2: no element found");
	refuses(ENTRY_NMAP, "<nmaprun></nmaprun>", "line 1: there is no entry");
	refuses(ENTRY_NMAP, "<html>", "line 1: this is no output of nmap");
	refuses(ENTRY_NMAP, "<!DOCTYPE nmaprun [\n<!ENTITY a \"b\">]><nmaprun>&a;</nmaprun>",
		"line 1: there are no declarations in an output of nmap");
	refuses(ENTRY_NMAP,
		"<nmaprun><host><ports>\n<port protocol=\"tcp\" portid=\"1\"><state "
		"state=\"open\"/></port></ports></host></nmaprun>",
		"line 2: there is no address");
	refuses(ENTRY_NMAP,
		"<nmaprun><host><address addr=\"192.0.2.1\"/><ports><port protocol=\"ip\" "
		"portid=\"6\"><state state=\"open\"/></port></ports></host></nmaprun>",
		"line 1: tcp, udp or sctp");
	refuses(ENTRY_MASSCAN, "[\n{ \"ip\": 1\n]\n", "line 2: this is no object of JSON");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(no_news), CASE(drifts), CASE(other_keys), CASE(expired), CASE(texts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
