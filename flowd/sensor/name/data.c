/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/sensor/name/data.h"

#include "base/record.h"

#include <ctype.h>

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static uint32_t le32(struct wire *w)
{
	return wire_swap32(wire_be32(w));
}

/* Redis serialization protocol: a request is an array of bulk strings, "*2\r\n$3\r\n...". */
static enum fit redis_asks(const struct words *w)
{
	size_t i = 1;

	if (w->bytes[0] != '*')
		return FIT_SHORT; /* it may also stand on a line, like anybody's */
	while (i < w->len && isdigit(w->bytes[i]))
		i++;
	if (i + 2 >= w->len)
		return FIT_SHORT;
	return i > 1 && !memcmp(w->bytes + i, "\r\n$", 3) ? FIT_YES : FIT_NO;
}

/* The answer alone tells when it is one that nobody else gives. */
static enum fit redis_says(const struct words *w)
{
	static const char *const own[] = { "+PONG\r\n",
					   "-NOAUTH ",
					   "-DENIED Redis ",
					   "-WRONGPASS ",
					   "-ERR wrong number of arguments for",
					   "-ERR unknown command",
					   "-WRONGTYPE ",
					   "-MOVED " };
	size_t i;

	for (i = 0; i < COUNT(own); i++)
		if (words_start(w, own[i]))
			return FIT_YES;
	if (w->bytes[0] == '$' && words_have(w, "redis_version:"))
		return FIT_YES;
	if (!strchr("+-:$*%_#,(~>", w->bytes[0]) || !w->bytes[0])
		return FIT_NO;
	/* "+OK" is POP3's greeting, too. */
	return words_start(w, "+OK") && !words_start(w, "+OK\r\n") ? FIT_NO : FIT_MAY;
}

/* memcached: protocol.txt, and the header of its binary protocol. */
static enum fit memcached_binary(const struct words *w, uint8_t magic)
{
	struct wire wire = words_wire(w);
	uint8_t got = wire_u8(&wire), opcode = wire_u8(&wire), extras;
	uint16_t key = wire_be16(&wire);
	uint32_t body;

	extras = wire_u8(&wire);
	if (wire_u8(&wire))
		return FIT_NO;
	wire_be16(&wire);
	body = wire_be32(&wire);
	return fit_if(&wire,
		      got == magic && opcode <= 0x25 && extras <= 20 && key <= 250 &&
			      body >= (uint32_t)key + extras && body < 1u << 20,
		      FIT_MAY);
}

static enum fit memcached_asks(const struct words *w)
{
	static const char *const commands[] = { "get ",	    "gets ", "set ",	  "add ",
						"replace ", "stats", "version",	  "delete ",
						"incr ",    "decr ", "touch ",	  "flush_all",
						"mg ",	    "ms ",   "verbosity " };
	size_t i;

	for (i = 0; i < COUNT(commands); i++)
		if (words_start(w, commands[i]))
			return FIT_MAY;
	return memcached_binary(w, 0x80);
}

static enum fit memcached_says(const struct words *w)
{
	static const char *const answers[] = { "STORED\r\n",  "NOT_STORED\r\n", "VERSION ",
					       "END\r\n",     "ERROR\r\n",	"CLIENT_ERROR ",
					       "DELETED\r\n", "NOT_FOUND\r\n",	"EXISTS\r\n" };
	size_t i;

	if (words_start(w, "STAT ") && words_have(w, "\r\nSTAT "))
		return FIT_YES;
	if (words_start(w, "VALUE ") && words_have(w, "\r\n"))
		return FIT_YES;
	for (i = 0; i < COUNT(answers); i++)
		if (words_start(w, answers[i]))
			return FIT_MAY;
	return memcached_binary(w, 0x81);
}

/*
 * CQL binary protocol, section 2: version (highest bit: response), flags, stream, opcode, body
 * length. The stream is one byte up to version 2. `opcode` becomes what it is.
 */
static enum fit cql(const struct words *words, bool response, uint8_t *opcode)
{
	struct wire w = words_wire(words);
	uint8_t version = wire_u8(&w), flags = wire_u8(&w);
	uint32_t length;

	wire_take(&w, (version & 0x7f) <= 2 ? 1 : 2);
	*opcode = wire_u8(&w);
	length = wire_be32(&w);
	/* A body may go on in the next packet, but no first request is that long. */
	return fit_if(&w,
		      (version & 0x7f) >= 1 && (version & 0x7f) <= 6 &&
			      !(version & 0x80) != response && !(flags & 0xe0) && *opcode <= 0x10 &&
			      length <= (response ? 1u << 28 : 1u << 16),
		      FIT_MAY);
}

