/* SPDX-License-Identifier: Apache-2.0 */
/*
 * librdkafka's own mock cluster, and a consumer of what comes to it.
 *
 * usage: kafka_mock TOPIC        the first line is the address of its brokers, then a line for each
 *                                message: key, a tab, the header "id", a tab, the value
 */
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>
#include <stdio.h>

static rd_kafka_t *client(rd_kafka_type_t type, const char *brokers)
{
	rd_kafka_conf_t *conf = rd_kafka_conf_new();
	char error[256];

	rd_kafka_conf_set(conf, "bootstrap.servers", brokers, error, sizeof(error));
	rd_kafka_conf_set(conf, "group.id", "test", error, sizeof(error));
	rd_kafka_conf_set(conf, "auto.offset.reset", "earliest", error, sizeof(error));
	return rd_kafka_new(type, conf, error, sizeof(error));
}

static void print(const rd_kafka_message_t *m)
{
	rd_kafka_headers_t *headers = NULL;
	const void *id = "";
	size_t len = 0;

	if (m->err)
		return;
	if (!rd_kafka_message_headers(m, &headers))
		rd_kafka_header_get_last(headers, "id", &id, &len);
	printf("%.*s\t%.*s\t%.*s\n", (int)m->key_len, (const char *)m->key, (int)len,
	       (const char *)id, (int)m->len, (const char *)m->payload);
	fflush(stdout);
}

int main(int argc, char **argv)
{
	rd_kafka_t *house = client(RD_KAFKA_PRODUCER, "127.0.0.1:1"), *reader;
	rd_kafka_mock_cluster_t *cluster = house ? rd_kafka_mock_cluster_new(house, 1) : NULL;
	rd_kafka_topic_partition_list_t *topics = rd_kafka_topic_partition_list_new(1);
	rd_kafka_message_t *m;

	if (argc != 2 || !cluster)
		return 2;
	rd_kafka_mock_topic_create(cluster, argv[1], 2, 1);
	printf("%s\n", rd_kafka_mock_cluster_bootstraps(cluster));
	fflush(stdout);
	reader = client(RD_KAFKA_CONSUMER, rd_kafka_mock_cluster_bootstraps(cluster));
	if (!reader)
		return 1;
	rd_kafka_topic_partition_list_add(topics, argv[1], RD_KAFKA_PARTITION_UA);
	rd_kafka_subscribe(reader, topics);
	for (;;) {
		m = rd_kafka_consumer_poll(reader, 1000);
		if (m)
			print(m);
		if (m)
			rd_kafka_message_destroy(m);
	}
}
