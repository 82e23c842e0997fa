# SPDX-License-Identifier: Apache-2.0
"""Real servers of Debian's packages, as they are installed, each on its usual port: for bench/verify.py.

SERVERS is the list. Each is started in the namespace "inside" with its files in a folder of its own,
where its package is installed, and is judged by the version that dpkg says.
"""
import os
import re
import shutil
import subprocess
import time

import further

# Who signs, whom, what for; each server shows its own certificate and that of who issued it.
AUTHORITIES = (("root", "root", "/O=Example/CN=Example Root", "basicConstraints=critical,CA:TRUE"),
               ("root", "issuer", "/O=Example/CN=Example Issuer", "basicConstraints=critical,CA:TRUE,pathlen:0"),
               ("issuer", "leaf", "/O=Example/CN=www.example.com", "subjectAltName=DNS:www.example.com"))


class Server:
    """One listener.

    app: flowd's names for it; wire: what the wire calls it, if not the first of them; nmap: nmap's names for it. product:
    words that an answer naming the product contains; tells: it says its version to strangers.
    """

    def __init__(self, package, port, apps, nmap, product, start=None, tells=True, proto="tcp", wire=None):
        self.package, self.port, self.proto = package, port, proto
        self.apps, self.nmap = apps.split(), nmap.split()
        self.wire = wire or self.apps[0]
        self.product, self.tells, self.start = product.lower(), tells, start
        self.name = "%s:%d" % (package, port)

    def version(self):
        """The installed upstream version, "" when the package is not installed."""
        done = subprocess.run(["dpkg-query", "-W", "-f", "${Status}\t${Version}", self.package],
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                              universal_newlines=True, check=False)
        status, _, version = done.stdout.partition("\t")
        if not status.endswith(" installed"):
            return ""
        version = version.split(":", 1)[-1]
        return re.sub(r"([+~.]?(dfsg|ds|repack|really)[^-]*)?(-[^-]*)?$", "", version)


class Host:
    """Where they live: the namespace, and a folder for their files."""

    def __init__(self, net, directory):
        self.net, self.directory, self.address = net, directory, net.inside[0]
        self.log = open(os.path.join(directory, "log"), "w")
        self._make_certificates()

    def _make_certificates(self):
        for by, name, subject, extension in AUTHORITIES:
            request = ["openssl", "req", "-newkey", "rsa:2048", "-nodes", "-subj", subject, "-keyout",
                       self.path(name + ".key"), "-addext", extension]
            signed = ["openssl", "x509", "-req", "-in", self.path(name + ".csr"), "-days", "30", "-CA",
                      self.path(by + ".pem"), "-CAkey", self.path(by + ".key"), "-CAcreateserial",
                      "-copy_extensions", "copy", "-out", self.path(name + ".pem")]
            if by == name:
                self.run(*request, "-x509", "-days", "30", "-out", self.path(name + ".pem"))
            else:
                self.run(*request, "-out", self.path(name + ".csr"))
                self.run(*signed)
        with open(self.path("cert.pem"), "w") as chain:
            for name in ("leaf", "issuer"):
                with open(self.path(name + ".pem")) as one:
                    chain.write(one.read())
        shutil.copy(self.path("leaf.key"), self.path("key.pem"))

    def key_of(self, user):
        """The key as a file of this user's."""
        name = self.path("key-%s.pem" % user)
        if not os.path.exists(name):
            shutil.copy(self.path("key.pem"), name)
            shutil.chown(name, user)
            os.chmod(name, 0o600)
        return name

    def path(self, name):
        return os.path.join(self.directory, name)

    def write(self, name, text, **fields):
        with open(self.path(name), "w") as out:
            out.write(text.format(dir=self.directory, ip=self.address, **fields))
        return self.path(name)

    def folder(self, name, user=None):
        os.makedirs(self.path(name), exist_ok=True)
        if user:
            shutil.chown(self.path(name), user, None)
        return self.path(name)

    def start(self, *words, **options):
        program = shutil.which(words[0], path=os.environ["PATH"] + ":/usr/sbin:/sbin:/usr/lib/postgresql/15/bin")
        if not program:
            raise RuntimeError("no program " + words[0])
        options.setdefault("stdout", self.log)
        return self.net.start("inside", [program, *words[1:]], stderr=self.log,
                              stdin=subprocess.DEVNULL, **options)

    def run(self, *words, **options):
        subprocess.run(words, check=True, stdout=self.log, stderr=self.log, stdin=subprocess.DEVNULL, **options)


