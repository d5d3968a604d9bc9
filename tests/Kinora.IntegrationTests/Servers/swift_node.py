"""One OpenStack Swift for the S3 tests: a single replica, a single device, no background daemons.

swift_node.py prepare FOLDER PROXY ACCOUNT CONTAINER OBJECT MEMCACHED   (ports) writes its configuration and rings
swift_node.py serve FOLDER NAME                                         is one of its servers: proxy, account, container or object
"""

import os
import pwd
import sys

NODES = ("account", "container", "object")

DEFAULTS = """[DEFAULT]
bind_ip = 127.0.0.1
bind_port = {port}
swift_dir = {etc}
devices = {devices}
mount_check = false
user = {user}
workers = 0
fallocate_reserve = 0
log_level = WARNING
log_address = {folder}/no-syslog

[pipeline:main]
pipeline = {pipeline}

[app:{app}]
use = egg:swift#{egg}
{settings}
"""

# s3api answers 500 to everything without a cache, and needs bulk for DeleteObjects and slo for multipart uploads.
FILTERS = {
    "catch_errors": "",
    "gatekeeper": "",
    "healthcheck": "",
    "cache": "use = egg:swift#memcache\nmemcache_servers = 127.0.0.1:{memcached}",
    "listing_formats": "",
    "s3api": "location = us-east-1\ns3_acl = false\nallow_no_owner = true",
    "tempauth": "user_{account}_{name} = {secret} .admin",
    "copy": "",
    "bulk": "",
    "slo": "",
    "dlo": "",
    "symlink": "",
}


def prepare(folder, proxy, memcached, ports):
    etc, devices = os.path.join(folder, "etc"), os.path.join(folder, "devices")
    os.makedirs(etc)
    os.makedirs(os.path.join(devices, "d1"))
    try:
        os.setxattr(devices, "user.swift.probe", b"1")
    except OSError as error:
        sys.exit(f"{folder}: the file system has no user xattrs, which Swift needs: {error}")

    def write(name, text):
        with open(os.path.join(etc, name), "w", encoding="ascii") as file:
            file.write(text)

    write("swift.conf", "[swift-hash]\nswift_hash_path_suffix = kinora\nswift_hash_path_prefix = kinora\n"
                        "[storage-policy:0]\nname = one\ndefault = yes\n")
    common = {"etc": etc, "devices": devices, "folder": folder, "user": pwd.getpwuid(os.getuid()).pw_name}
    for name, port in ports.items():
        app = f"{name}-server"
        write(f"{name}.conf", DEFAULTS.format(port=port, pipeline=app, app=app, egg=name, settings="", **common))

    account, name = os.environ["SWIFT_ACCESS_KEY"].split(":")
    text = DEFAULTS.format(port=proxy, pipeline=" ".join([*FILTERS, "proxy-server"]), app="proxy-server", egg="proxy",
                           settings="account_autocreate = true", **common)
    for filter_name, settings in FILTERS.items():
        values = {"memcached": memcached, "account": account, "name": name, "secret": os.environ["SWIFT_SECRET_KEY"]}
        use = "" if settings.startswith("use =") else f"use = egg:swift#{filter_name}\n"
        text += f"\n[filter:{filter_name}]\n{use}{settings.format(**values)}\n"
    write("proxy.conf", text)

    from swift.common.ring import RingBuilder
    for name, port in ports.items():
        ring = RingBuilder(part_power=4, replicas=1, min_part_hours=0)
        ring.add_dev({"id": 0, "region": 1, "zone": 1, "device": "d1", "weight": 1, "meta": "", "ip": "127.0.0.1", "port": port,
                      "replication_ip": "127.0.0.1", "replication_port": port})
        ring.rebalance()
        ring.get_ring().save(os.path.join(etc, f"{name}.ring.gz"))


def serve(folder, name):
    import swift.common.utils
    # Read while the rest is imported, and /etc/swift by default.
    swift.common.utils.SWIFT_CONF_FILE = os.path.join(folder, "etc", "swift.conf")
    from swift.common.wsgi import run_wsgi
    sys.exit(run_wsgi(os.path.join(folder, "etc", f"{name}.conf"), f"{name}-server", default_port=0, verbose=True))


if __name__ == "__main__":
    if sys.argv[1] == "prepare":
        proxy_port, *node_ports, memcached_port = (int(port) for port in sys.argv[3:])
        prepare(sys.argv[2], proxy_port, memcached_port, dict(zip(NODES, node_ports)))
    else:
        serve(sys.argv[2], sys.argv[3])