static enum fit cassandra_asks(const struct words *w)
{
	uint8_t opcode;
	enum fit fit;

	/* Between nodes: a magic number of its own. */
	if (words_start(w, "\xca\x55\x2d\xfa"))
		return FIT_YES;
	fit = cql(w, false, &opcode);
	return fit == FIT_MAY && opcode == 1 && words_have(w, "CQL_VERSION") ? FIT_YES : fit;
}

static enum fit cassandra_says(const struct words *w)
{
	uint8_t opcode;
	enum fit fit;

	if (words_start(w, "\xca\x55\x2d\xfa"))
		return FIT_YES;
	fit = cql(w, true, &opcode);
	return fit == FIT_MAY && opcode == 6 &&
			       (words_have(w, "CQL_VERSION") || words_have(w, "PROTOCOL_VERSIONS"))
		       ? FIT_YES
		       : fit;
}

/* MySQL client/server protocol: length (little-endian), sequence 0, version 10, its name; or the
 * error of a server that is full. */
static enum fit mysql_says(const struct words *words)
{
	struct wire w = words_wire(words);
	uint8_t low = wire_u8(&w), middle = wire_u8(&w), high = wire_u8(&w), sequence = wire_u8(&w);
	uint32_t length = low | (uint32_t)middle << 8 | (uint32_t)high << 16;
	uint8_t kind = wire_u8(&w), digit = wire_u8(&w), second = wire_u8(&w);

	if (w.bad)
		return FIT_SHORT;
	if (sequence || length < 8 || length > 512 || length + 4 < words->first)
		return FIT_NO;
	if (kind == 0x0a)
		return isdigit(digit) && (isdigit(second) || second == '.') ? FIT_YES : FIT_NO;
	/* 1040 too many connections, 1129 blocked, 1130 not allowed. */
	return kind == 0xff && second == 0x04 && (digit == 0x10 || digit == 0x69 || digit == 0x6a)
		       ? FIT_YES
		       : FIT_NO;
}

/* PostgreSQL's messages, "Message Formats": the client's first has no type. */
static enum fit postgresql_asks(const struct words *words)
{
	struct wire w = words_wire(words);
	uint32_t length = wire_be32(&w), code = wire_be32(&w);

	if (code >= 80877102 && code <= 80877104)
		return fit_if(&w, length == 8 || (code == 80877102 && length >= 16), FIT_YES);
	return fit_if(&w, code >> 16 == 3 && length > 8 && length < 10000, FIT_YES);
}

static enum fit postgresql_says(const struct words *words)
{
	struct wire w = words_wire(words);
	uint8_t type = wire_u8(&w);
	uint32_t length, code;

	if (words->first == 1 && (type == 'S' || type == 'N' || type == 'G'))
		return FIT_MAY;
	length = wire_be32(&w);
	if (type == 'E')
		return words_have(words, "FATAL") || words_have(words, "ERROR")
			       ? fit_if(&w, length < 1u << 16, FIT_YES)
			       : FIT_NO;
	code = wire_be32(&w);
	if (type != 'R' || code > 12 || length < 8 || length > 512)
		return w.bad ? FIT_SHORT : FIT_NO;
	if (w.bad)
		return FIT_SHORT;
	/* AuthenticationOk goes on with parameters, the others ask for something and wait. */
	return words->first == length + 1 || (!code && words_have(words, "server_version"))
		       ? FIT_YES
		       : FIT_MAY;
}

/* MS-TDS section 2.2.3.1: type, status, length, channel, number, window. */
static enum fit mssql_header(const struct words *words, uint8_t type, bool *prelogin)
{
	struct wire w = words_wire(words);
	uint8_t got = wire_u8(&w), status = wire_u8(&w), token;
	uint16_t length = wire_be16(&w), at;

	wire_take(&w, 3);
	if (wire_u8(&w))
		return FIT_NO;
	token = wire_u8(&w);
	at = wire_be16(&w);
	/* Section 2.2.6.5: the version stands first, 6 bytes long. */
	*prelogin = !token && at >= 11 && at < 64 && wire_be16(&w) == 6;
	return fit_if(&w, got == type && status <= 0x0f && length == words->first, FIT_MAY);
}

static enum fit mssql_asks(const struct words *w)
{
	bool prelogin;

