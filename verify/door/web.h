/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Doors of HTTP: the page at "/", and of what answers there as an interface for programs, whether
 * it lets anybody read. One request a connection; RFC 9110, RFC 9112.
 */
#ifndef VERIFY_DOOR_WEB_H
#define VERIFY_DOOR_WEB_H

#include "verify/door/door.h"

extern const struct door web_root;    /* GET /: status, server, title, location; Elasticsearch */
extern const struct door web_version; /* GET /version: Docker, etcd, Kubernetes */
extern const struct door web_pods;    /* GET /pods: kubelet */
extern const struct door
	web_keys; /* etcd: how many keys there are, as a range that is counted only */

/*
 * GET /metrics: what is measured there says which program it is, and its version (OpenMetrics, the
 * gauge NAME_build_info). The probe's product is set, too.
 */
extern const struct door web_metrics;

#endif
