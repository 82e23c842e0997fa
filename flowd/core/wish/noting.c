/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/core/wish/noting.h"

#include "store/book/trail.h"
#include "store/key.h"

#include <stdio.h>

static void note_token(struct trail_row *row, const struct token *t)
{
	record_text_set(row->what, sizeof(row->what), t->revoked ? "token revoked" : "token made");
	snprintf(row->about, sizeof(row->about), "token %.*s", TOKEN_NAME_MAX - 1, t->name);
	snprintf(row->detail, sizeof(row->detail), "id %llu, role %s", (unsigned long long)t->id,
		 record_access_text(t->access));
}

static void note_sweep(struct trail_row *row, const struct sweep *s)
{
	char low[ADDR_TEXT_MAX], high[ADDR_TEXT_MAX];

	snprintf(row->what, sizeof(row->what), "sweep %s",
		 s->state == SWEEP_PAUSED      ? "paused"
		 : s->state == SWEEP_CANCELLED ? "cancelled"
		 : s->time_us		       ? "resumed"
					       : "ordered");
	snprintf(row->about, sizeof(row->about), "sweep %llu", (unsigned long long)s->id);
	if (s->prefix_count)
		snprintf(row->detail, sizeof(row->detail), "%s-%s%s, %u ports",
			 addr_text(&s->prefixes[0].low, low), addr_text(&s->prefixes[0].high, high),
			 s->prefix_count > 1 ? " and others" : "", record_sweep_ports(s));
}

static void note_service(struct trail_row *row, const struct service *s)
{
	char host[ADDR_TEXT_MAX];

	record_text_set(row->what, sizeof(row->what), "probe ordered");
	snprintf(row->about, sizeof(row->about), "%s-%s-%u", addr_text(&s->host, host),
		 record_proto_text(s->proto), s->port);
}

static void note_letters(struct trail_row *row, const struct outbox_order *o)
{
	record_text_set(row->what, sizeof(row->what), "dead letters sent again");
	snprintf(row->about, sizeof(row->about), "sink %.*s", OUTBOX_SINK_MAX - 1, o->sink);
	if (o->number)
		snprintf(row->detail, sizeof(row->detail), "alert %llu",
			 (unsigned long long)o->number);
}

static void note_learning(struct trail_row *row, const struct learning *order)
{
	char stamp[MONO_STAMP_MAX];

	record_text_set(row->what, sizeof(row->what),
			order->accept ? "learning accepted" : "learning");
	if (!order->accept)
		snprintf(row->about, sizeof(row->about), "until %s",
			 order->until_us == LEARNING_OPEN ? "it is accepted"
							  : mono_stamp(order->until_us, stamp));
}

void noting_put(struct store *store, const struct orderer *who, const struct ipc_message *order)
{
	struct trail_row row = { .time_us = mono_wall() };

	memcpy(row.by, who->by, sizeof(row.by));
	row.by[sizeof(row.by) - 1] = 0;
	switch (order->kind) {
	case IPC_TOKEN:
		note_token(&row, order->record);
		break;
	case IPC_SWEEP:
		note_sweep(&row, order->record);
		break;
	case IPC_PROBING:
		record_text_set(row.what, sizeof(row.what),
				((const struct probing *)order->record)->enabled ? "probing on"
										 : "probing off");
		break;
	case IPC_LEARNING:
		note_learning(&row, order->record);
		break;
	case IPC_VERIFY:
		note_service(&row, order->record);
		break;
	case IPC_RESEND:
		note_letters(&row, order->record);
		break;
	case IPC_RELOAD:
		record_text_set(row.what, sizeof(row.what), "rules loaded anew");
		break;
	default:
		return;
	}
	store_put_trail(store, &row);
}
