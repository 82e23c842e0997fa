# SPDX-License-Identifier: Apache-2.0
"""flowd as a unit of systemd: the tree is booted by systemd-nspawn, with systemd as process 1.

Done is what dist/flowd.service says itself: program, unit, sysusers and tmpfiles into their places.
A unit of the test's then looks at flowd from inside, writes what it saw, and switches off.
"""
import os
import shutil
import subprocess

MINUTE = 60
SYSTEMD = ("systemd", "systemd-sysv", "dbus", "procps")
PLACES = {"build/flowd/flowd": "/usr/sbin/flowd",
          "dist/flowd.service": "/etc/systemd/system/flowd.service",
          "dist/flowd.sysusers": "/etc/sysusers.d/flowd.conf",
          "dist/flowd.tmpfiles": "/etc/tmpfiles.d/flowd.conf"}
WANTS = "/etc/systemd/system/multi-user.target.wants/"
# systemd-nspawn refuses what it does not know; a machine of its own would allow these.
CALLS = "landlock_create_ruleset landlock_add_rule landlock_restrict_self seccomp"
LOOK = """[Unit]
After=flowd.service
Wants=flowd.service
[Service]
Type=oneshot
StandardOutput=file:/seen
ExecStart=/bin/sh /look
"""
# One fact a line: what, and what was seen.
SCRIPT = r"""health() { python3 -c 'import urllib.request, json
print(json.load(urllib.request.urlopen("http://127.0.0.1:7780/api/v1/health", timeout=2))["state"])'; }
for i in $(seq 100); do health=$(health 2>/dev/null) && [ "$health" = ok ] && break; sleep 0.1; done
echo "started $(systemctl is-active flowd)"
echo "health $health"
echo "users $(ps -C flowd -o user= | sort | uniq -c | tr -s ' ')"
systemctl reload flowd
sleep 1
echo "reloaded $(systemctl is-active flowd)"
systemctl stop flowd
echo "stopped $(systemctl show flowd -p Result --value) $(systemctl show flowd -p NRestarts --value)"
echo "exposure $(systemd-analyze security flowd | tail -n 1 | sed 's/.*: //; s/ .*//')"
journalctl -u flowd --no-pager -o cat | sed 's/^/said /'
systemctl --no-block poweroff
"""


def install(machine, clone):
    status, said = machine.run(["sudo", "apt-get", "-qq", "-y", "install", "--no-install-recommends",
                                *SYSTEMD], 5 * MINUTE, clone)
    if status:
        return said
    for source, place in PLACES.items():
        os.makedirs(os.path.dirname(machine.tree + place), exist_ok=True)
        shutil.copy(machine.tree + clone + "/" + source, machine.tree + place)
    with open(machine.tree + clone + "/dist/flowd.yaml") as example:
        conf = example.read()
    os.makedirs(machine.tree + "/etc/flowd", exist_ok=True)
    machine.write("/etc/flowd/flowd.yaml", conf.replace("interface: eth1", "interface: lo").encode())
    machine.write("/look", SCRIPT.encode())
    machine.write("/etc/systemd/system/look.service", LOOK.encode())
    os.makedirs(machine.tree + WANTS, exist_ok=True)
    for unit in ("flowd", "look"):
        os.symlink("../%s.service" % unit, machine.tree + WANTS + unit + ".service")
    return ""


def boot(machine):
    """What was seen: what: words; the rest in `said`."""
    # systemd writes into the file, whatever is in it.
    with open(machine.tree + "/seen", "w"):
        pass
    subprocess.run(["systemd-nspawn", "--register=no", "--keep-unit", "--quiet", "--boot", "--private-network",
                    "--system-call-filter=" + CALLS, "--directory=" + machine.tree], timeout=2 * MINUTE,
                   stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    seen = {"said": []}
    with open(machine.tree + "/seen") as lines:
        for line in lines:
            what, _, words = line.rstrip("\n").partition(" ")
            if what == "said":
                seen["said"].append(words)
            else:
                seen[what] = words.strip()
    return seen


def check(machine, report):
    """Called when nothing else runs in the tree any more."""
    try:
        seen = boot(machine)
    except (OSError, subprocess.SubprocessError) as error:
        report.check("systemd: boots", False, str(error))
        return
    said = "\n".join(seen.pop("said"))
    exposure = float(seen.pop("exposure", 10))
    report.check("systemd: starts, reloads and stops: %s" % seen, seen == {
        "started": "active", "health": "ok", "users": "5 flowd", "reloaded": "active",
        "stopped": "success 0"}, said)
    report.check("systemd: no errors", "error:" not in said, said)
    report.check("systemd: exposure %s" % exposure, exposure <= 2.0, said)
