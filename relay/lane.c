/* SPDX-License-Identifier: Apache-2.0 */
#include "relay/lane.h"

#include "base/hash.h"
#include "base/record.h"
#include "relay/pace/backoff.h"
#include "relay/secrets.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define ROOM (2 * OUTBOX_WINDOW) /* letters, and dead ones that come again */

static const struct sink_driver *const drivers[SINK_KIND_END] = {
	[SINK_WEBHOOK] = &webhook_driver, [SINK_SYSLOG] = &syslog_driver,
	[SINK_MAIL] = &mail_driver,	  [SINK_KAFKA] = &kafka_driver,
	[SINK_NATS] = &nats_driver,	  [SINK_FILE] = &file_driver,
};

struct lane {
	const struct sink_conf *conf;
	const struct sink_driver *driver;
	void *self;
	struct sink_secrets secrets;
	int wake;
	pthread_t thread;
	pthread_mutex_t lock; /* of all below */
	pthread_cond_t changed;
	struct sink_letter *queue; /* a ring */
	size_t head, count;
	uint64_t taken, done;			  /* the latest letters that are not dead ones */
	struct outbox_receipt receipts[2 * ROOM]; /* those of one try always have room */
	size_t receipt_count;
	struct outbox_receipt unsettled; /* core has yet to commit it; number 0 nothing */
	struct outbox_news news;
	bool has_news, stop, ended;
	char last_error[OUTBOX_ERROR_MAX];
	uint32_t tries; /* of the first letter */
	struct backoff backoff;
};

struct lane *lane_new(const struct sink_conf *conf, int wake, char *error)
{
	struct lane *lane = calloc(1, sizeof(*lane));
	struct hash_key key = hash_key_new();
	pthread_condattr_t clock;
	int rc;

	if (!lane)
		return NULL;
	lane->conf = conf;
	lane->driver = drivers[conf->kind];
	lane->wake = wake;
	lane->backoff.dice = key.k[0];
	lane->queue = calloc(ROOM, sizeof(*lane->queue));
	pthread_mutex_init(&lane->lock, NULL);
	pthread_condattr_init(&clock);
	pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
	pthread_cond_init(&lane->changed, &clock);
	pthread_condattr_destroy(&clock);
	record_text_set(lane->news.sink, sizeof(lane->news.sink), conf->name);
	rc = lane->queue ? secrets_read(conf, &lane->secrets, error) : -ENOMEM;
	if (!rc)
		rc = lane->driver->open(conf, &lane->secrets, &lane->self, error);
	if (!rc)
		return lane;
	lane_free(lane);
	return NULL;
}

void lane_free(struct lane *lane)
{
	if (!lane)
		return;
	if (lane->self)
		lane->driver->close(lane->self);
	secrets_free(&lane->secrets);
	pthread_cond_destroy(&lane->changed);
	pthread_mutex_destroy(&lane->lock);
	free(lane->queue);
	free(lane);
}

/* ---- in its thread, locked ---- */

static void wake(const struct lane *lane)
{
	const uint64_t one = 1;

	if (write(lane->wake, &one, sizeof(one)) < 0)
		return; /* it is awake already */
}

/* The first letter is done with, one way or the other. */
static void finish(struct lane *lane, enum outbox_outcome outcome, const char *error)
{
	const struct sink_letter *letter = &lane->queue[lane->head];
	struct outbox_receipt *r = &lane->receipts[lane->receipt_count++];

	*r = (struct outbox_receipt){ .time_us = mono_wall(),
				      .number = letter->number,
				      .outcome = (uint8_t)outcome,
				      .again = letter->again,
				      .tries = lane->tries + 1 };
	record_text_set(r->sink, sizeof(r->sink), lane->conf->name);
	record_text_set(r->error, sizeof(r->error), error);
	if (!letter->again)
		lane->done = letter->number;
	lane->unsettled = *r;
	lane->head = (lane->head + 1) % ROOM;
	lane->count--;
	lane->tries = 0;
}

static void wait_until(struct lane *lane, mono_t until)
{
	struct timespec ts = { until / MONO_SECOND, until % MONO_SECOND * 1000 };

	while (!lane->stop && mono_now() < until)
		pthread_cond_timedwait(&lane->changed, &lane->lock, &ts);
}

static void note_failure(struct lane *lane, const struct sink_result *result)
{
	lane->tries++;
	lane->news.time_us = mono_wall();
	lane->news.tries++;
	if (!lane->news.down_us)
		lane->news.down_us = lane->news.time_us;
	memcpy(lane->news.error, result->error, sizeof(result->error));
	memcpy(lane->last_error, result->error, sizeof(result->error));
	lane->has_news = true;
}

static void note_success(struct lane *lane)
{
	backoff_reset(&lane->backoff);
	lane->has_news |= lane->news.down_us != 0;
	lane->news.time_us = mono_wall();
	lane->news.down_us = 0;
}

/* Whether the first letter has waited for as long as it may; one that somebody sends once more has
 * time again. */
static bool is_too_old(const struct lane *lane)
{
	const struct sink_letter *letter = &lane->queue[lane->head];

	return lane->conf->keep && !letter->again &&
	       mono_wall() - letter->alert.time_us > lane->conf->keep;
}

/* Sets aside what is too old, once the receiver has not taken it. */
static void give_up_old(struct lane *lane)
{
	char error[OUTBOX_ERROR_MAX];

	while (lane->count && lane->backoff.delay && is_too_old(lane) &&
	       lane->receipt_count < ROOM) {
		snprintf(error, sizeof(error), "too old, at last: %.90s", lane->last_error);
		finish(lane, OUTBOX_REFUSED, error);
	}
}