def nginx(host):
    conf = host.write("nginx.conf", """pid {dir}/nginx.pid; daemon off;
events {{ }}
http {{ access_log off;
client_body_temp_path {dir}/n1; proxy_temp_path {dir}/n2; fastcgi_temp_path {dir}/n3; uwsgi_temp_path {dir}/n4;
scgi_temp_path {dir}/n5;
server {{ listen 80; listen 443 ssl; ssl_certificate {dir}/cert.pem; ssl_certificate_key {dir}/key.pem;
location / {{ return 200 "hello"; }} }} }}
""")
    host.start("nginx", "-c", conf, "-e", host.path("nginx.log"))


def sshd(host):
    host.run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", host.path("hostkey"))
    os.makedirs("/run/sshd", exist_ok=True)
    host.start("/usr/sbin/sshd", "-D", "-e", "-f", "/dev/null", "-h", host.path("hostkey"), "-p", "22")


def redis(host):
    host.start("redis-server", "--save", "", "--dir", host.directory, "--protected-mode", "no")


def memcached(host):
    host.start("memcached", "-u", "nobody", "-l", host.address, "-p", "11211")


def dnsmasq(host):
    host.start("dnsmasq", "-k", "-C", "/dev/null", "-i", "eth0", "-u", "nobody",
               "--pid-file=" + host.path("dnsmasq.pid"))


def vsftpd(host):
    empty = host.folder("empty")
    os.chmod(empty, 0o555)
    conf = host.write("vsftpd.conf", """listen=YES
anonymous_enable=YES
background=NO
secure_chroot_dir={dir}/empty
anon_root={dir}/empty
ssl_enable=YES
rsa_cert_file={dir}/cert.pem
rsa_private_key_file={dir}/key.pem
""")
    host.start("vsftpd", conf)


def postfix(host):
    conf = host.folder("postfix")
    host.folder("postfix-queue")
    host.folder("postfix-data", "postfix")
    host.write("postfix/main.cf", """compatibility_level = 3.6
queue_directory = {dir}/postfix-queue
data_directory = {dir}/postfix-data
myhostname = mail.example.com
inet_interfaces = {ip}
inet_protocols = ipv4
maillog_file = {dir}/postfix-data/log
maillog_file_prefixes = {dir}
smtpd_tls_security_level = may
smtpd_tls_cert_file = {dir}/cert.pem
smtpd_tls_key_file = {dir}/key.pem
smtpd_peername_lookup = no
""")
    with open("/usr/share/postfix/master.cf.dist") as usual, open(conf + "/master.cf", "w") as out:
        for line in usual:  # without chroot
            out.write(re.sub(r"^(\S+\s+\S+\s+\S+\s+\S+\s+)y", r"\1n", line))
    host.start("/usr/sbin/postfix", "-c", conf, "start-fg")


def dovecot(host):
    conf = host.write("dovecot.conf", """base_dir = {dir}/dovecot
protocols = imap pop3
log_path = {dir}/dovecot.log
ssl = yes
ssl_cert = <{dir}/cert.pem
ssl_key = <{dir}/key.pem
passdb {{
  driver = passwd-file
  args = /dev/null
}}
userdb {{
  driver = passwd
}}
""")
    host.start("/usr/sbin/dovecot", "-F", "-c", conf)


def mariadb(host):
    data = host.folder("mariadb", "mysql")
    host.run("mariadb-install-db", "--no-defaults", "--user=mysql", "--datadir=" + data,
             "--skip-test-db")
    host.start("/usr/sbin/mariadbd", "--no-defaults", "--user=mysql", "--datadir=" + data,
               "--ssl-cert=" + host.path("cert.pem"), "--ssl-key=" + host.key_of("mysql"),
               "--socket=" + data + "/s", "--port=3306", "--bind-address=0.0.0.0", "--skip-name-resolve",  # there is nobody to ask
               # Without a user from elsewhere it tells strangers nothing but that.
               "--init-file=" + host.write("users.sql", "CREATE USER visitor@'%';\n"))


def postgresql(host):
    data = host.folder("postgresql", "postgres")
    programs = "/usr/lib/postgresql/15/bin/"
    host.run("runuser", "-u", "postgres", "--", programs + "initdb", "-D", data, cwd="/")
    with open(data + "/pg_hba.conf", "w") as out:
        out.write("host all all 0.0.0.0/0 scram-sha-256\n")
    host.start("runuser", "-u", "postgres", "--", programs + "postgres", "-D", data, "-h", host.address,
               "-k", data, "-c", "ssl=on", "-c", "ssl_cert_file=" + host.path("cert.pem"),
               "-c", "ssl_key_file=" + host.key_of("postgres"), cwd="/")


