/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What flowd remembers: services, probes, events, jobs, alerts, outbox. One writer (core); what is
 * put is seen by the getters at once, by the walks after store_commit.
 */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include "base/record.h"
#include "store/countries.h"

#define STORE_ERROR_MAX 512

struct store;

/* A service as it is remembered. */
struct store_service {
	struct service service;
	wall_t first_us, last_us;
	uint64_t handshakes, refusals;
	uint64_t asked, answered; /* UDP: payload bytes of requests, of their answers */
	uint64_t job;		  /* the latest made for it; 0 none */
	struct addr peer;	  /* the latest */
	wall_t event_us;	  /* its latest event: time and number; 0 none */
	uint64_t event;
	wall_t state_us; /* since when the state holds */
	uint16_t vlan;
	uint8_t evidence, state; /* enums */
	uint8_t announced;	 /* 1: its "new" event is stored */
	uint8_t ephemeral;	 /* enum ephemeral: why it is none of its own */
	uint8_t tunnel;		 /* enum tunnel, of the latest */
	uint8_t delivered;	 /* 1: it has sent payload, to a peer or to a probe */
	uint32_t tunnel_id;
	uint32_t filtered; /* ICMP messages that somebody forbids it */
	uint8_t reflects;  /* 1: its clients look forged, to make it answer others */
	uint8_t named;	   /* enum named: how `app` was obtained */
	uint8_t hinted;	   /* of which kinds it has hints: bit `enum hint_kind` - 1 */
	uint8_t exposure;  /* enum exposure */
	uint8_t level;	   /* enum level: what the rules would say if it were new */
	uint8_t pad3[3];
	char app[RECORD_APP_MAX];    /* what the wire says */
	char before[RECORD_APP_MAX]; /* what it said before it changed; "" it has not */
	char probed[RECORD_APP_MAX]; /* what the latest probe that recognised it says */
	char app_guess[RECORD_APP_MAX];
	struct hash_sketch peers;
	uint32_t print;			   /* as sighting.print */
	struct origin origin, peer_origin; /* of the host, of the latest peer */
	struct countries_top countries;	   /* that its peers come from */
};

/* The name of a service: a server that was asked knows better than a client that may have mistaken
 * it. */
static inline const char *store_app(const struct store_service *row)
{
	return *row->probed ? row->probed : row->app;
}

/* Its state: the latest probe's word, else what the wire has shown beyond doubt: nobody has been
 * served. */
static inline enum state store_state(const struct store_service *row)
{
	if (row->state != STATE_CANDIDATE || !row->refusals || row->refusals < row->handshakes)
		return (enum state)row->state;
	return STATE_REFUSES;
}

/* A job until its probe has come. */
struct store_job {
	struct job job;
	wall_t sent_us;	 /* 0: not yet */
	uint8_t judged;	 /* 1: the deadline has passed and its alert was decided */
	uint8_t allowed; /* 1: may be sent to verify */
	uint8_t level;	 /* enum level of the alert made at the deadline */
	uint8_t put_off; /* 1: its alert waits for more than the deadline: see core's crowd */
	uint8_t pad[4];
};

/*
 * Opens the store in the directory `path`, making it where there is none; NULL: in memory, gone at
 * the end. 0; ERR_STORE, ERR_VERSION (made by another schema) and what is wrong in `error`
 * (STORE_ERROR_MAX bytes).
 */
int store_open(const char *path, struct store **out, char *error);
void store_close(struct store *store);

/*
 * Opens the store at `path` beside its writer, to read only; `scratch` is a writable directory for
 * RocksDB's own log. Nothing may be put. Results as store_open; ERR_STORE also when there is no
 * store yet.
 */
int store_open_reader(const char *path, const char *scratch, struct store **out, char *error);

/* A reader sees from now on what the writer has committed; 0.1 ms and 6 us a row. 0 or ERR_STORE.
 */
int store_catch_up(struct store *store);

/* May this be the folder of a store: is it one, empty, or not there? */
bool store_may_be(const char *path);

/* The key of the peers' sketches, made with the store (all zero in memory). */
struct hash_key store_peer_key(const struct store *store);

