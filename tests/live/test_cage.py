# SPDX-License-Identifier: Apache-2.0
"""The cages of a running flowd: from every thread of every role the forbidden is tried.

    test_cage.py FLOWD FOLDER [PART...]

FOLDER has the programs inject and old_kernel. Parts are the names of the functions that main()
calls, without check_; default: all. Needs root, iproute2; skipped with a sanitized flowd.
"""
import glob
import os
import pwd
import signal
import subprocess
import sys
import tempfile
import time

from flowd import Flowd, ROLES, user
from netns import Net, SKIPPED, skip_unless_possible
from report import Report

EASY = """open openat create openat2 inet inet6 udp raw ping packet unix netlink vsock alg socketpair
    connect bind listen accept kill tgkill sigqueue pidfd owner limits clone clone3 code protect type
    dumpable chroot symlink mknod chmod keyctl perf personality handle""".split()
DEADLY = "execve execveat ptrace setuid memory unshare mount bpf io_uring".split()
# What is not refused by EPERM; none of it does any good.
OTHERWISE = {
    "sensor": {"clone3": "ENOSYS"},
    # Landlock says where; threads are wanted, and clone3 would hide what is asked for.
    # A pair of its own is what it talks to a short-lived role by.
    "core": {"clone3": "ENOSYS", "open": "EACCES", "openat": "EACCES", "create": "EACCES",
             "socketpair": "ok"},
    # Sockets are its work: here they have no descriptor to begin with.
    "verify": {"clone3": "ENOSYS", "inet": "ok", "inet6": "ok", "udp": "ok", "connect": "EBADF",
               "bind": "EBADF"},
    # Sockets are its work, and a few files of the resolver; threads wake each other.
    "relay": {"clone3": "ENOSYS", "inet": "ok", "inet6": "ok", "udp": "ok", "connect": "EBADF",
              "bind": "EBADF", "socketpair": "ok", "open": "EACCES", "openat": "EACCES",
              "create": "EACCES"},
    # It reads the store beside core, and people come to it.
    "web": {"clone3": "ENOSYS", "open": "EACCES", "openat": "EACCES", "create": "EACCES",
            "accept": "EBADF", "socketpair": "ok"},
}
# What not even the parent may, and so none of its children before they are sealed.
HOUSE = "openat2 vsock alg sigqueue pidfd symlink mknod keyctl perf personality handle chroot".split()
HOUSE_CAPABILITIES = (0, 1, 2, 3, 5, 6, 7, 8, 10, 12, 13)
FALLS = 5


class Bench:
    def __init__(self, net, program, folder, directory):
        self.net, self.program, self.folder, self.directory = net, program, folder, directory
        self.report = Report()

    def flowd(self, *options, sinks=False):
        """With `sinks` there is a receiver, which nobody answers for, and so a relay."""
        words = [self.program, "-i", "inside", "--home", self.net.home, "--state",
                 os.path.join(self.directory, "state")]
        if sinks:
            words += ["--sinks", "name=hook kind=webhook url=https://127.0.0.1:9/"]
        flowd = Flowd(self.net, words + list(options),
                      roles=ROLES + (("relay",) if sinks else ())).wait_ready()
        until = time.time() + 5
        while time.time() < until and any(  # a busy machine
                status(pid, pid)["Seccomp_filters"] != "2" for pid in flowd.roles().values()):
            time.sleep(0.05)
        return flowd

    def inject(self, tid, other, *names):
        """What a thread gets for each of the attempts."""
        done = subprocess.run([os.path.join(self.folder, "inject"), str(tid), str(other)] +
                              list(names), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              universal_newlines=True, check=False)
        if done.returncode:
            print(done.stderr)
        return dict(line.split() for line in done.stdout.splitlines())


def threads(pid):
    return sorted(int(path.split("/")[-1]) for path in glob.glob("/proc/%d/task/*" % pid))


def status(pid, tid):
    with open("/proc/%d/task/%d/status" % (pid, tid)) as file:
        return dict(line.rstrip("\n").split(":\t", 1) for line in file if ":\t" in line)


def reborn(flowd, role, before):
    """The role's next life; 0 when there is none."""
    until = time.time() + 8
    while time.time() < until:
        now = flowd.roles().get(role, before)
        if now != before:
            return now
        time.sleep(0.01)
    return 0