	if (w->bytes[0] == 0x10)
		return mssql_header(w, 0x10, &prelogin);
	return mssql_header(w, 0x12, &prelogin) == FIT_MAY && prelogin ? FIT_YES : FIT_NO;
}

static enum fit mssql_says(const struct words *w)
{
	bool prelogin;
	enum fit fit = mssql_header(w, 0x04, &prelogin);

	return fit == FIT_MAY && prelogin ? FIT_YES : fit;
}

/* MongoDB wire protocol: length, request, answered request, opcode; little-endian. */
static enum fit mongodb(const struct words *words, bool response)
{
	struct wire w = words_wire(words);
	uint32_t length = le32(&w), answered, opcode;
	bool known;

	le32(&w);
	answered = le32(&w);
	opcode = le32(&w);
	known = response ? opcode == 1 || opcode == 2012 || opcode == 2013
			 : opcode == 2004 || (opcode >= 2010 && opcode <= 2013);
	/* What is longer than its first segment filled that. */
	if (!w.bad && (!known || length < 16 || length > 48000000 || length < words->first ||
		       (length > words->first && words->first < 500)))
		return FIT_NO;
	return fit_if(&w, response || !answered, FIT_YES);
}

static enum fit mongodb_asks(const struct words *w)
{
	return mongodb(w, false);
}

static enum fit mongodb_says(const struct words *w)
{
	return mongodb(w, true);
}

/* AMQP 0-9-1 section 4.2.2, AMQP 1.0 section 2.2: "AMQP" and a version. */
static enum fit amqp_asks(const struct words *w)
{
	return words_start(w, "AMQP") ? FIT_YES : words_may_start(w, "AMQP") ? FIT_SHORT : FIT_NO;
}

static enum fit amqp_says(const struct words *words)
{
	struct wire w = words_wire(words);

	if (words_may_start(words, "AMQP"))
		return words->len < 4 ? FIT_SHORT : FIT_YES;
	/* A method frame of channel 0: Connection.Start. */
	if (wire_u8(&w) != 1 || wire_be16(&w))
		return FIT_NO;
	wire_be32(&w);
	return fit_if(&w, wire_be32(&w) == 0x000a000a, FIT_YES);
}

/* MQTT section 2.2: type and flags, then a length of up to four bytes. */
static bool mqtt_next(struct wire *w, uint8_t *type, uint32_t *length)
{
	unsigned shift = 0;
	uint8_t byte;

	*type = wire_u8(w);
	*length = 0;
	do {
		byte = wire_u8(w);
		*length |= (uint32_t)(byte & 0x7f) << shift;
		shift += 7;
	} while (byte & 0x80 && shift < 28);
	return !w->bad && !(byte & 0x80);
}

static enum fit mqtt_asks(const struct words *words)
{
	struct wire w = words_wire(words);
	const uint8_t *name;
	uint32_t length;
	uint16_t size;
	uint8_t type;

	if (!mqtt_next(&w, &type, &length))
		return w.bad ? FIT_SHORT : FIT_NO;
	size = wire_be16(&w);
	name = wire_take(&w, size == 6 ? 6 : 4);
	return fit_if(&w,
		      type == 0x10 && name &&
			      (size == 6 ? !memcmp(name, "MQIsdp", 6)
					 : size == 4 && !memcmp(name, "MQTT", 4)),
		      FIT_YES);
}

/* CONNACK; what follows it must be packets of a server, too. */
static enum fit mqtt_says(const struct words *words)
{
	struct wire w = words_wire(words);
	uint8_t type, flags, code;
	unsigned packets = 0;
	uint32_t length;

	if (!mqtt_next(&w, &type, &length))
		return w.bad ? FIT_SHORT : FIT_NO;
	flags = wire_u8(&w);
	code = wire_u8(&w);
	if (w.bad || type != 0x20 || length < 2 || length > 256 || flags > 1 ||
	    (length == 2 && code > 5) || (length > 2 && code && code < 0x80))
		return w.bad ? FIT_SHORT : FIT_NO;
	wire_take(&w, length - 2);
	while (wire_left(&w) && mqtt_next(&w, &type, &length)) {
		if (!strchr("\x40\x50\x62\x70\x90\xb0\xd0", type) && type >> 4 != 3)
			return FIT_NO;
		wire_take(&w, length);
		packets++;
	}
	return packets > 1 ? FIT_YES : FIT_MAY;
}

