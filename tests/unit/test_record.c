/* SPDX-License-Identifier: Apache-2.0 */
#include "base/err.h"
#include "base/record.h"
#include "tests/unit/unit.h"

#include <string.h>

static void numbers_and_names(void **state)
{
	(void)state;
	assert_int_equal(PROTO_TCP, 6);
	assert_int_equal(PROTO_UDP, 17);
	assert_int_equal(PROTO_SCTP, 132);
	assert_string_equal(record_proto_text(PROTO_SCTP), "sctp");
	assert_string_equal(record_evidence_text(EVIDENCE_ONEWAY), "oneway");
	assert_string_equal(record_state_text(STATE_CANDIDATE), "candidate");
	assert_string_equal(record_event_text(EVENT_NEW), "new");
	assert_string_equal(record_reason_text(REASON_RESET_AFTER_ACCEPT), "reset-after-accept");
	assert_string_equal(record_level_text(LEVEL_CRITICAL), "critical");
	/* Zero is what an empty record says. */
	assert_int_equal(EVIDENCE_NONE, 0);
	assert_int_equal(STATE_CANDIDATE, 0);
	assert_int_equal(EVENT_NONE, 0);
	assert_int_equal(REASON_NONE, 0);
	assert_int_equal(LEVEL_NONE, 0);
}

static void evidence_grows(void **state)
{
	static const enum evidence rising[] = { EVIDENCE_NONE,	    EVIDENCE_INVALID,
						EVIDENCE_PROBE,	    EVIDENCE_ONEWAY,
						EVIDENCE_ANSWERED,  EVIDENCE_REPLY,
						EVIDENCE_HANDSHAKE, EVIDENCE_FULL };
	size_t i;

	(void)state;
	assert_int_equal(sizeof(rising) / sizeof(rising[0]), EVIDENCE_END);
	for (i = 1; i < EVIDENCE_END; i++)
		assert_true(rising[i] > rising[i - 1]);
	assert_true(LEVEL_LOW < LEVEL_MEDIUM && LEVEL_MEDIUM < LEVEL_HIGH &&
		    LEVEL_HIGH < LEVEL_CRITICAL);
}