def check_rights(bench):
    flowd = bench.flowd()
    whom = user()
    for role, pid in flowd.roles().items():
        for tid in threads(pid):
            bench.report.check_fields("thread of " + role, dict(
                Uid="\t".join([str(whom.pw_uid)] * 4), Gid="\t".join([str(whom.pw_gid)] * 4),
                Groups=" ", NoNewPrivs="1", Seccomp="2",
                Seccomp_filters="2", **{"Cap" + kind: "0" * 16 for kind in
                                        ("Inh", "Prm", "Eff", "Bnd", "Amb")}), status(pid, tid))
        bench.report.check(role + ": cannot be read by its kind", "root",
                           pwd.getpwuid(os.stat("/proc/%d/mem" % pid).st_uid).pw_name)
    parent = flowd.process.pid
    mask = "%016x" % sum(1 << n for n in HOUSE_CAPABILITIES)
    bench.report.check_fields("parent", dict(NoNewPrivs="1", Seccomp="2", CapEff=mask, CapPrm=mask,
                                             CapBnd=mask, CapInh="0" * 16), status(parent, parent))
    bench.report.check("rights: ends well", 0, flowd.end()[0])


def check_refused(bench):
    """Every thread of every role."""
    flowd = bench.flowd(sinks=True)
    roles = flowd.roles()
    for role, pid in roles.items():
        other = roles["verify" if role == "sensor" else "sensor"]
        for tid in threads(pid):
            got = bench.inject(tid, other, *EASY)
            for name in EASY:
                bench.report.check("%s, thread %d: %s" % (role, threads(pid).index(tid), name),
                                   OTHERWISE[role].get(name, "EPERM"), got.get(name))
        print("%s: %d threads" % (role, len(threads(pid))))
    got = bench.inject(flowd.process.pid, roles["core"], *HOUSE)
    for name in HOUSE:
        bench.report.check("parent: " + name, "EPERM", got.get(name))
    for name in ("execve", "execveat", "ptrace", "memory", "unshare", "mount", "bpf", "io_uring"):
        got = bench.inject(flowd.process.pid, roles["core"], name)
        bench.report.check("parent: " + name, "EPERM", got.get(name))
    bench.report.check("nobody died of it", roles, flowd.roles())
    bench.report.check("nothing was made", False, os.path.exists("/tmp/flowd-caught"))
    bench.report.check("refused: ends well", 0, flowd.end()[0])


def check_deadly(bench):
    """What only a burglar tries ends the role at once, and it comes back clean."""
    flowd = bench.flowd()
    for role in ROLES:
        for number, name in enumerate(DEADLY):
            pid = flowd.roles()[role]
            tids = threads(pid)
            got = bench.inject(tids[number % len(tids)], flowd.process.pid, name)
            bench.report.check("%s: %s" % (role, name), "killed", got.get(name))
            after = reborn(flowd, role, pid)
            bench.report.check("%s is back after %s" % (role, name), True, bool(after))
            if number % 3 == 2:  # Patience is reset, so that the test need not have any.
                flowd.process.send_signal(signal.SIGHUP)
                if role == "sensor":  # It goes on: no option has changed.
                    time.sleep(0.5)
                else:
                    reborn(flowd, role, after)
            flowd.wait_ready()
        bench.report.check("%s: said in the log" % role, True,
                           "%s was ended by signal %d" % (role, signal.SIGSYS) in flowd.said())
        line = flowd.find(type="health", role=role, running=False, signal=int(signal.SIGSYS))
        bench.report.check("%s: falls that are told" % role, True, len(line) >= len(DEADLY) - 3)
    bench.report.check("deadly: ends well", 0, flowd.end()[0])


def check_loop(bench):
    """A role that dies again and again comes back less and less often, and that is told."""
    flowd = bench.flowd()
    before = flowd.roles()
    away = []
    pid = before["verify"]
    for _ in range(FALLS):
        os.kill(pid, signal.SIGSEGV)
        died = time.time()
        pid = reborn(flowd, "verify", pid)
        away.append(time.time() - died)
        time.sleep(0.1)
    bench.report.check("a loop: waits", True, all(
        0.09 * 2 ** i < seconds < 0.1 * 2 ** i + 0.3 for i, seconds in enumerate(away)))
    print("seconds until it was back: " + " ".join("%.2f" % seconds for seconds in away))
    line, _ = flowd.wait(type="health", role="verify", falls=FALLS, running=True)
    bench.report.check_fields("a loop: the last news", dict(signal=11, back=None), line)
    for fall in range(1, FALLS + 1):
        down = flowd.find(type="health", role="verify", falls=fall, running=False)
        bench.report.check("fall %d is told" % fall, [11], [one["signal"] for one in down])
        bench.report.check("fall %d: when it is back" % fall, True,
                           bool(down) and down[0]["back"] > down[0]["time"])
    os.kill(before["core"], signal.SIGSEGV)
    reborn(flowd, "core", before["core"])
    line, _ = flowd.wait(type="health", role="core", running=True)
    bench.report.check_fields("core tells of itself", dict(falls=1, signal=11), line)
    after = flowd.roles()
    bench.report.check("a loop: the sensor lives on", before["sensor"], after["sensor"])
    bench.report.check("a loop: ends well", 0, flowd.end()[0])


