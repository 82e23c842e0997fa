/* SPDX-License-Identifier: Apache-2.0 */
#include "flowd/sensor/reply/reply.h"

#include "flowd/sensor/reply/ber.h"
#include "flowd/sensor/reply/line.h"
#include "flowd/sensor/reply/names.h"
#include "flowd/sensor/reply/net.h"
#include "flowd/sensor/reply/quic.h"
#include "flowd/sensor/reply/rpc.h"
#include "flowd/sensor/reply/vpn.h"

/* Those that can't be mistaken come before those that are believed on a port. */
static const reply_fn readers[] = {
	net_stun,   quic_long, quic_dtls, vpn_wireguard, ber_snmp,    ber_kerberos,
	ber_ldap,   line_sip,  line_http, line_dht,	 line_game,   net_dhcp,
	vpn_ike,    vpn_l2tp,  rpc_onc,	  rpc_someip,	 net_tftp,    rpc_memcached,
	net_radius, names_dns, net_ntp,	  net_stun_old,	 quic_google, rpc_bacnet,
	net_dhcpv6, net_coap,  net_gtp,	  vpn_openvpn,	 net_nat_pmp, rpc_ipmi,
};

struct reply reply_read(const struct reply_words *words)
{
	struct reply out;
	size_t i;

	for (i = 0; i < sizeof(readers) / sizeof(readers[0]); i++) {
		out = (struct reply){ .way = REPLY_EITHER };
		if (readers[i](words, &out))
			return out;
	}
	return (struct reply){ .way = REPLY_EITHER };
}