def mosquitto(host):
    host.start("mosquitto", "-c", host.write("mosquitto.conf", "listener 1883\nallow_anonymous true\n"))


def slapd(host):
    host.folder("slapd")
    conf = host.write("slapd.conf", """include /etc/ldap/schema/core.schema
pidfile {dir}/slapd.pid
TLSCertificateFile {dir}/leaf.pem
TLSCertificateKeyFile {dir}/key.pem
TLSCACertificateFile {dir}/issuer.pem
modulepath /usr/lib/ldap
moduleload back_mdb
database mdb
suffix "dc=example,dc=com"
directory {dir}/slapd
""")
    host.start("/usr/sbin/slapd", "-d", "0", "-f", conf, "-h", "ldap://%s:389/" % host.address)


def snmpd(host):
    host.start("/usr/sbin/snmpd", "-f", "-C", "-c", host.write("snmpd.conf", "rocommunity public\n"),
               "-p", host.path("snmpd.pid"), "udp:161")


def rsync(host):
    host.start("rsync", "--daemon", "--no-detach", "--config=" +
               host.write("rsyncd.conf", "use chroot = no\nreverse lookup = no\n[public]\npath = {dir}\n"))


def apache(host):
    conf = host.write("apache.conf", """ServerRoot /usr/lib/apache2
LoadModule mpm_event_module modules/mod_mpm_event.so
LoadModule authz_core_module modules/mod_authz_core.so
PidFile {dir}/apache.pid
Listen 8080
ServerName www.example.com
DocumentRoot {dir}/empty
ErrorLog {dir}/apache.log
""")
    host.folder("empty")
    host.start("apache2", "-X", "-f", conf)


def lighttpd(host):
    host.folder("empty")
    host.start("lighttpd", "-D", "-f", host.write("lighttpd.conf", """server.port = 8081
server.document-root = "{dir}/empty"
"""))


def named(host):
    data = host.folder("bind")
    host.start("/usr/sbin/named", "-g", "-c", host.write("named.conf", """options {{ directory "{dir}/bind";
listen-on port 5353 {{ {ip}; }}; listen-on-v6 {{ none; }}; pid-file "{dir}/bind/pid"; recursion no;
session-keyfile "{dir}/bind/key"; dnssec-validation no; }};
controls {{ }};
"""), cwd=data)


def beanstalkd(host):
    host.start("beanstalkd", "-l", host.address)


def nats(host):
    host.start("nats-server", "-a", host.address)


def ngircd(host):
    host.start("/usr/sbin/ngircd", "-n", "-f", host.write("ngircd.conf", """[Global]
Name = irc.example.com
Info = test
Listen = {ip}
[Options]
Ident = no
DNS = no
"""))


def svnserve(host):
    host.start("svnserve", "-d", "--foreground", "-r", host.directory)


def etcd(host):
    url = "http://%s:" % host.address
    host.start("etcd", "--data-dir", host.folder("etcd"), "--listen-client-urls", url + "2379",
               "--advertise-client-urls", url + "2379", "--listen-peer-urls", url + "2380")


def node_exporter(host):
    host.start("prometheus-node-exporter", "--web.listen-address=:9118")


def smbd(host):
    host.folder("samba")
    conf = host.write("smb.conf", """[global]
workgroup = EXAMPLE
private dir = {dir}/samba
state directory = {dir}/samba
cache directory = {dir}/samba
lock directory = {dir}/samba
pid directory = {dir}/samba
ncalrpc dir = {dir}/samba
map to guest = bad user
""")
    host.start("/usr/sbin/smbd", "-F", "--no-process-group", "-s", conf)


def squid(host):
    conf = host.write("squid.conf", """http_port 3128
pid_filename {dir}/squid.pid
cache_log /dev/null
access_log none
http_access deny all
coredump_dir {dir}
""")
    host.start("/usr/sbin/squid", "-N", "-f", conf)


def zabbix(host):
    host.folder("zabbix", "zabbix")
    os.chmod(host.directory, 0o755)
    host.start("/usr/sbin/zabbix_agentd", "-f", "-c", host.write("zabbix.conf", """Server=0.0.0.0/0
ListenPort=10050
LogType=console
PidFile={dir}/zabbix/pid
"""))