def check_ambient(bench):
    """As flowd.service starts it: no root, one capability, which no role keeps."""
    state = os.path.join(bench.directory, "ambient")
    os.mkdir(state)
    nobody = pwd.getpwnam("nobody")
    os.chown(state, nobody.pw_uid, nobody.pw_gid)
    flowd = Flowd(bench.net, [
        "setpriv", "--reuid=%d" % nobody.pw_uid, "--regid=%d" % nobody.pw_gid, "--clear-groups",
        "--bounding-set=-all,+net_raw", "--inh-caps=-all,+net_raw", "--ambient-caps=-all,+net_raw",
        "--no-new-privs", bench.program, "-i", "inside", "--home", bench.net.home, "--state",
        state]).wait_ready()
    for role, pid in flowd.roles().items():
        for tid in threads(pid):
            bench.report.check_fields("ambient, thread of " + role, dict(
                NoNewPrivs="1", Seccomp="2", **{"Cap" + kind: "0" * 16 for kind in
                                                ("Inh", "Prm", "Eff", "Amb")}), status(pid, tid))
    bench.report.check("ambient: probes are half-open", False, "CAP_NET_RAW" in flowd.said())
    bench.report.check("ambient: ends well", 0, flowd.end()[0])


def check_old_kernel(bench):
    """Without Landlock and seccomp nothing runs, unless it is asked for; then it is said."""
    capture = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "traps",
                           "t01_full_ssh_22022.pcap")
    with open(os.path.join(bench.directory, "some.pcap"), "wb") as out, open(capture, "rb") as file:
        out.write(file.read())
    words = [os.path.join(bench.folder, "old_kernel"), bench.program, "-r",
             os.path.join(bench.directory, "some.pcap"), "--home", "any"]
    strict = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False,
                            universal_newlines=True)
    bench.report.check("old kernel: refuses", (1, ""), (strict.returncode, strict.stdout))
    bench.report.check("old kernel: says why", True, "has no seccomp" in strict.stderr)
    done = subprocess.run(words + ["--cage=best-effort"], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, check=False, universal_newlines=True)
    bench.report.check("best effort: runs", 0, done.returncode)
    bench.report.check("best effort: has results", True, '"type":"service"' in done.stdout)
    for who, wall in (("parent", "seccomp"), ("sensor", "Landlock"), ("sensor", "seccomp"),
                      ("core", "Landlock"), ("core", "seccomp")):
        bench.report.check("best effort: %s of %s is missed" % (wall, who), True,
                           "flowd[%s] warning: running without %s" % (who, wall) in done.stderr)


def is_sanitized(program):
    done = subprocess.run(["ldd", program], stdout=subprocess.PIPE, check=False)
    return b"libasan" in done.stdout


def main():
    skip_unless_possible("setpriv")
    program, folder = (os.path.abspath(word) for word in sys.argv[1:3])
    if is_sanitized(program) or os.uname().machine != "x86_64":
        print("for x86-64 without sanitizers\n0 passed, 0 failed, 1 skipped")
        return SKIPPED
    with tempfile.TemporaryDirectory() as directory, Net() as net:
        os.chmod(directory, 0o755)
        bench = Bench(net, program, folder, directory)
        for part in (check_rights, check_refused, check_deadly, check_loop, check_ambient,
                     check_old_kernel):
            if sys.argv[3:] and part.__name__[len("check_"):] not in sys.argv[3:]:
                continue
            started = time.time()
            part(bench)
            print("%s: %.1f s" % (part.__name__, time.time() - started), flush=True)
    return bench.report.end()


if __name__ == "__main__":
    sys.exit(main())