/* Kafka protocol guide: length, key, version, number; the answer repeats the number. */
static enum fit kafka_asks(const struct words *words)
{
	struct wire w = words_wire(words);
	uint32_t length = wire_be32(&w);
	uint16_t key = wire_be16(&w), version = wire_be16(&w), name;

	wire_be32(&w);
	name = wire_be16(&w);
	return fit_if(&w,
		      length + 4 >= words->first && length > 9 && length < 1u << 24 && key <= 100 &&
			      version <= 20 && (name == UINT16_MAX || name + 10u <= length),
		      FIT_MAY);
}

static enum fit kafka_says(const struct words *words)
{
	struct wire w = words_wire(words);
	uint32_t length = wire_be32(&w);

	wire_be32(&w);
	return fit_if(&w, length >= 4 && length < 1u << 26 && length + 4 >= words->first, FIT_MAY);
}

static enum fit kafka_pair(const struct words *client, const struct words *server)
{
	if (client->len < 12 || server->len < 8)
		return FIT_SHORT;
	/* Most answers to small numbers look like each other: lengths must be right as well. */
	return !memcmp(client->bytes + 8, server->bytes + 4, 4) &&
			       wire_be32_at(client->bytes) + 4 == client->first
		       ? FIT_MAY
		       : FIT_NO;
}

/* ZooKeeper: the connect records of its client, and the four letters of its operators. */
static enum fit zookeeper_asks(const struct words *words)
{
	static const char *const letters[] = { "ruok", "stat", "srvr", "mntr", "conf",
					       "envi", "cons", "dump", "isro" };
	struct wire w = words_wire(words);
	uint32_t length;
	size_t i;

	for (i = 0; i < COUNT(letters); i++)
		if (words_start(words, letters[i]))
			return words->first <= 6 ? FIT_MAY : FIT_NO;
	length = wire_be32(&w);
	if ((length != 44 && length != 45) || wire_be32(&w))
		return w.bad ? FIT_SHORT : FIT_NO;
	wire_take(&w, 20);
	return fit_if(&w, wire_be32(&w) == 16, FIT_YES);
}

static enum fit zookeeper_says(const struct words *words)
{
	struct wire w = words_wire(words);
	uint32_t length;

	if (words_start(words, "Zookeeper version:") || words_start(words, "zk_version\t"))
		return FIT_YES;
	if (words_start(words, "imok"))
		return FIT_MAY;
	length = wire_be32(&w);
	if ((length != 36 && length != 37) || wire_be32(&w))
		return w.bad ? FIT_SHORT : FIT_NO;
	wire_take(&w, 12);
	return fit_if(&w, wire_be32(&w) == 16, FIT_YES);
}

/* ActiveMQ's OpenWire: length, type 1 (WIREFORMAT_INFO), its magic. */
static enum fit activemq_both(const struct words *words)
{
	struct wire w = words_wire(words);
	const uint8_t *magic;

	wire_be32(&w);
	if (wire_u8(&w) != 1)
		return w.bad ? FIT_SHORT : FIT_NO;
	magic = wire_take(&w, 8);
	return fit_if(&w, magic && !memcmp(magic, "ActiveMQ", 8), FIT_YES);
}

static const struct fit_row rows[] = {
	{ "redis", PROTO_TCP, FIT_STRICT, redis_asks, redis_says, NULL },
	{ "memcached", PROTO_TCP, FIT_STRICT, memcached_asks, memcached_says, NULL },
	{ "cassandra", PROTO_TCP, FIT_STRICT, cassandra_asks, cassandra_says, NULL },
	{ "mysql", PROTO_TCP, 0, NULL, mysql_says, NULL },
	{ "postgresql", PROTO_TCP, FIT_STRICT, postgresql_asks, postgresql_says, NULL },
	{ "mssql", PROTO_TCP, 0, mssql_asks, mssql_says, NULL },
	{ "mongodb", PROTO_TCP, FIT_STRICT, mongodb_asks, mongodb_says, NULL },
	{ "amqp", PROTO_TCP, 0, amqp_asks, amqp_says, NULL },
	{ "mqtt", PROTO_TCP, FIT_STRICT, mqtt_asks, mqtt_says, NULL },
	{ "zookeeper", PROTO_TCP, 0, zookeeper_asks, zookeeper_says, NULL },
	{ "activemq", PROTO_TCP, 0, activemq_both, activemq_both, NULL },
	{ "kafka", PROTO_TCP, 0, kafka_asks, kafka_says, kafka_pair },
};

const struct fit_table data_table = { rows, COUNT(rows) };
