/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/sensor/explain/ftp.h"

enum command {
	COMMAND_OTHER,
	COMMAND_USER,
	COMMAND_PASV,
	COMMAND_EPSV,
	COMMAND_ACTIVE,
	COMMAND_AUTH
};

static const struct {
	const char *word;
	enum command command;
} commands[] = {
	{ "USER", COMMAND_USER },   { "PASV", COMMAND_PASV },	{ "EPSV", COMMAND_EPSV },
	{ "PORT", COMMAND_ACTIVE }, { "EPRT", COMMAND_ACTIVE }, { "AUTH", COMMAND_AUTH },
};

/* h1,h2,h3,h4,p1,p2 */
static bool read_host_port(struct text t, struct announced *out)
{
	uint8_t bytes[6];
	uint32_t n;
	size_t i;

	for (i = 0; i < sizeof(bytes); i++) {
		if ((i && !text_byte(&t, ',')) || !text_number(&t, UINT8_MAX, &n))
			return false;
		bytes[i] = (uint8_t)n;
	}
	out->host = addr_v4(bytes);
	out->port = (uint16_t)(bytes[4] << 8 | bytes[5]);
	return out->port;
}

/* What stands before the next delimiter. */
static struct text field(struct text *t, char delimiter)
{
	struct text f = { t->at, t->at };

	f.end = text_past(t, delimiter) ? t->at - 1 : t->at;
	return f;
}

/* |family|address|port|, with any printable delimiter; the first two may be empty (RFC 2428). */
static bool read_extended(struct text t, struct announced *out)
{
	struct text address;
	char delimiter;
	uint32_t port;

	if (t.at == t.end || *t.at < 33 || *t.at > 126)
		return false;
	delimiter = *t.at++;
	field(&t, delimiter);
	address = field(&t, delimiter);
	if (!text_number(&t, UINT16_MAX, &port) || !port || !text_byte(&t, delimiter))
		return false;
	if (address.at < address.end && !text_address(address, &out->host))
		return false;
	out->port = (uint16_t)port;
	return true;
}

/* RFC 1123 section 4.1.2.6: the numbers begin at the first digit, with or without a parenthesis. */
static bool read_227(struct text t, struct announced *out)
{
	while (t.at < t.end && (*t.at < '0' || *t.at > '9'))
		t.at++;
	return read_host_port(t, out);
}

static bool read_229(struct text t, struct announced *out)
{
	return text_past(&t, '(') && read_extended(t, out);
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static void take_command(struct ftp *ftp, struct text line)
{
	uint8_t command = COMMAND_OTHER;
	struct text word, rest = line;
	size_t i;

	/* Telnet codes may stand before ABOR (RFC 959 section 4.1.3). */
	while (rest.at < rest.end && (unsigned char)*rest.at >= 0x80)
		rest.at++;
	word = text_take(&rest);
	for (i = 0; word.at + i < word.end; i++)
		ftp->bad |= !is_letter(word.at[i]);
	/* A client that speaks before its greeting is none of FTP. */
	if (!ftp->greeted || i < 3 || i > 4)
		ftp->bad = true;
	if (ftp->bad)
		return;
	for (i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (text_word(&(struct text){ word.at, word.end }, commands[i].word))
			command = (uint8_t)commands[i].command;
	if (command == COMMAND_ACTIVE) {
		ftp->active =
			(struct announced){ .proto = PROTO_TCP, .reason = EPHEMERAL_FTP_DATA };
		if (!read_host_port(rest, &ftp->active) && !read_extended(rest, &ftp->active))
			ftp->active.port = 0;
	}
	if (ftp->count < FTP_PENDING)
		ftp->pending[ftp->count++] = command;
}

/* Takes the commands that are settled by a reply off the list, up to one of this kind if there is
 * one; was there? */
static bool settle(struct ftp *ftp, enum command command)
{
	uint8_t i, found = 0;

	while (found < ftp->count && ftp->pending[found] != command)
		found++;
	if (found == ftp->count)
		return false;
	for (i = (uint8_t)(found + 1); i < ftp->count; i++)
		ftp->pending[i - found - 1] = ftp->pending[i];
	ftp->count = (uint8_t)(ftp->count - found - 1);
	return true;
}

/* A reply has ended; `rest` follows its code. */
static void take_reply(struct ftp *ftp, unsigned code, struct text rest,
		       struct announced *announced)
{
	struct announced passive = { .proto = PROTO_TCP,
				     .reason = EPHEMERAL_FTP_DATA,
				     .by_server = true };

	if (code < 200)
		return;
	if (!ftp->greeted) {
		ftp->greeted = code == 220;
		ftp->bad = !ftp->greeted;
		return;
	}
	if (code == 227 && (settle(ftp, COMMAND_PASV) || ftp->half)) {
		if (read_227(rest, &passive))
			*announced = passive;
	} else if (code == 229 && (settle(ftp, COMMAND_EPSV) || ftp->half)) {
		if (read_229(rest, &passive))
			*announced = passive;
	} else if (ftp->count) {
		ftp->proven |= ftp->pending[0] == COMMAND_USER && (code == 331 || code == 230);
		if (code == 200 && ftp->pending[0] == COMMAND_ACTIVE)
			*announced = ftp->active;
		ftp->secret |= code == 234 && ftp->pending[0] == COMMAND_AUTH;
		settle(ftp, ftp->pending[0]);
	} else {
		ftp->secret |= code == 234 && ftp->half;
	}
}

static void take_answer(struct ftp *ftp, struct text line, struct announced *announced)
{
	struct text t = line;
	uint32_t code = 0;
	bool numbered = text_number(&t, 999, &code) && t.at - line.at == 3 && code >= 100;

	if (ftp->several) {
		/* Its last line has the code again, and a blank; whatever is between is text. */
		if (!numbered || code != ftp->several || (t.at < t.end && *t.at != ' '))
			return;
		ftp->several = 0;
	} else if (!numbered || (t.at < t.end && *t.at != ' ' && *t.at != '-')) {
		ftp->bad = true;
		return;
	} else if (text_byte(&t, '-')) {
		ftp->several = (uint16_t)code;
		return;
	}
	take_reply(ftp, code, t, announced);
}

void ftp_line(struct ftp *ftp, struct text line, bool from_server, announced_fn fn, void *arg)
{
	struct announced announced = { .port = 0 };

	if (ftp->bad || ftp->secret || line.at == line.end)
		return;
	if (from_server)
		take_answer(ftp, line, &announced);
	else
		take_command(ftp, line);
	ftp->proven |= announced.port || ftp->secret;
	if (announced.port)
		fn(arg, &announced);
}
