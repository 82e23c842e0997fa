# SPDX-License-Identifier: Apache-2.0
"""Further real servers for bench/real.py, each on a port of its own: one function starts one."""
import os


def haproxy(host):
    host.start("haproxy", "-db", "-f", host.write("haproxy.conf", """global
    stats socket {dir}/haproxy.sock
defaults
    mode http
    timeout connect 5s
    timeout client 5s
    timeout server 5s
frontend web
    bind {ip}:8090
    http-request return status 200 content-type text/plain string hello
frontend stats
    bind {ip}:8404
    stats enable
    stats uri /
"""))


def varnish(host):
    conf = host.write("varnish.vcl", "vcl 4.1;\nbackend default {{ .host = \"{ip}\"; .port = \"80\"; }}\n")
    host.folder("varnish", "vcache")
    host.start("/usr/sbin/varnishd", "-F", "-a", host.address + ":6081", "-f", conf, "-n", host.path("varnish"), "-T",
               host.address + ":6082", "-j", "none")


def proftpd(host):
    host.folder("empty")
    host.start("/usr/sbin/proftpd", "-n", "-q", "-c", host.write("proftpd.conf", """ServerType standalone
Port 2121
UseReverseDNS off
IdentLookups off
User nobody
Group nogroup
PidFile {dir}/proftpd.pid
ScoreboardFile {dir}/proftpd.board
DelayEngine off
WtmpLog off
"""))


def rabbitmq(host):
    home = host.folder("rabbitmq", "rabbitmq")
    os.chmod(host.directory, 0o755)
    host.start("runuser", "-u", "rabbitmq", "--", "env", "HOME=" + home, "RABBITMQ_MNESIA_BASE=" + home,
               "RABBITMQ_LOG_BASE=" + home, "RABBITMQ_NODENAME=flowd@localhost", "RABBITMQ_NODE_IP_ADDRESS=" + host.address,
               "RABBITMQ_PID_FILE=" + home + "/pid", "ERL_EPMD_ADDRESS=" + host.address, "RABBITMQ_CONFIG_FILE=" +
               host.write("rabbitmq-conf", ""), "RABBITMQ_ENABLED_PLUGINS_FILE=" + home + "/plugins",
               "/usr/lib/rabbitmq/bin/rabbitmq-server", cwd="/")


def prometheus(host):
    host.start("prometheus", "--config.file=" + host.write("prometheus.yml", "global: {{}}\n"),
               "--storage.tsdb.path=" + host.folder("prometheus"), "--web.listen-address=" + host.address + ":9090")


def influxdb(host):
    host.folder("influxdb")
    host.start("influxd", "-config", host.write("influxdb.conf", """reporting-disabled = true
bind-address = "127.0.0.1:8188"
[meta]
dir = "{dir}/influxdb/meta"
[data]
dir = "{dir}/influxdb/data"
wal-dir = "{dir}/influxdb/wal"
[http]
bind-address = "{ip}:8086"
"""))


def unbound(host):
    host.start("/usr/sbin/unbound", "-d", "-c", host.write("unbound.conf", """server:
    interface: {ip}@5301
    access-control: 0.0.0.0/0 allow
    chroot: ""
    username: ""
    directory: "{dir}"
    pidfile: "{dir}/unbound.pid"
    use-syslog: no
    do-daemonize: no
    module-config: "iterator"
"""))


def knot(host):
    host.folder("knot")
    host.start("/usr/sbin/knotd", "-c", host.write("knot.conf", """server:
    rundir: "{dir}/knot"
    listen: {ip}@5302
database:
    storage: "{dir}/knot"
log:
  - target: stderr
    any: error
"""))


def nsd(host):
    host.start("/usr/sbin/nsd", "-d", "-c", host.write("nsd.conf", """server:
    ip-address: {ip}@5303
    username: ""
    chroot: ""
    zonesdir: "{dir}"
    database: ""
    pidfile: "{dir}/nsd.pid"
    xfrdfile: "{dir}/nsd.xfrd"
    zonelistfile: "{dir}/nsd.zones"
    xfrdir: "{dir}"
    cookie-secret-file: ""
remote-control:
    control-enable: no
"""))


