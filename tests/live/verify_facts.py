# SPDX-License-Identifier: Apache-2.0
"""What a probe learns beside the name: a part of test_verify.py."""
import subprocess


def check_facts(bench, report):
    """What servers tell anybody, and what they do not."""
    table = [(8110, "pop3", "starttls", ["TLSv1.3"]), (110, "pop3", "starttls", None),
             (8443, "tls", "weak-tls", ["TLSv1"]), (8445, "tls", "weak-tls", None),
             (8444, "tls", "client-certificate", ["asked for"])]
    if bench.has["nginx"]:
        table += [(80, "http", "http-status", ["200 OK"]), (443, "tls", "http-status", ["200 OK"]),
                  (443, "tls", "weak-tls", None)]
    if bench.has["redis-server"]:
        table += [(6379, "redis", "noauth", ["redis: commands are obeyed; databases in use: 0"]),
                  (6380, "redis", "noauth", None)]
    if bench.has["sshd"]:
        said = subprocess.run(["ssh-keygen", "-lf", bench.directory + "/hostkey"], check=True,
                              stdout=subprocess.PIPE, universal_newlines=True).stdout
        table += [(22, "ssh", "ssh-host-key", ["ssh-ed25519 " + said.split()[1]])]
    for address in bench.net.inside:
        probes = bench.run([(address, port, app) for port, app, _, _ in table],
                           ["--verify.door_wait", "500ms"])
        for (port, _, kind, want), probe in zip(table, probes):
            report.check("%s port %d: %s" % (address, port, kind), want, probe["facts"].get(kind))
        report.check("%s: its certificate" % address, [1, "RSA", 2048, 1],
                     [probes[0][key] for key in ("certificates", "key", "key_bits", "self_signed")])
    off = bench.run([("10.77.0.2", port, app) for port, app, _, _ in table],
                    ["--verify.doors", "no", "--verify.old_tls", "no"])
    asked = {kind for _, _, kind, _ in table}
    report.check("doors are left alone", [set()] * 4,
                 [asked & set(probe["facts"]) for probe in off[:4]])
