/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The keys of the tables: bytes whose order is the order of the rows. Keys of rows that expire lead
 * with time.
 */
#ifndef STORE_KEY_H
#define STORE_KEY_H

#include "base/record.h"

#define KEY_SERVICE 23 /* zone, host, protocol, port */
#define KEY_PROBE (KEY_SERVICE + PROBE_VANTAGE_MAX)
#define KEY_LOG (8 + KEY_SERVICE) /* time, service */
#define KEY_NUMBERED 16		  /* time, number */
#define KEY_NUMBER 8
#define KEY_RECEIVER 16
#define KEY_OUTBOX (KEY_RECEIVER + 8) /* receiver, number */

void key_service(const struct service *service, uint8_t *out);
struct service key_service_of(const uint8_t *key);
void key_probe(const struct service *service, const char *vantage, uint8_t *out);
void key_log(const struct service *service, wall_t time, uint8_t *out);
void key_numbered(wall_t time, uint64_t number, uint8_t *out);
void key_number(uint64_t number, uint8_t *out);
void key_outbox(const char *receiver, uint64_t number, uint8_t *out);

/* A time as keys hold it, 8 bytes: those before 1970 sort as if they were 1970. */
void key_time(wall_t time, uint8_t *out);

/* The number at the end of a numbered key, and the time at the start of any that leads with it. */
uint64_t key_number_of(const uint8_t *numbered);
wall_t key_time_of(const uint8_t *key);

#endif