def prosody(host):
    host.folder("prosody", "prosody")
    key = host.key_of("prosody")
    host.start("runuser", "-u", "prosody", "--", "prosody", "-F", "--config", host.write("prosody.lua", """
data_path = "{dir}/prosody"
pidfile = "{dir}/prosody/pid"
interfaces = {{ "{ip}" }}
modules_enabled = {{ "tls", "saslauth", "disco", "version" }}
authentication = "internal_hashed"
log = {{ {{ levels = {{ min = "error" }}, to = "console" }} }}
ssl = {{ key = "{key}", certificate = "{dir}/cert.pem" }}
VirtualHost "localhost"
VirtualHost "www.example.com"
""", key=key), cwd="/")


def dropbear(host):
    host.run("dropbearkey", "-t", "ed25519", "-f", host.path("dropbear.key"))
    host.start("dropbear", "-F", "-E", "-p", host.address + ":2222", "-r", host.path("dropbear.key"), "-P",
               host.path("dropbear.pid"))


def cups(host):
    for name in ("cups", "cups/cache", "cups/spool", "cups/tmp", "cups/state", "cups/ssl"):
        host.folder(name)
    host.write("cups/cupsd.conf", "Listen {ip}:631\nListen localhost:631\nServerAlias *\n<Location />\nAllow all\n</Location>\n")
    files = host.write("cups/cups-files.conf", """ServerRoot {dir}/cups
CacheDir {dir}/cups/cache
RequestRoot {dir}/cups/spool
TempDir {dir}/cups/tmp
StateDir {dir}/cups/state
ServerKeychain {dir}/cups/ssl
AccessLog {dir}/cups/access
ErrorLog {dir}/cups/error
PageLog {dir}/cups/page
""")
    host.start("/usr/sbin/cupsd", "-f", "-c", host.path("cups/cupsd.conf"), "-s", files)


def rpcbind(host):
    host.start("rpcbind", "-f", "-w")


def zookeeper(host):
    data = host.folder("zookeeper")
    conf = host.write("zoo.cfg", "tickTime=2000\ndataDir={dir}/zookeeper\nclientPort=2181\nadmin.enableServer=false\n")
    host.start("java", "-Dzookeeper.log.dir=" + data, "-cp",
               "/usr/share/java/zookeeper.jar:/usr/share/java/*", "org.apache.zookeeper.server.quorum.QuorumPeerMain", conf)


def minidlna(host):
    host.folder("minidlna")
    host.start("minidlnad", "-S", "-f", host.write("minidlna.conf", """port=8200
network_interface=eth0
media_dir={dir}/minidlna
db_dir={dir}/minidlna
log_dir={dir}/minidlna
"""), "-P", host.path("minidlna.pid"))


def privoxy(host):
    host.folder("privoxy")
    host.start("/usr/sbin/privoxy", "--no-daemon", host.write("privoxy.conf", """confdir /etc/privoxy
logdir {dir}/privoxy
listen-address {ip}:8118
"""))


def icecast(host):
    host.folder("icecast", "nobody")
    host.start("icecast2", "-c", host.write("icecast.xml", """<icecast><limits><sources>2</sources></limits>
<hostname>www.example.com</hostname><listen-socket><port>8001</port><bind-address>{ip}</bind-address></listen-socket>
<paths><basedir>/usr/share/icecast2</basedir><logdir>{dir}/icecast</logdir><webroot>/usr/share/icecast2/web</webroot>
<adminroot>/usr/share/icecast2/admin</adminroot></paths><authentication><source-password>x</source-password>
<admin-user>a</admin-user><admin-password>x</admin-password></authentication>
<security><chroot>0</chroot><changeowner><user>nobody</user><group>nogroup</group></changeowner></security></icecast>
"""))


def mpd(host):
    host.folder("mpd", "nobody")
    host.start("mpd", "--no-daemon", "--stderr", host.write("mpd.conf", """bind_to_address "{ip}"
port "6600"
db_file "{dir}/mpd/db"
music_directory "{dir}/empty"
user "nobody"
audio_output {{
 type "null"
 name "none"
}}
"""))


