#!/bin/bash
# Unpacks OpenStack Swift and memcached into FOLDER for the S3 tests; nothing is installed on the system and no root is needed.
# usage: install-swift.sh FOLDER
# Writes the version that it unpacked to FOLDER/swift-version, last: where that file is, the work is done.
set -euo pipefail
export LC_ALL=C

fail() {
    echo "install-swift: $*" >&2
    exit 1
}

[ $# -eq 1 ] || fail "usage: install-swift.sh FOLDER"
root=$(realpath -m -- "$1")
marker=$root/swift-version
done_already() {
    [ -s "$marker" ] && echo "Swift $(cat "$marker") in $root"
}

done_already && exit 0
for tool in apt-get dpkg-deb flock; do
    command -v "$tool" > /dev/null || fail "$tool is missing: this needs Debian or a relative of it"
done
[ -x /usr/bin/python3 ] || fail "/usr/bin/python3 is missing: the packages are built for it"

mkdir -p "$(dirname "$root")"
exec 9> "$root.lock"
flock 9 # test runs side by side: the second one finds the work done
done_already && exit 0

work=$(mktemp -d "$root.XXXXXX")
trap 'rm -rf "$work"' EXIT
mkdir -p "$work"/{own,newer,debs}

# The hooks of the machine's own configuration (cleaning, indexing) are for its own lists.
cat > "$work/apt.conf" << 'END'
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
#clear DPkg::Post-Invoke;
END

# An apt of our own: its lists and its archives stand in the work folder, so it needs neither root nor the system's locks, and
# a machine whose lists are empty or old does as well. $1 names the set of lists, the rest is the command.
private_apt() {
    local lists=$work/$1
    shift
    mkdir -p "$lists/state/lists/partial" "$lists/cache/archives/partial"
    apt-get -qq -c "$work/apt.conf" \
        -o Dir::State="$lists/state" -o Dir::State::status=/var/lib/dpkg/status -o Dir::Cache="$lists/cache" \
        -o APT::Sandbox::User="$(id -un)" -o Debug::NoLocking=1 -o Acquire::Languages=none -o Acquire::Retries=2 "$@"
}

echo "install-swift: reading the package lists" >&2
private_apt own update || echo "install-swift: some lists could not be read" >&2

# What python3-swift and memcached need beyond what the system has. The service packages (swift-proxy and the like) hold no more
# than init scripts and pull in rsync, rsyslog and uwsgi.
private_apt own install -y --download-only --no-install-recommends python3-swift memcached \
    || fail "apt cannot download python3-swift and memcached: are Debian's own sources configured?"
mv "$work"/own/cache/archives/*.deb "$work/debs/" 2> /dev/null || true
if ! compgen -G "$work/debs/python3-swift_*.deb" > /dev/null; then
    (cd "$work/debs" && private_apt own download python3-swift) # installed on the system already: its libraries are too
fi

# Debian 12 has Swift 2.30, which refuses the checksums of today's AWS SDKs; Debian 13's is pure Python and runs on 12's libraries.
. /etc/os-release
if [ "${VERSION_CODENAME:-}" = bookworm ]; then
    keyring=/usr/share/keyrings/debian-archive-keyring.gpg
    private_apt own indextargets --format '$(RELEASE) $(COMPONENT) $(REPO_URI)' 'Created-By: Packages' 'Target-Of: deb' \
        | awk -v keyring="$keyring" '$1 == "bookworm" && $2 == "main" { print "deb [signed-by=" keyring "] " $3 " trixie main" }' \
        > "$work/newer/sources.list"
    newer() {
        private_apt newer -o Dir::Etc::sourcelist="$work/newer/sources.list" -o Dir::Etc::sourceparts=/dev/null \
            -o Dir::Etc::preferencesparts=/dev/null "$@"
    }
    if [ -s "$work/newer/sources.list" ] && newer update && (cd "$work/newer" && newer download python3-swift); then
        rm -f "$work"/debs/python3-swift_*.deb
        mv "$work"/newer/python3-swift_*.deb "$work/debs/"
    else
        echo "install-swift: no newer Swift to be had, taking Debian 12's" >&2
    fi
fi

swift=("$work"/debs/python3-swift_*.deb)
mkdir "$work/root"
for package in "$work"/debs/*.deb; do
    dpkg-deb -x "$package" "$work/root"
done
# Epoch and Debian's revision off: the tests compare the upstream version.
version=$(dpkg-deb -f "${swift[0]}" Version | sed -e 's/^[0-9]*://' -e 's/-[^-]*$//')
rm -rf "$root"
mv "$work/root" "$root"
echo "$version" > "$marker.new"
mv "$marker.new" "$marker"
done_already
