#!/usr/bin/env bash
# Puts a language of Debian's with a framework into the folder that it is given, installed nowhere else; prints the
# program to run it: `install-debian.sh ruby FOLDER` (Sidekiq) or `install-debian.sh php FOLDER` (Laravel's queue).
#
# Packages are fetched and unpacked, no root needed (but for `apt-get update` where apt has no lists yet). Ends with 3 on
# a machine that has no apt: then there is no such framework to be had this way.
set -euo pipefail
language=$1 folder=$2
if [ -x "$folder/$language" ]; then
  echo "$folder/$language"
  exit
fi
command -v apt-get >/dev/null && command -v dpkg >/dev/null || { echo "no apt-get and dpkg: not Debian" >&2; exit 3; }
half=$(mktemp -d -p "$(dirname "$folder")")
trap 'rm -rf "$half"' EXIT
case $language in
  ruby)
    wanted='ruby-sidekiq ruby-redis-namespace'
    ours='^(lib)?ruby[a-z0-9.-]*$|^rubygems-integration$|^rake$|^libyaml-'
    not='^$'
    ;;
  php)
    wanted='php-cli php-mbstring php-illuminate-queue php-illuminate-redis php-predis'
    ours='^php|^libsodium|^libargon2|^libonig|^libxml2|^libicu'
    not='fpm|cgi|phpdbg|intl|dev$'
    ;;
esac
needed() {
  # shellcheck disable=SC2086 # the names are words
  apt-cache depends --recurse --no-recommends --no-suggests --no-conflicts --no-breaks --no-replaces --no-enhances \
    $wanted 2>/dev/null | grep -E "$ours" | grep -vE "$not" | sort -u
}
fetch() {
  mapfile -t packages < <(needed)
  [ "${#packages[@]}" -gt 3 ] && (cd "$half" && apt-get download -q "${packages[@]}" >log 2>&1)
}
if ! fetch; then
  [ "$(id -u)" = 0 ] && apt-get update -q >"$half/log" 2>&1 || true
  fetch || { tail -n 3 "$half/log" >&2; echo "let apt-get reach Debian's packages once (as root: apt-get update)" >&2; exit 1; }
fi
for package in "$half"/*.deb; do dpkg -x "$package" "$half/tree"; done
rm -f "$half"/*.deb "$half/log"
program=$(cd "$half/tree/usr/bin" && ls | grep -E "^$language[0-9.]+$" | head -n 1)
cat >"$half/$language" <<'END'
#!/usr/bin/env bash
tree=$(cd "$(dirname "$0")" && pwd)/tree
END
case $language in
  ruby)
    cat >>"$half/ruby" <<END
version=${program#ruby}.0
libraries=\$(dirname "\$(find "\$tree/usr/lib" -name 'libruby*.so*' | head -n 1)")
export LD_LIBRARY_PATH=\$libraries
export RUBYLIB=\$tree/usr/lib/ruby/vendor_ruby:\$tree/usr/lib/ruby/\$version:\$libraries/ruby/\$version:\$libraries/ruby/vendor_ruby/\$version
export GEM_PATH=\$tree/usr/share/rubygems-integration/all:\$tree/usr/share/rubygems-integration/\$version:\$tree/usr/lib/ruby/gems/\$version
exec "\$tree/usr/bin/$program" "\$@"
END
    check=(-e 'require "sidekiq"; require "redis-namespace"')
    ;;
  php)
    cat >>"$half/php" <<END
export LD_LIBRARY_PATH=\$(dirname "\$(find "\$tree/usr/lib" -name 'libsodium*.so*' | head -n 1)")
php="\$tree/usr/bin/$program -n -d include_path=\$tree/usr/share/php -d extension_dir=\$(dirname "\$(find "\$tree/usr/lib/php" -name mbstring.so)")"
for part in mbstring tokenizer ctype posix pdo iconv; do php="\$php -d extension=\$part"; done
export HARNESS_PHP=\$php
exec \$php "\$@"
END
    check=(-r 'foreach (["Queue", "Redis"] as $part) require "Illuminate/$part/autoload.php"; new Illuminate\Queue\Capsule\Manager;')
    ;;
esac
chmod +x "$half/$language"
"$half/$language" "${check[@]}" || { echo "Debian's $language does not start" >&2; exit 1; }
# Another process of the tests may have been first.
mv -T "$half" "$folder" 2>/dev/null || [ -x "$folder/$language" ]
echo "$folder/$language"