def pdns(host):
    host.folder("pdns")
    host.start("/usr/sbin/pdns_server", "--no-config", "--daemon=no", "--guardian=no", "--launch=bind", "--bind-config=" +
               host.write("zones", ""), "--local-address=" + host.address, "--local-port=5304", "--socket-dir=" + host.path("pdns"), "--disable-syslog",
               "--write-pid=no", "--zone-cache-refresh-interval=0")


def recursor(host):
    host.folder("recursor")
    host.start("/usr/sbin/pdns_recursor", "--config-dir=" + host.path("recursor"), "--daemon=no", "--local-address=" +
               host.address, "--local-port=5305", "--socket-dir=" + host.path("recursor"), "--allow-from=0.0.0.0/0",
               "--disable-syslog", "--write-pid=no", "--security-poll-suffix=")


def dnsdist(host):
    host.start("dnsdist", "--supervised", "--disable-syslog", "-C", host.write("dnsdist.conf", """setLocal("{ip}:5306")
setACL("0.0.0.0/0")
newServer("{ip}:53"):setUp()
setSecurityPollSuffix("")
webserver("{ip}:8083")
setWebserverConfig({{ acl = "0.0.0.0/0" }})
"""))


def gearman(host):
    host.start("/usr/sbin/gearmand", "-L", host.address, "-l", "stderr", "-P", host.folder("gearman", "nobody") + "/pid", "-u",
               "nobody")


def pgbouncer(host):
    host.folder("pgbouncer", "postgres")
    os.chmod(host.directory, 0o755)
    host.start("runuser", "-u", "postgres", "--", "pgbouncer", host.write("pgbouncer.ini", """[databases]
* = host={ip}
[pgbouncer]
listen_addr = {ip}
listen_port = 6432
unix_socket_dir = {dir}/pgbouncer
auth_type = any
"""), cwd="/")


def munin(host):
    host.folder("munin")
    host.start("/usr/sbin/munin-node", "--config", host.write("munin.conf", """log_file {dir}/munin/log
pid_file {dir}/munin/pid
background 0
setsid 0
user root
group root
host_name www.example.com
cidr_allow 10.77.0.0/24
host {ip}
port 4949
"""))


def nrpe(host):
    host.start("/usr/sbin/nrpe", "-f", "-c", host.write("nrpe.cfg", """server_port=5666
server_address={ip}
pid_file={dir}/nrpe.pid
nrpe_user=nobody
nrpe_group=nogroup
dont_blame_nrpe=0
"""))


def mumble(host):
    host.folder("mumble", "nobody")
    host.start("/usr/sbin/murmurd", "-fg", "-ini", host.write("mumble.ini", """database={dir}/mumble/db
host={ip}
port=64738
logfile=
uname=nobody
bonjour=false
autobanAttempts=0
"""))


def tor(host):
    host.folder("tor")
    host.start("tor", "-f", host.write("torrc", """SocksPort {ip}:9050
DataDirectory {dir}/tor
DisableNetwork 0
Log err stderr
"""))


def gunicorn(host):
    host.write("hello.py", "def app(environ, start):\n    start('200 OK', [('Content-Type', 'text/plain')])\n    return [b'hello']\n")
    host.start("gunicorn", "--chdir", host.directory, "-b", host.address + ":8091", "hello:app")


def pyftpd(host):
    host.start("/usr/bin/python3", "-m", "pyftpdlib", "-i", host.address, "-p", "2122", "-d", host.folder("empty"))


def sentinel(host):
    conf = host.write("sentinel.conf", "port 26379\nprotected-mode no\ndir {dir}\n")
    host.start("redis-sentinel", conf)


def mini_httpd(host):
    host.start("/usr/sbin/mini_httpd", "-D", "-p", "8093", "-h", host.address, "-d", host.folder("empty"), "-u", "nobody",
               "-i", host.path("mini.pid"))


def webfs(host):
    host.start("webfsd", "-F", "-p", "8092", "-i", host.address, "-r", host.folder("empty"), "-u", "nobody")