def tinyproxy(host):
    host.start("tinyproxy", "-d", "-c", host.write("tinyproxy.conf", "Port 8888\nListen {ip}\nAllow 0.0.0.0/0\n"))


def git(host):
    host.start("git", "daemon", "--base-path=" + host.directory, "--export-all")


SERVERS = [
    Server("openssh-server", 22, "ssh", "ssh", "OpenSSH", sshd),
    Server("nginx", 80, "http", "http", "nginx", nginx),
    Server("nginx", 443, "https tls", "https ssl/http http", "nginx"),
    Server("redis-server", 6379, "redis", "redis", "Redis", redis),
    Server("memcached", 11211, "memcached", "memcached", "Memcached", memcached),
    Server("dnsmasq-base", 53, "dns", "domain", "dnsmasq", dnsmasq),
    Server("vsftpd", 21, "ftp", "ftp", "vsftpd", vsftpd),
    Server("postfix", 25, "smtp", "smtp", "Postfix", postfix, tells=False),
    Server("dovecot-imapd", 143, "imap", "imap", "Dovecot", dovecot, tells=False),
    Server("dovecot-pop3d", 110, "pop3 pop", "pop3", "Dovecot", tells=False),
    Server("dovecot-imapd", 993, "imaps", "imaps ssl/imap imap", "Dovecot", tells=False),
    Server("mariadb-server", 3306, "mysql mariadb", "mysql", "MariaDB", mariadb),
    Server("postgresql-15", 5432, "postgresql postgres", "postgresql", "PostgreSQL", postgresql, tells=False),
    Server("mosquitto", 1883, "mqtt", "mqtt", "", mosquitto, tells=False),
    Server("slapd", 389, "ldap", "ldap", "OpenLDAP", slapd, tells=False),
    Server("rsync", 873, "rsync", "rsync", "", rsync, tells=False),
    Server("apache2", 8080, "http", "http http-proxy", "Apache", apache),
    Server("lighttpd", 8081, "http", "http", "lighttpd", lighttpd),
    Server("bind9", 5353, "dns", "domain", "BIND", named),
    Server("beanstalkd", 11300, "beanstalkd", "beanstalkd beanstalk", "beanstalkd", beanstalkd),
    Server("nats-server", 4222, "nats", "nats", "NATS", nats),
    Server("ngircd", 6667, "irc", "irc", "ngIRCd", ngircd, tells=False),
    Server("subversion", 3690, "svn", "svnserve svn", "", svnserve, tells=False),
    Server("etcd-server", 2379, "etcd http", "etcd http etcd-client", "etcd", etcd),
    Server("prometheus-node-exporter", 9118, "http prometheus", "http jetdirect", "node_exporter node exporter",
           node_exporter),
    Server("samba", 445, "smb microsoft-ds netbios-ssn", "netbios-ssn microsoft-ds", "", smbd, tells=False),
    Server("squid", 3128, "http http-proxy http_proxy", "http-proxy http", "squid", squid),
    Server("zabbix-agent", 10050, "zabbix zabbix-agent", "zabbix-agent zabbix tcpwrapped", "Zabbix", zabbix,
           tells=False),
    Server("tinyproxy", 8888, "http http-proxy http_proxy", "http-proxy http", "tinyproxy", tinyproxy),
    Server("git", 9418, "git", "git", "", git, tells=False),
    Server("snmpd", 161, "snmp", "snmp", "", snmpd, tells=False, proto="udp"),
]


