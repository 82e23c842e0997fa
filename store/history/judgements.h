/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the rules were asked, and what came of it: each finding as it was judged, so that other
 * rules can be asked the same later. Kept as long as events are.
 */
#ifndef STORE_HISTORY_JUDGEMENTS_H
#define STORE_HISTORY_JUDGEMENTS_H

#include "store/store.h"

/* What rules ask and the finding does not say, as it was known then. */
struct store_facts {
	wall_t not_after_us;	  /* the certificate's end; 0 none was seen */
	uint32_t asked, answered; /* UDP: payload bytes of questions, of their answers */
	uint16_t vlan;		  /* 0 none */
	uint8_t tunnel;		  /* enum tunnel */
	uint8_t noauth, weak_tls, selfsigned;
	uint8_t pad[2];
	char owner[TOKEN_NAME_MAX]; /* of the asset; "" not known */
	char zone[ASSET_ZONE_MAX];  /* likewise */
	char tags[ASSET_TAGS_MAX];  /* likewise, with a comma between; "" none */
};

struct store_judgement {
	uint64_t number; /* from 1, never repeats; in the order of judging */
	wall_t time_us;
	/* Findings of one job make one alert, and another one only of a higher level; 0: alone. */
	uint64_t job;
	uint32_t line;	 /* of the rule that decided; 0: the implied last one */
	uint8_t level;	 /* enum level of the alert that was made; none: there was none */
	uint8_t judged;	 /* enum level that the rules said */
	uint8_t quiet;	 /* 1: the border was being learnt: only level high and above alerted */
	uint8_t awaited; /* 1: a verdict was still to come */
	struct finding finding;
	struct store_facts facts;
};

/* Puts it into the batch under the next number. A store in memory keeps none. */
void store_put_judgement(struct store *store, struct store_judgement *row);

typedef int (*store_judgement_fn)(void *arg, const struct store_judgement *row);

/* Those not before `since`, the oldest first; ends and returns as the other walks. */
int store_walk_judgements(struct store *store, wall_t since, store_judgement_fn fn, void *arg);

/* The latest about a service: 1 found, 0 none is kept, or an error. Looks through all that is later
 * than `since`. */
int store_find_judgement(struct store *store, const struct service *service, wall_t since,
			 struct store_judgement *out);

#endif
