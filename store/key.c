/* SPDX-License-Identifier: Apache-2.0 */
#include "store/key.h"

#include "base/wire.h"

void key_service(const struct service *s, uint8_t *out)
{
	wire_put_be32(out, s->zone);
	memcpy(out + 4, s->host.b, 16);
	out[20] = s->proto;
	wire_put_be16(out + 21, s->port);
}

struct service key_service_of(const uint8_t *key)
{
	struct service s = { .zone = wire_be32_at(key),
			     .proto = key[20],
			     .port = wire_be16_at(key + 21) };

	memcpy(s.host.b, key + 4, 16);
	return s;
}

void key_probe(const struct service *service, const char *vantage, uint8_t *out)
{
	key_service(service, out);
	record_text_set((char *)out + KEY_SERVICE, PROBE_VANTAGE_MAX, vantage);
}

void key_time(wall_t time, uint8_t *out)
{
	wire_put_be64(out, time < 0 ? 0 : (uint64_t)time);
}

void key_log(const struct service *service, wall_t time, uint8_t *out)
{
	key_time(time, out);
	key_service(service, out + 8);
}

void key_number(uint64_t number, uint8_t *out)
{
	wire_put_be64(out, number);
}

void key_numbered(wall_t time, uint64_t number, uint8_t *out)
{
	key_time(time, out);
	key_number(number, out + 8);
}

void key_outbox(const char *receiver, uint64_t number, uint8_t *out)
{
	record_text_set((char *)out, KEY_RECEIVER, receiver);
	key_number(number, out + KEY_RECEIVER);
}

uint64_t key_number_of(const uint8_t *numbered)
{
	return wire_be64_at(numbered + 8);
}

wall_t key_time_of(const uint8_t *key)
{
	return (wall_t)wire_be64_at(key);
}