SERVERS += [
    Server("haproxy", 8090, "http", "http", "", further.haproxy, tells=False),
    Server("haproxy", 8404, "http", "http", "HAProxy"),
    Server("varnish", 6081, "http http_proxy", "http http-proxy", "Varnish", further.varnish),
    Server("varnish", 6082, "varnish-cli", "caldav varnish-cli", "Varnish", tells=False),
    Server("proftpd-core", 2121, "ftp", "ftp", "ProFTPD", further.proftpd, tells=False),
    Server("rabbitmq-server", 5672, "amqp", "amqp", "RabbitMQ", further.rabbitmq),
    Server("prometheus", 9090, "http prometheus", "http", "Prometheus", further.prometheus),
    Server("influxdb", 8086, "http influxdb", "http", "InfluxDB", further.influxdb),
    Server("unbound", 5301, "dns", "domain", "Unbound", further.unbound),
    Server("knot", 5302, "dns", "domain", "Knot", further.knot),
    Server("nsd", 5303, "dns", "domain", "NSD", further.nsd),
    Server("prosody", 5222, "xmpp jabber", "jabber xmpp", "", further.prosody, tells=False),
    Server("dropbear-bin", 2222, "ssh", "ssh", "dropbear", further.dropbear),
    Server("cups-daemon", 631, "ipp http", "ipp", "CUPS", further.cups),
    Server("rpcbind", 111, "rpcbind rpc", "rpcbind", "", further.rpcbind, tells=False),
    Server("zookeeper", 2181, "zookeeper", "zookeeper", "ZooKeeper", further.zookeeper),
    Server("minidlna", 8200, "http upnp", "upnp http", "MiniDLNA", further.minidlna),
    Server("privoxy", 8118, "http_proxy http", "http-proxy", "Privoxy", further.privoxy, tells=False),
    Server("icecast2", 8001, "http", "http icecast", "Icecast", further.icecast),
    Server("mpd", 6600, "mpd", "mpd", "Music Player Daemon", further.mpd, tells=False),
    Server("pdns-server", 5304, "dns", "domain", "PowerDNS", further.pdns),
    Server("pdns-recursor", 5305, "dns", "domain", "PowerDNS", further.recursor),
    Server("dnsdist", 5306, "dns", "domain", "", further.dnsdist, tells=False),
    Server("dnsdist", 8083, "http", "http", "PowerDNS", tells=False),
    Server("gearman-job-server", 4730, "gearman", "gearman", "Gearman", further.gearman),
    Server("pgbouncer", 6432, "postgresql postgres", "postgresql", "PgBouncer", further.pgbouncer, tells=False),
    Server("munin-node", 4949, "munin", "munin", "Munin", further.munin),
    Server("nagios-nrpe-server", 5666, "nrpe", "nrpe", "NRPE", further.nrpe, wire="tls"),
    Server("mumble-server", 64738, "mumble", "mumble", "Mumble Murmur", further.mumble, wire="tls"),
    Server("tor", 9050, "socks", "tor-socks socks5", "Tor", further.tor, tells=False),
    Server("gunicorn", 8091, "http", "http", "gunicorn", further.gunicorn, tells=False),
    Server("python3-pyftpdlib", 2122, "ftp", "ftp", "pyftpdlib", further.pyftpd),
    Server("redis-sentinel", 26379, "redis", "redis", "Redis", further.sentinel),
    Server("mini-httpd", 8093, "http", "http", "mini_httpd", further.mini_httpd),
    Server("webfs", 8092, "http", "http", "webfs", further.webfs),
    Server("xvfb", 6009, "x11", "X11", "", further.xvfb, tells=False),
    Server("oidentd", 113, "ident auth", "ident auth", "", further.oidentd, tells=False),
    Server("nut-server", 3493, "nut", "nut", "Network UPS Tools", further.upsd),
    Server("gpsd", 2947, "gpsd", "gpsd-ng gpsd", "GPSD", further.gpsd),
    Server("coturn", 3478, "stun", "stun", "Coturn", further.coturn),
    Server("transmission-daemon", 9091, "http", "http", "Transmission", further.transmission, tells=False),
    Server("fossil", 8094, "http", "http", "Fossil", further.fossil, tells=False),
    Server("dante-server", 1080, "socks", "socks5", "", further.dante, tells=False),
    Server("tarantool", 3301, "tarantool", "tarantool", "Tarantool", further.tarantool),
    Server("xrdp", 3389, "rdp", "ms-wbt-server", "", further.xrdp, tells=False),
    Server("nginx", 8444, "https tls", "https ssl/http http", "nginx", further.stunnel),
    Server("nginx", 8445, "https tls", "https ssl/http http", "nginx", further.hitch),
    Server("tinysshd", 2223, "ssh", "ssh", "tinyssh", further.tinysshd),
]


def start(net, directory, wait=30):
    """Starts what is installed; those that listen within `wait` seconds, and the others' names."""
    host = Host(net, directory)
    os.chmod(directory, 0o755)
    missing = []
    for server in SERVERS:
        try:
            if not server.version():
                raise RuntimeError("not installed")
            if server.start:
                server.start(host)
        except (OSError, RuntimeError, subprocess.SubprocessError) as error:
            missing.append("%s (%s)" % (server.name, error))
    until = time.time() + wait
    while True:
        listening = net.run("inside", ["ss", "-Hlntu"]).stdout
        up = [s for s in SERVERS if s.version() and re.search(r"^%s .*:%d\s" % (s.proto, s.port), listening, re.M)]
        if time.time() > until or len(up) == len(SERVERS):
            break
        time.sleep(0.5)
    return up, missing
