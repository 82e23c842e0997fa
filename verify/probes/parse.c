/* SPDX-License-Identifier: Apache-2.0 */
#include "verify/probes/parse.h"

#include "base/err.h"

#include <ctype.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#define QUESTIONS_MOST 4096
#define MATCHES_MOST 200000
#define RANGES_MOST 4096
#define RARITY_USUAL 5

/* A line being read. */
struct line {
	const char *at, *end, *begin;
	uint32_t number;
};

struct parse {
	struct parse_book *book;
	size_t question_room, match_room;
	parse_fn fault;
	void *arg;
};

static void say(const struct parse *p, const struct line *l, const char *what)
{
	if (p->fault)
		p->fault(p->arg, l->number, (uint32_t)(l->at - l->begin) + 1, what);
}

static void skip_blanks(struct line *l)
{
	while (l->at < l->end && (*l->at == ' ' || *l->at == '\t'))
		l->at++;
}

static struct parse_span take_word(struct line *l)
{
	struct parse_span word = { l->at, 0 };

	while (l->at < l->end && *l->at != ' ' && *l->at != '\t')
		l->at++;
	word.len = (uint32_t)(l->at - word.at);
	skip_blanks(l);
	return word;
}

static bool is_word(struct parse_span word, const char *text)
{
	return word.len == strlen(text) && !memcmp(word.at, text, word.len);
}

/* Takes "|text|" with any delimiter. False: there is none, or it does not end. */
static bool take_quoted(struct line *l, struct parse_span *out)
{
	const char *end;

	if (l->end - l->at < 2)
		return false;
	end = memchr(l->at + 1, *l->at, (size_t)(l->end - l->at - 1));
	if (!end)
		return false;
	*out = (struct parse_span){ l->at + 1, (uint32_t)(end - l->at - 1) };
	l->at = end + 1;
	return true;
}

static int take_number(struct parse_span word, uint32_t most, uint32_t *out)
{
	uint64_t n = 0;
	uint32_t i;

	if (!word.len || word.len > 9)
		return ERR_SYNTAX;
	for (i = 0; i < word.len; i++) {
		if (!isdigit((unsigned char)word.at[i]))
			return ERR_SYNTAX;
		n = n * 10 + (uint64_t)(word.at[i] - '0');
	}
	if (n > most)
		return ERR_RANGE;
	*out = (uint32_t)n;
	return 0;
}

static int add_range(struct parse_ports *ports, uint16_t low, uint16_t high)
{
	struct parse_range *ranges;

	if (ports->count >= RANGES_MOST)
		return ERR_FULL;
	ranges = realloc(ports->ranges, (ports->count + 1) * sizeof(*ranges));
	if (!ranges)
		return -ENOMEM;
	ranges[ports->count++] = (struct parse_range){ low, high };
	ports->ranges = ranges;
	return 0;
}

int parse_ports(const char *text, size_t len, char kind, struct parse_ports *out)
{
	const char *at = text, *end = text + len, *stop, *dash;
	struct parse_ports read = *out;
	size_t before = out->count;
	uint32_t low, high;
	char now = 0;
	int rc = 0;

	for (; at < end && !rc; at = stop + 1) {
		stop = memchr(at, ',', (size_t)(end - at));
		stop = stop ? stop : end;
		if (stop - at > 2 && at[1] == ':') {
			now = at[0];
			at += 2;
		}
		dash = memchr(at, '-', (size_t)(stop - at));
		rc = take_number((struct parse_span){ at, (uint32_t)((dash ? dash : stop) - at) },
				 UINT16_MAX, &low);
		high = low;
		if (!rc && dash)
			rc = take_number(
				(struct parse_span){ dash + 1, (uint32_t)(stop - dash - 1) },
				UINT16_MAX, &high);
		if (!rc && high < low)
			rc = ERR_RANGE;
		if (!rc && (!now || now == kind))
			rc = add_range(&read, (uint16_t)low, (uint16_t)high);
	}
	*out = read;
	if (rc)
		out->count = before;
	return rc;
}

bool parse_has_port(const struct parse_ports *ports, uint16_t port)
{
	size_t i;

	for (i = 0; i < ports->count; i++)
		if (port >= ports->ranges[i].low && port <= ports->ranges[i].high)
			return true;
	return false;
}

static int hex_digit(char c)
{
	return isdigit((unsigned char)c)  ? c - '0'
	       : c && strchr("abcdef", c) ? c - 'a' + 10
	       : c && strchr("ABCDEF", c) ? c - 'A' + 10
					  : -1;
}

