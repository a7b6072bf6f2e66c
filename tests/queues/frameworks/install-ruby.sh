#!/usr/bin/env bash
# Puts Debian's Ruby with Sidekiq into the folder that it is given, installed nowhere else; prints the program to run it.
#
# Packages are fetched and unpacked, no root needed (but for `apt-get update` where apt has no lists yet). Ends with 3 on
# a machine that has no apt: then there is no Sidekiq to be had this way.
set -euo pipefail
folder=$1
if [ -x "$folder/ruby" ]; then
  echo "$folder/ruby"
  exit
fi
command -v apt-get >/dev/null && command -v dpkg >/dev/null || { echo "no apt-get and dpkg: not Debian" >&2; exit 3; }
half=$(mktemp -d "$folder.part-XXXXXX")
trap 'rm -rf "$half"' EXIT
needed() {
  apt-cache depends --recurse --no-recommends --no-suggests --no-conflicts --no-breaks --no-replaces --no-enhances \
    ruby-sidekiq ruby-redis-namespace 2>/dev/null | grep -E '^(lib)?ruby[a-z0-9.-]*$|^rubygems-integration$|^rake$|^libyaml-' | sort -u
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
program=$(cd "$half/tree/usr/bin" && ls -d ruby[0-9]* | head -n 1)
version=${program#ruby}.0
cat >"$half/ruby" <<END
#!/usr/bin/env bash
tree=\$(cd "\$(dirname "\$0")" && pwd)/tree
libraries=\$(dirname "\$(find "\$tree/usr/lib" -name 'libruby*.so*' | head -n 1)")
export LD_LIBRARY_PATH=\$libraries
export RUBYLIB=\$tree/usr/lib/ruby/vendor_ruby:\$tree/usr/lib/ruby/$version:\$libraries/ruby/$version:\$libraries/ruby/vendor_ruby/$version
export GEM_PATH=\$tree/usr/share/rubygems-integration/all:\$tree/usr/share/rubygems-integration/$version:\$tree/usr/lib/ruby/gems/$version
exec "\$tree/usr/bin/$program" "\$@"
END
chmod +x "$half/ruby"
"$half/ruby" -e 'require "sidekiq"; require "redis-namespace"' || { echo "Debian's Sidekiq does not start" >&2; exit 1; }
# Another process of the tests may have been first.
mv -T "$half" "$folder" 2>/dev/null || [ -x "$folder/ruby" ]
echo "$folder/ruby"