def xvfb(host):
    host.start("Xvfb", ":9", "-listen", "tcp", "-nolisten", "unix", "-screen", "0", "320x240x8", "-ac")


def oidentd(host):
    host.start("/usr/sbin/oidentd", "-i", "-a", host.address, "-p", "113", "-u", "nobody", "-g", "nogroup", "-S")


def upsd(host):
    os.makedirs("/run/nut", exist_ok=True)
    conf = host.folder("nut")
    host.write("nut/upsd.conf", "LISTEN {ip} 3493\nSTATEPATH {dir}/nut\nALLOW_NO_DEVICE true\n")
    host.write("nut/nut.conf", "MODE=standalone\n")
    host.write("nut/ups.conf", "")
    host.write("nut/upsd.users", "")
    host.start("env", "NUT_CONFPATH=" + conf, "NUT_STATEPATH=" + conf, "/lib/nut/upsd", "-F", "-u", "root", "-P",
               host.path("nut/pid"))


def gpsd(host):
    host.start("/usr/sbin/gpsd", "-N", "-G", "-F", host.path("gpsd.sock"))


def coturn(host):
    host.start("turnserver", "-n", "-L", host.address, "-p", "3478", "--no-tls", "--no-dtls", "--no-cli", "-l", "stdout",
               "--pidfile", host.path("turn.pid"), "-b", host.path("turn.db"), "--userdb", host.path("turn.db"))


def transmission(host):
    host.start("transmission-daemon", "-f", "-g", host.folder("transmission"), "-p", "9091", "-a", "*.*.*.*", "-T",
               "-P", "51999", "-r", host.address, "--no-dht", "--no-portmap", "--no-lpd")


def fossil(host):
    host.run("fossil", "init", "--admin-user", "flowd", host.path("repo.fossil"))
    host.start("fossil", "server", "--port", "8094", host.path("repo.fossil"))


def dante(host):
    host.start("/usr/sbin/danted", "-f", host.write("danted.conf", """logoutput: stderr
internal: {ip} port = 1080
external: {ip}
clientmethod: none
socksmethod: none
user.unprivileged: nobody
client pass {{ from: 0.0.0.0/0 to: 0.0.0.0/0 }}
socks pass {{ from: 0.0.0.0/0 to: 0.0.0.0/0 }}
"""), "-p", host.path("danted.pid"))


def tarantool(host):
    host.folder("tarantool")
    host.start("tarantool", host.write("tarantool.lua",
                                       "box.cfg {{ listen = '{ip}:3301', work_dir = '{dir}/tarantool' }}\n"))


def xrdp(host):
    host.start("/usr/sbin/xrdp", "--nodaemon", "--config", host.write("xrdp.ini", """[Globals]
ini_version=1
port=tcp://{ip}:3389
security_layer=negotiate
certificate={dir}/cert.pem
key_file={dir}/key.pem
[Logging]
LogFile={dir}/xrdp.log
LogLevel=ERROR
EnableSyslog=false
[Xvnc]
name=Xvnc
lib=libvnc.so
ip=127.0.0.1
port=-1
"""))


def stunnel(host):
    host.start("stunnel4", host.write("stunnel.conf", """foreground = yes
pid =
[web]
accept = {ip}:8444
connect = {ip}:80
cert = {dir}/cert.pem
key = {dir}/key.pem
"""))


def hitch(host):
    with open(host.path("both.pem"), "w") as out:
        for name in ("key.pem", "cert.pem"):
            with open(host.path(name)) as one:
                out.write(one.read())
    host.start("hitch", "--config=" + host.write("hitch.conf", """frontend = "[{ip}]:8445"
backend = "[{ip}]:80"
pem-file = "{dir}/both.pem"
user = "nobody"
daemon = off
workers = 1
"""))


def tinysshd(host):
    keys = host.path("tinyssh")
    host.run("tinysshd-makekey", keys)
    host.start("socat", "TCP-LISTEN:2223,bind=%s,fork,reuseaddr" % host.address, "EXEC:tinysshd %s" % keys)