/* Getters: 1 found, 0 not, ERR_STORE, ERR_CORRUPT. */
int store_get_service(struct store *store, const struct service *key, struct store_service *out);
int store_get_job(struct store *store, uint64_t id, struct store_job *out);
int store_get_probe(struct store *store, const struct service *key, const char *vantage,
		    struct probe *out);
int store_get_time(struct store *store, const char *name, wall_t *out);
int store_get_countries(struct store *store, struct countries *out);

/*
 * Put into the batch; `number` and `job.id` 0 are given the next number. An event is chained to the
 * latest one of `service` (NULL: of none) and becomes its latest; that row is the caller's to put.
 * A store in memory keeps no events, alerts and past probes: there is nobody to read them.
 */
void store_put_service(struct store *store, const struct store_service *row);
/* The service just put was none before. */
void store_count_service(struct store *store);
void store_put_event(struct store *store, struct event_row *row, struct store_service *service);
void store_put_job(struct store *store, struct store_job *row);
/* `told_us`: the time of the event "verdict" that tells of it, under which it is logged; 0: there
 * is none, it is only the latest. */
void store_put_probe(struct store *store, const struct probe *row, wall_t told_us);
void store_put_alert(struct store *store, struct alert *row);
void store_put_time(struct store *store, const char *name, wall_t time);
void store_put_countries(struct store *store, const struct countries *row);
void store_delete_job(struct store *store, uint64_t id);
/* Its hints go with it, its probes and events stay. */
void store_delete_service(struct store *store, const struct service *service);

/* The alert is to be handed to a receiver (its name, up to 15 bytes), or has been. */
void store_put_outbox(struct store *store, const char *receiver, const struct alert *alert);
void store_delete_outbox(struct store *store, const char *receiver, uint64_t number);

/* How many there are, what is in the batch included. */
uint64_t store_count_services(const struct store *store);
uint64_t store_count_jobs(const struct store *store);

/* The number of the latest alert; 0 none yet. */
uint64_t store_last_alert(const struct store *store);

/* Makes what was put durable: 0 or ERR_STORE. `sync`: against the end of the machine too. */
int store_commit(struct store *store, bool sync);

/* A walk ends when the function returns not 0, which is returned; else 0, -ENOMEM, ERR_CORRUPT. */
typedef int (*store_service_fn)(void *arg, const struct store_service *row);
typedef int (*store_event_fn)(void *arg, const struct event_row *row);
typedef int (*store_job_fn)(void *arg, const struct store_job *row);
typedef int (*store_alert_fn)(void *arg, const struct alert *row);
typedef int (*store_probe_fn)(void *arg, const struct probe *row);

/* Services in the order of zone, host, protocol, port, from the first not before `from` (NULL:
 * all). */
int store_walk_services(struct store *store, const struct service *from, store_service_fn fn,
			void *arg);

/* Events and alerts with a number below `before` (0: all), the newest first. */
int store_walk_events(struct store *store, uint64_t before, store_event_fn fn, void *arg);
int store_walk_alerts(struct store *store, uint64_t before, store_alert_fn fn, void *arg);

/* The events of a service that are still kept, the newest first. */
int store_walk_history(struct store *store, const struct store_service *service, store_event_fn fn,
		       void *arg);

/* The latest probe of a service from each vantage. */
int store_walk_probes(struct store *store, const struct service *service, store_probe_fn fn,
		      void *arg);

/* The probe that the event "verdict" of this time told of: 1 found, 0 not kept any more, or an
 * error. */
int store_get_verdict(struct store *store, const struct service *service, wall_t time,
		      struct probe *out);

/* Jobs with an id not below `from`, in their order. */
int store_walk_jobs(struct store *store, uint64_t from, store_job_fn fn, void *arg);

/* Alerts still to be handed to a receiver, the oldest first. */
int store_walk_outbox(struct store *store, const char *receiver, store_alert_fn fn, void *arg);

/* How much there is. */
#define STORE_KINDS_MAX 48
struct store_figures {
	size_t count;
	struct {
		const char *kind; /* static */
		uint64_t rows;	  /* an estimate */
	} kinds[STORE_KINDS_MAX];
	uint64_t bytes; /* on disk */
};

void store_measure(struct store *store, struct store_figures *out);

#endif