/* Every constant's text is read back as the constant; what is not one, is not. */
static void texts_round_trip(void **state)
{
	const char *text;
	int i;

	(void)state;
#define CHECK_BACK(name, last)                                                          \
	for (i = 0; i < (int)(last); i++) {                                             \
		text = record_##name##_text((unsigned)i);                               \
		if (strcmp(text, "?"))                                                  \
			assert_int_equal(record_##name##_parse(text, strlen(text)), i); \
	}                                                                               \
	assert_string_equal(record_##name##_text((unsigned)(last)), "?");               \
	assert_string_equal(record_##name##_text(~0u), "?");
	CHECK_BACK(proto, 256)
	CHECK_BACK(evidence, EVIDENCE_END)
	CHECK_BACK(state, STATE_END)
	CHECK_BACK(event, EVENT_END)
	CHECK_BACK(level, LEVEL_END)
#undef CHECK_BACK
	assert_string_equal(record_reason_text(REASON_END), "?");
	assert_string_equal(record_proto_text(1), "?");
	for (i = 0; i < STATE_END; i++)
		assert_string_not_equal(record_state_text((unsigned)i), "?");
}

static void unknown_texts(void **state)
{
	(void)state;
	assert_int_equal(record_proto_parse("TCP", 3), ERR_UNKNOWN);
	assert_int_equal(record_proto_parse("tcp6", 4), ERR_UNKNOWN);
	assert_int_equal(record_proto_parse("tc", 2), ERR_UNKNOWN);
	assert_int_equal(record_proto_parse("", 0), ERR_UNKNOWN);
	assert_int_equal(record_proto_parse("?", 1), ERR_UNKNOWN);
	assert_int_equal(record_proto_parse("tcp6", 3), PROTO_TCP);
	assert_int_equal(record_level_parse("highest", 7), ERR_UNKNOWN);
	assert_int_equal(record_level_parse("highest", 4), LEVEL_HIGH);
	assert_int_equal(record_state_parse("opened", 6), ERR_UNKNOWN);
	assert_int_equal(record_event_parse("new\0", 4), ERR_UNKNOWN);
	assert_int_equal(record_evidence_parse("Full", 4), ERR_UNKNOWN);
}

static void services(void **state)
{
	static const uint8_t host[4] = { 192, 0, 2, 1 };
	struct service a, b;

	(void)state;
	memset(&a, 0, sizeof(a));
	a.host = addr_v4(host);
	a.port = 22;
	a.proto = PROTO_TCP;
	b = a;
	assert_true(service_is_same(&a, &b));
	b.port = 23;
	assert_false(service_is_same(&a, &b));
	b = a;
	b.zone = 1;
	assert_false(service_is_same(&a, &b));
	b = a;
	b.proto = PROTO_UDP;
	assert_false(service_is_same(&a, &b));
	b = a;
	b.host.b[0] = 1;
	assert_false(service_is_same(&a, &b));
}

/* Records are compared and stored as bytes: no byte of one may be the compiler's. */
static void no_hidden_padding(void **state)
{
#define TAIL(type, field) (offsetof(type, field) + sizeof(((type *)0)->field))
	(void)state;
	assert_int_equal(TAIL(struct service, pad), sizeof(struct service));
	assert_int_equal(offsetof(struct sighting, handshakes), 24 + 16 + 16);
	assert_int_equal(TAIL(struct sighting, delivered), offsetof(struct sighting, tunnel_id));
	assert_int_equal(TAIL(struct sighting, pad3), offsetof(struct sighting, asked));
	assert_int_equal(TAIL(struct sighting, answered), offsetof(struct sighting, app));
	assert_int_equal(TAIL(struct sighting, app_guess), offsetof(struct sighting, peers));
	assert_int_equal(TAIL(struct sighting, print), sizeof(struct sighting));
	assert_int_equal(TAIL(struct host_sighting, pad), offsetof(struct host_sighting, print));
	assert_int_equal(TAIL(struct host_sighting, pad2), sizeof(struct host_sighting));
	assert_int_equal(TAIL(struct job, sni), sizeof(struct job));
	assert_int_equal(TAIL(struct probe, facts_len), offsetof(struct probe, asked));
	assert_int_equal(TAIL(struct probe, partial), offsetof(struct probe, certificates));
	assert_int_equal(TAIL(struct probe, banner), sizeof(struct probe));
	assert_int_equal(TAIL(struct probe_certificate, pad), sizeof(struct probe_certificate));
	assert_int_equal(TAIL(struct finding, peer_origin), offsetof(struct finding, trouble));
	assert_int_equal(TAIL(struct finding, trouble), sizeof(struct finding));
	assert_int_equal(TAIL(struct trouble_news, pad), offsetof(struct trouble_news, source));
	assert_int_equal(TAIL(struct trouble_news, source), sizeof(struct trouble_news));
	assert_int_equal(offsetof(struct tally, packets), TAIL(struct tally, pad));
	assert_int_equal(TAIL(struct finding, version), offsetof(struct finding, origin));
	assert_int_equal(TAIL(struct origin, pad), sizeof(struct origin));
	assert_int_equal(TAIL(struct alert, peer_as_name), offsetof(struct alert, finding));
	assert_int_equal(TAIL(struct alert, probe), offsetof(struct alert, reopens));
	assert_int_equal(TAIL(struct alert, expected), offsetof(struct alert, policy));
	assert_int_equal(TAIL(struct alert, policy), offsetof(struct alert, rule_file));
	assert_int_equal(TAIL(struct alert, rule_file), offsetof(struct alert, asset));
	assert_int_equal(TAIL(struct alert, asset), sizeof(struct alert));
	assert_int_equal(TAIL(struct alert_policy, throttled),
			 offsetof(struct alert_policy, waited_us));
	assert_int_equal(TAIL(struct alert_policy, pad), sizeof(struct alert_policy));
	assert_int_equal(TAIL(struct baseline, pad), offsetof(struct baseline, app));
	assert_int_equal(TAIL(struct baseline, reason), sizeof(struct baseline));
	assert_int_equal(TAIL(struct triage, pad), offsetof(struct triage, by));
	assert_int_equal(TAIL(struct triage, comment), sizeof(struct triage));
#undef TAIL
}

static void text_fields(void **state)
{
	char field[8];

	(void)state;
	memset(field, 'x', sizeof(field));
	record_text_set(field, sizeof(field), "ssh");
	assert_memory_equal(field, "ssh\0\0\0\0", 8);
	record_text_set(field, sizeof(field), "seven77");
	assert_memory_equal(field, "seven77", 8);
	record_text_set(field, sizeof(field), "eight888");
	assert_memory_equal(field, "eight88", 8);
	record_text_set(field, sizeof(field), "much longer than the field");
	assert_memory_equal(field, "much lo", 8);
	record_text_set(field, sizeof(field), "");
	assert_memory_equal(field, "\0\0\0\0\0\0\0", 8);
	memset(field, 'x', sizeof(field));
	record_text_set(field, 1, "text");
	assert_memory_equal(field, "\0xxxxxxx", 8);
}

/* Facts come back in their order, once each, as printable text; what does not fit is refused. */
static void facts(void **state)
{
	static struct probe p;
	struct probe_fact fact;
	char text[300];
	size_t at = 0, n;

	(void)state;
	assert_false(probe_next_fact(&p, &at, &fact));
	assert_true(probe_add_fact(&p, FACT_HTTP_TITLE, "a\nb\xff"));
	assert_true(probe_add_fact(&p, FACT_NOAUTH, ""));
	assert_true(probe_add_fact(&p, FACT_HTTP_TITLE, "a\nb\xff"));
	assert_true(probe_next_fact(&p, &at, &fact));
	assert_int_equal(fact.kind, FACT_HTTP_TITLE);
	assert_string_equal(fact.text, "a?b?");
	assert_true(probe_next_fact(&p, &at, &fact));
	assert_int_equal(fact.kind, FACT_NOAUTH);
	assert_string_equal(fact.text, "");
	assert_false(probe_next_fact(&p, &at, &fact));
	memset(text, 'x', sizeof(text));
	text[sizeof(text) - 1] = 0;
	for (n = 0; n < 100; n++) {
		text[0] = (char)('!' + n % 90);
		if (!probe_add_fact(&p, FACT_INFO, text))
			break;
	}
	assert_int_equal(n, 3);
	assert_true(p.facts_len <= PROBE_FACTS_MAX);
}

/* What a role that has gone bad says is cut to what makes sense. */
static void facts_mended(void **state)
{
	static struct probe p;
	struct probe_fact fact;
	size_t at = 0;

	(void)state;
	probe_add_fact(&p, FACT_INFO, "good");
	memcpy(p.facts + p.facts_len, "\xee\x03bad\x03\x02\x01\x02\x03\xff", 11);
	p.facts_len = 0xffff;
	memset(p.certificates, 0xff, sizeof(p.certificates));
	p.finished_us = INT64_MAX;
	record_mend_probe(&p, 1000);
	assert_int_equal(p.finished_us, 1000);
	assert_int_equal(p.certificates[3].subject[127], 0);
	assert_true(p.certificates[0].not_after_us < 0);
	assert_true(probe_next_fact(&p, &at, &fact));
	assert_string_equal(fact.text, "good");
	while (probe_next_fact(&p, &at, &fact))
		assert_true(fact.kind > FACT_NONE && fact.kind < FACT_END);
	assert_true(p.facts_len < PROBE_FACTS_MAX);
	assert_string_equal(record_fact_text(FACT_WEAK_TLS), "weak-tls");
	assert_string_equal(record_fact_text(FACT_END), "?");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_and_names), cmocka_unit_test(evidence_grows),
		cmocka_unit_test(texts_round_trip),  cmocka_unit_test(unknown_texts),
		cmocka_unit_test(services),	     cmocka_unit_test(no_hidden_padding),
		cmocka_unit_test(text_fields),	     cmocka_unit_test(facts),
		cmocka_unit_test(facts_mended),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