/* Takes the result of a try: how long to wait until the next one. */
static mono_t conclude(struct lane *lane, const struct sink_result *result, size_t count)
{
	mono_t delay = 0;
	size_t i;

	for (i = 0; i < result->done; i++)
		finish(lane, OUTBOX_DELIVERED, "");
	if (i < count && result->never)
		finish(lane, OUTBOX_REFUSED, result->error);
	if (i == count || result->never || result->done)
		note_success(lane);
	if (i < count && !result->never) {
		note_failure(lane, result);
		delay = backoff_next(&lane->backoff, result->wait);
		give_up_old(lane);
	}
	wake(lane);
	return delay;
}

static void *run(void *arg)
{
	struct lane *lane = arg;
	struct sink_result result;
	mono_t delay;
	size_t count;

	pthread_mutex_lock(&lane->lock);
	while (!lane->stop) {
		if (!lane->count || lane->unsettled.number) {
			pthread_cond_wait(&lane->changed, &lane->lock);
			continue;
		}
		count = lane->count < lane->conf->batch ? lane->count : lane->conf->batch;
		if (count > ROOM - lane->head)
			count = ROOM - lane->head;
		memset(&result, 0, sizeof(result));
		/* What is being handed over stays where it is: others only add behind it. */
		pthread_mutex_unlock(&lane->lock);
		lane->driver->deliver(lane->self, &lane->queue[lane->head], count, &result);
		pthread_mutex_lock(&lane->lock);
		delay = conclude(lane, &result, count);
		if (delay)
			wait_until(lane, mono_now() + delay);
	}
	lane->ended = true;
	wake(lane);
	pthread_mutex_unlock(&lane->lock);
	return NULL;
}

/* ---- for the role ---- */

int lane_start(struct lane *lane)
{
	int rc = pthread_create(&lane->thread, NULL, run, lane);

	if (!rc)
		pthread_detach(lane->thread);
	return -rc;
}

static bool has_again(const struct lane *lane, uint64_t number)
{
	size_t i;

	for (i = 0; i < lane->count; i++) {
		const struct sink_letter *l = &lane->queue[(lane->head + i) % ROOM];

		if (l->again && l->number == number)
			return true;
	}
	return false;
}

/* It was handed over, but the core that heard of it may have been killed before it was kept. */
static void repeat_receipt(struct lane *lane, uint64_t number)
{
	struct outbox_receipt *r;

	if (lane->receipt_count == ROOM)
		return;
	r = &lane->receipts[lane->receipt_count++];
	*r = (struct outbox_receipt){
		.time_us = mono_wall(), .number = number, .outcome = OUTBOX_DELIVERED, .tries = 1
	};
	record_text_set(r->sink, sizeof(r->sink), lane->conf->name);
	wake(lane);
}

/* "": there is none. */
static void write_key(char key[SINK_KEY_MAX], uint64_t store, uint64_t number)
{
	*key = 0;
	if (number)
		snprintf(key, SINK_KEY_MAX, "%016llx-%llu", (unsigned long long)store,
			 (unsigned long long)number);
}

void lane_put(struct lane *lane, const struct outbox_parcel *p)
{
	struct sink_letter *letter;

	pthread_mutex_lock(&lane->lock);
	if (!p->again && p->number <= lane->done) {
		repeat_receipt(lane, p->number);
	} else if (lane->count < ROOM &&
		   (p->again ? !has_again(lane, p->number) : p->number > lane->taken)) {
		letter = &lane->queue[(lane->head + lane->count++) % ROOM];
		letter->number = p->number;
		letter->again = p->again;
		letter->growth = p->growth;
		letter->alert = p->alert;
		write_key(letter->key, p->store, p->number);
		write_key(letter->updates, p->store, p->growth.alert);
		if (!p->again)
			lane->taken = letter->number;
		pthread_cond_broadcast(&lane->changed);
	}
	pthread_mutex_unlock(&lane->lock);
}

void lane_settle(struct lane *lane, const struct outbox_receipt *r)
{
	pthread_mutex_lock(&lane->lock);
	if (r->number == lane->unsettled.number && r->again == lane->unsettled.again) {
		lane->unsettled.number = 0;
		pthread_cond_broadcast(&lane->changed);
	}
	pthread_mutex_unlock(&lane->lock);
}

void lane_restart(struct lane *lane)
{
	pthread_mutex_lock(&lane->lock);
	lane->unsettled.number = 0;
	pthread_cond_broadcast(&lane->changed);
	pthread_mutex_unlock(&lane->lock);
}

size_t lane_collect(struct lane *lane, struct outbox_receipt *out, size_t most)
{
	size_t count;

	pthread_mutex_lock(&lane->lock);
	count = lane->receipt_count < most ? lane->receipt_count : most;
	memcpy(out, lane->receipts, count * sizeof(*out));
	lane->receipt_count -= count;
	memmove(lane->receipts, lane->receipts + count, lane->receipt_count * sizeof(*out));
	pthread_mutex_unlock(&lane->lock);
	return count;
}

bool lane_news(struct lane *lane, struct outbox_news *out)
{
	bool has;

	pthread_mutex_lock(&lane->lock);
	has = lane->has_news;
	*out = lane->news;
	lane->has_news = false;
	lane->news.tries = 0;
	*lane->news.error = 0;
	pthread_mutex_unlock(&lane->lock);
	return has;
}

void lane_stop(struct lane *lane)
{
	pthread_mutex_lock(&lane->lock);
	lane->stop = true;
	pthread_cond_broadcast(&lane->changed);
	pthread_mutex_unlock(&lane->lock);
}

bool lane_has_ended(struct lane *lane)
{
	bool ended;

	pthread_mutex_lock(&lane->lock);
	ended = lane->ended;
	pthread_mutex_unlock(&lane->lock);
	return ended;
}
