#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes the corpus of fuzz_geo, which tests/unit/test_geo.c reads too. usage: make_geo.py FOLDER"""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "dist"))
import mmdb  # noqa: E402

BUILT = {"build_epoch": mmdb.Uint64(1700000000)}


def rows(*pairs):
    return [(mmdb.network(net), value) for net, value in pairs]


def pointer(offset):
    """A pointer of the shortest kind."""
    return bytes([1 << 5 | offset >> 8, offset & 0xff])


COUNTRIES = rows(("192.0.2.0/24", {"country": {"iso_code": "DE", "names": {"en": "Germany"}}}),
                 ("198.51.100.0/25", {"country": {"iso_code": "CN"}}),
                 ("198.51.100.128/25", {"registered_country": {"iso_code": "US"}}),
                 ("203.0.113.7/32", {"country": {"iso_code": "ru"}}),
                 ("2001:db8::/32", {"country": {"iso_code": "JP"}}))
NUMBERS = rows(("192.0.2.0/24", {"autonomous_system_number": 64496,
                                 "autonomous_system_organization": "Example Networks"}),
               ("198.51.100.0/24", {"autonomous_system_number": 4294967294,
                                    "autonomous_system_organization": "Größte Netze " + "ü" * 30}),
               ("2001:db8::/33", {"autonomous_system_number": 64511}))
FLAT = rows(("192.0.2.0/24", {"country_code": "FR", "asn": "AS64500", "as_name": "Flat"}),
            ("198.51.100.0/24", {"country": "NL", "asn": "no number"}))
DEEP = mmdb.head(mmdb.MAP, 1) + mmdb.encode("a") + mmdb.head(mmdb.ARRAY, 1) * 3000 + mmdb.encode(1)
NET = "192.0.2.0/24"

FILES = {
    "country": mmdb.make(COUNTRIES, database_type="Test-Country", description={"de": "x", "en": "Countries"},
                         **BUILT),
    "as": mmdb.make(NUMBERS, database_type="Test-AS", record_size=28, **BUILT),
    "flat": mmdb.make(FLAT, record_size=32, **BUILT),
    "v4": mmdb.make(FLAT, bits=32, **BUILT),
    "shared": mmdb.make(rows((NET, mmdb.head(mmdb.MAP, 1) + mmdb.encode("country_code") + pointer(30)),
                             ("198.51.100.0/24", {"country_code": "SE"})), **BUILT),
    # Broken ones; what is wrong is their name.
    "bad_deep": mmdb.make(rows((NET, DEEP)), **BUILT),
    "bad_loop": mmdb.make(rows((NET, mmdb.head(mmdb.MAP, 1) + mmdb.encode("a") + pointer(0))), **BUILT),
    "bad_pointer": mmdb.make(rows((NET, mmdb.head(mmdb.MAP, 1) + mmdb.encode("a") + pointer(999))), **BUILT),
    "bad_pointer_twice": mmdb.make(rows((NET, pointer(2) + pointer(0))), **BUILT),
    "bad_key": mmdb.make(rows((NET, mmdb.head(mmdb.MAP, 1) + mmdb.encode(1) * 2)), **BUILT),
    "bad_length": mmdb.make(rows((NET, mmdb.head(mmdb.STRING, 70000) + b"x")), **BUILT),
    "bad_number": mmdb.make(rows((NET, mmdb.head(mmdb.UINT32, 9) + b"123456789")), **BUILT),
    "bad_nodes": mmdb.make(COUNTRIES, **{**BUILT, "node_count": 1 << 31}),
    "bad_record_size": mmdb.make(COUNTRIES, **{**BUILT, "ip_version": mmdb.Uint16(5)}),
    "bad_metadata": mmdb.make(COUNTRIES, **{**BUILT, "languages": mmdb.head(mmdb.ARRAY, 1) * 3000}),
    "bad_nothing": mmdb.make(rows((NET, {"city": "Nowhere"})), **BUILT),
    "bad_empty": b"",
    "bad_mark_only": mmdb.MARK,
}

for name, made in FILES.items():
    with open(os.path.join(sys.argv[1], name), "wb") as out:
        out.write(made)