/* Takes one byte of a string with C's escapes; -1: no such escape. */
static int take_escape(const char **at, const char *end)
{
	static const char names[] = "0abfnrtv", values[] = "\0\a\b\f\n\r\t\v";
	const char *name;
	int high, low;

	if (*at == end)
		return -1;
	if (**at == 'x') {
		high = end - *at > 2 ? hex_digit((*at)[1]) : -1;
		low = high < 0 ? -1 : hex_digit((*at)[2]);
		*at += 3;
		return low < 0 ? -1 : high << 4 | low;
	}
	name = **at ? strchr(names, **at) : NULL;
	if (name)
		return (*at)++, (unsigned char)values[name - names];
	return isalnum((unsigned char)**at) ? -1 : (unsigned char)*(*at)++;
}

/* The bytes that a question's string stands for. 0, ERR_SYNTAX, ERR_RANGE, -ENOMEM. */
static int read_payload(struct parse_span text, struct parse_question *q)
{
	const char *at = text.at, *end = text.at + text.len;
	int byte;

	if (!text.len)
		return 0;
	q->payload = malloc(text.len);
	if (!q->payload)
		return -ENOMEM;
	while (at < end) {
		byte = (unsigned char)*at++;
		if (byte == '\\')
			byte = take_escape(&at, end);
		if (byte < 0 || q->len >= PARSE_PAYLOAD_MAX) {
			free(q->payload);
			q->payload = NULL;
			return byte < 0 ? ERR_SYNTAX : ERR_RANGE;
		}
		q->payload[q->len++] = (uint8_t)byte;
	}
	return 0;
}

/* Room for one more of `size` bytes. */
static void *grow(void *list, size_t count, size_t *room, size_t size)
{
	size_t more = *room ? *room * 2 : 64;
	void *grown;

	if (count < *room)
		return list;
	grown = realloc(list, more * size);
	if (grown)
		*room = more;
	return grown;
}

/* Probe TCP Name q|bytes| [no-payload]. The matches that follow a bad one are left out with it. */
static int read_question(struct parse *p, struct line *l, bool *usable)
{
	struct parse_question q = { .line = l->number, .rarity = RARITY_USUAL };
	struct parse_book *b = p->book;
	struct parse_span proto = take_word(l), bytes;
	void *list;
	int rc;

	*usable = false;
	q.name = take_word(l);
	q.proto = is_word(proto, "TCP") ? IPPROTO_TCP : is_word(proto, "UDP") ? IPPROTO_UDP : 0;
	if (!q.proto || !q.name.len || l->at == l->end || *l->at != 'q') {
		say(p, l, "a question is \"Probe TCP|UDP NAME q|BYTES|\"");
		return 0;
	}
	l->at++;
	if (!take_quoted(l, &bytes) || (rc = read_payload(bytes, &q)) == ERR_SYNTAX) {
		say(p, l, "bytes that are not closed, or no such escape");
		return 0;
	}
	if (rc == ERR_RANGE || b->question_count >= QUESTIONS_MOST) {
		say(p, l, "too long, or too many questions");
		free(q.payload);
		return 0;
	}
	list = rc ? NULL : grow(b->questions, b->question_count, &p->question_room, sizeof(q));
	if (!list) {
		free(q.payload);
		return -ENOMEM;
	}
	b->questions = list;
	q.first_match = (uint32_t)b->match_count;
	b->questions[b->question_count++] = q;
	*usable = true;
	return 0;
}

static const char field_letters[PARSE_FIELDS + 1] = "pviohd";

/* p/../ v/../ cpe:/../a and so on. False: what stands there is none. */
static bool read_field(struct line *l, struct parse_match *m)
{
	const char *letter;
	struct parse_span value;
	bool is_cpe = l->end - l->at > 4 && !memcmp(l->at, "cpe:", 4);

	letter = *l->at ? strchr(field_letters, *l->at) : NULL;
	if (!is_cpe && !letter)
		return false;
	l->at += is_cpe ? 4 : 1;
	if (!take_quoted(l, &value))
		return false;
	if (!is_cpe)
		m->fields[letter - field_letters] = value;
	else if (m->cpe_count < PARSE_CPES)
		m->cpe[m->cpe_count++] = value;
	while (is_cpe && l->at < l->end && *l->at == 'a')
		l->at++;
	return l->at == l->end || *l->at == ' ' || *l->at == '\t';
}

/* match service m|pattern|is p/../ ... */
static int read_match(struct parse *p, struct line *l, bool soft)
{
	struct parse_match m = { .line = l->number, .soft = soft };
	struct parse_book *b = p->book;
	void *list;

	m.service = take_word(l);
	/* The delimiter is what stands behind the m. */
	if (!m.service.len || l->at == l->end || *l->at++ != 'm' || !take_quoted(l, &m.pattern)) {
		say(p, l, "a match is \"match SERVICE m|PATTERN|\"");
		return 0;
	}
	for (; l->at < l->end && (*l->at == 'i' || *l->at == 's'); l->at++) {
		m.caseless |= *l->at == 'i';
		m.dotall |= *l->at == 's';
	}
	for (skip_blanks(l); l->at < l->end; skip_blanks(l))
		if (!read_field(l, &m)) {
			say(p, l, "no such field, or one that is not closed");
			return 0;
		}
	if (b->match_count >= MATCHES_MOST) {
		say(p, l, "too many matches");
		return 0;
	}
	list = grow(b->matches, b->match_count, &p->match_room, sizeof(m));
	if (!list)
		return -ENOMEM;
	b->matches = list;
	b->matches[b->match_count++] = m;
	b->questions[b->question_count - 1].matches++;
	return 0;
}

