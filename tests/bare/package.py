# SPDX-License-Identifier: Apache-2.0
"""The Debian package in the booted tree: it installs, starts, upgrades, goes, comes back and is purged."""
import glob
import os

import booted

MINUTE = 60
# A machine with a default route, so that there is something to watch.
SCRIPT = r"""ip link add name d0 type veth peer name d1
ip link set lo up; ip link set d1 up; ip link set d0 up
ip addr add 192.0.2.2/24 dev d0; ip route add default via 192.0.2.1
pid() { systemctl show -p MainPID --value flowd; }
dpkg -i /flowd.deb 2>&1 | sed 's/^/said /'
for i in $(seq 100); do flowctl health >/dev/null 2>&1 && break; sleep 0.1; done
echo "installed $(systemctl is-active flowd) $(systemctl is-enabled flowd)"
echo "home $(grep -c 192.0.2.2/32 /etc/flowd/flowd.yaml)"
echo "health $(flowctl health | sed -n 's/^state *//p')"
flowctl --json health 2>&1 | cut -c1-900 | sed 's/^/said /'
journalctl -u flowd --no-pager -o cat | sed 's/^/said /'
before=$(pid); echo 'learn: 2d' >>/etc/flowd/flowd.yaml
dpkg -i /flowd.deb 2>&1 | sed 's/^/said /'
echo "upgraded $(systemctl is-active flowd) $([ "$(pid)" = "$before" ] && echo same || echo another) $(tail -n 1 /etc/flowd/flowd.yaml)"
dpkg -r flowd 2>&1 | sed 's/^/said /'
echo "removed $(systemctl is-active flowd) $(ls /etc/flowd/flowd.yaml /var/lib/flowd/CURRENT 2>&1 | wc -l)"
dpkg -i /flowd.deb 2>&1 | sed 's/^/said /'
echo "back $(systemctl is-active flowd)"
dpkg -P flowd 2>&1 | sed 's/^/said /'
echo "purged $(ls -d /etc/flowd /var/lib/flowd /var/log/flowd /usr/sbin/flowd 2>/dev/null | wc -l) $(getent passwd flowd | wc -l) $(pgrep -c flowd)"
systemctl --no-block poweroff
"""
WANTED = {"installed": "active enabled", "home": "1", "health": "ok", "upgraded": "active another learn: 2d",
          "removed": "inactive 2", "back": "active", "purged": "0 0 0"}


def build(machine, clone):
    """False: there is no package."""
    machine.run(["make", "-C", "build", "deb"], 5 * MINUTE, clone)
    made = glob.glob(machine.tree + clone + "/build/flowd_*.deb")
    if len(made) == 1:
        os.replace(made[0], machine.tree + "/flowd.deb")
    return len(made) == 1


def check(machine, report):
    """After booted: the tree has systemd, and a unit that runs /look."""
    for place in list(booted.PLACES.values()) + ["/etc/flowd/flowd.yaml", booted.WANTS + "flowd.service"]:
        if os.path.lexists(machine.tree + place):
            os.unlink(machine.tree + place)
    machine.write("/look", SCRIPT.encode())
    machine.write("/etc/systemd/system/look.service", booted.LOOK.replace(
        "After=flowd.service\nWants=flowd.service", "After=basic.target").encode())
    seen = booted.boot(machine)
    for what, want in WANTED.items():
        report.check("package: %s: %s" % (what, seen.get(what)), seen.get(what) == want, "\n".join(seen["said"]))
