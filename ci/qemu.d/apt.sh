# SPDX-License-Identifier: GPL-2.0-or-later
# A private apt for one suite of Debian: $suite, of the $kinds deb and deb-src, with its state in $apt.  Mirror, keys
# and proxy are this machine's; nothing is installed.

# The address of this machine's mirror of $1: debian or debian-security.
mirror() {
    apt-get update --print-uris 2>/dev/null | sed -n "s|^'\(.*/$1\)/*/dists/.*|\1|p" | head -n 1
}

# Writes the private apt's configuration for a suite, with what this machine's says of fetching (a proxy, say).
configure_apt() {
    debian=$(mirror debian)
    security=$(mirror debian-security)
    [ -n "$debian" ] || fail "no mirror of Debian among this machine's apt sources (an address that ends in /debian)"
    base=${suite%-backports}
    options=""
    for key in /usr/share/keyrings/debian-archive-keyring.gpg /usr/share/keyrings/debian-archive-keyring.pgp; do
        [ ! -e "$key" ] || options="[signed-by=$key]"
    done
    mkdir -p "$apt/state/lists/partial" "$apt/cache/archives/partial"
    : >"$apt/status"
    for kind in $kinds; do
        echo "$kind $options $debian $base main"
        [ "$base" = "$suite" ] || echo "$kind $options $debian $suite main"
        case $base in
        sid | unstable | experimental) ;;
        *) [ -z "$security" ] || echo "$kind $options $security $base-security main" ;;
        esac
    done >"$apt/sources.list"
    apt-config dump | grep '^Acquire' >"$apt/apt.conf" || true
    cat >>"$apt/apt.conf" <<END
Dir::State "$apt/state";
Dir::State::status "$apt/status";
Dir::Cache "$apt/cache";
Dir::Etc::main "/dev/null";
Dir::Etc::parts "/dev/null";
Dir::Etc::preferences "/dev/null";
Dir::Etc::preferencesparts "/dev/null";
Dir::Etc::sourcelist "$apt/sources.list";
Dir::Etc::sourceparts "/dev/null";
APT::Sandbox::User "root";
APT::Install-Recommends "false";
APT::Get::Assume-Yes "true";
APT::Update::Error-Mode "any";
END
    # Of a suite that is not one of additions, a security update comes first.
    [ "$base" = "$suite" ] || echo "APT::Default-Release \"$suite\";" >>"$apt/apt.conf"
}

# Runs a command of apt for the suite.
with_apt() {
    APT_CONFIG=$apt/apt.conf "$@"
}

update() {
    if ! with_apt apt-get update >"$log" 2>&1; then
        if grep -qE "does not have a Release file|404 " "$log"; then
            fail "$suite is not to be had: $debian has no such suite"
        fi
        sed -n '/^E:/p' "$log" | head -n 3 >&2
        fail "$debian cannot be asked for $suite"
    fi
}

# offered PACKAGE KIND: the version that the suite itself offers, not the one that it builds on, as KIND: Packages (of
# binaries) or Sources.  Nothing if there is none.
offered() {
    with_apt apt-cache madison "$1" 2>/dev/null | grep " $2\$" | awk -F ' *[|] *' -v suite="$suite" '
        index($3, " " suite "/") || index($3, " " suite "-security/") { print $2; exit }'
}