/* ports, sslports, rarity, totalwaitms, tcpwrappedms, fallback of the question above. */
static int read_trait(struct parse *p, struct line *l, struct parse_span word)
{
	struct parse_question *q = &p->book->questions[p->book->question_count - 1];
	struct parse_span value = take_word(l);
	uint32_t number = 0;
	int rc;

	if (is_word(word, "ports"))
		rc = parse_ports(value.at, value.len, 0, &q->ports);
	else if (is_word(word, "sslports"))
		rc = parse_ports(value.at, value.len, 0, &q->ssl_ports);
	else if (is_word(word, "fallback"))
		rc = value.len ? 0 : ERR_SYNTAX, q->fallback = value;
	else if (is_word(word, "totalwaitms"))
		rc = take_number(value, 100000, &q->wait_ms);
	else if (is_word(word, "tcpwrappedms"))
		rc = take_number(value, 100000, &q->wrapped_ms);
	else if (is_word(word, "rarity"))
		rc = take_number(value, 9, &number) || !number ? ERR_RANGE : 0;
	else
		rc = ERR_UNKNOWN;
	if (number)
		q->rarity = (uint8_t)number;
	if (rc && rc != -ENOMEM) {
		l->at = rc == ERR_UNKNOWN ? word.at : value.at;
		say(p, l, rc == ERR_UNKNOWN ? "no such word" : "no such value");
	}
	return rc == -ENOMEM ? rc : 0;
}

/* `usable`: whether the question that lines belong to was. */
static int read_line(struct parse *p, struct line *l, bool *usable)
{
	struct parse_span word;
	int rc = 0;

	skip_blanks(l);
	if (l->at == l->end || *l->at == '#')
		return 0;
	word = take_word(l);
	if (is_word(word, "Probe"))
		return read_question(p, l, usable);
	if (is_word(word, "Exclude")) {
		word = take_word(l);
		rc = parse_ports(word.at, word.len, 'T', &p->book->exclude_tcp);
		if (!rc)
			rc = parse_ports(word.at, word.len, 'U', &p->book->exclude_udp);
		if (rc && rc != -ENOMEM)
			say(p, l, "no such ports");
		return rc == -ENOMEM ? rc : 0;
	}
	if (!*usable) {
		l->at = word.at;
		say(p, l, "belongs to no question that can be used");
		return 0;
	}
	if (is_word(word, "match") || is_word(word, "softmatch"))
		return read_match(p, l, word.len > 5);
	return read_trait(p, l, word);
}

int parse_probes(const char *text, size_t len, parse_fn fault, void *arg, struct parse_book *out)
{
	struct parse_book book = { .question_count = 0 };
	struct parse p = { .book = &book, .fault = fault, .arg = arg };
	const char *end = text + len, *stop;
	struct line l = { .number = 0 };
	bool usable = false;
	int rc = 0;

	for (; text < end && !rc; text = stop + 1) {
		stop = memchr(text, '\n', (size_t)(end - text));
		stop = stop ? stop : end;
		l = (struct line){ text, stop, text, l.number + 1 };
		while (l.end > l.at && (l.end[-1] == '\r' || l.end[-1] == ' '))
			l.end--;
		rc = read_line(&p, &l, &usable);
	}
	if (rc)
		parse_free(&book);
	else
		*out = book;
	return rc;
}

void parse_free(struct parse_book *book)
{
	size_t i;

	for (i = 0; i < book->question_count; i++) {
		free(book->questions[i].payload);
		free(book->questions[i].ports.ranges);
		free(book->questions[i].ssl_ports.ranges);
	}
	free(book->questions);
	free(book->matches);
	free(book->exclude_tcp.ranges);
	free(book->exclude_udp.ranges);
	*book = (struct parse_book){ .question_count = 0 };
}

bool parse_lists(struct parse_span list, const char *name)
{
	const char *at = list.at, *end = at ? at + list.len : NULL, *stop;

	for (; at < end; at = stop + 1) {
		stop = memchr(at, ',', (size_t)(end - at));
		stop = stop ? stop : end;
		if (strlen(name) == (size_t)(stop - at) && !memcmp(at, name, strlen(name)))
			return true;
	}
	return false;
}
