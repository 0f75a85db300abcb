#!/bin/sh
# symbols.sh NM PLUGIN DIRECTORY: that plugin and all in that directory show one symbol, the entry function.
set -u
nm=$1 failed=0 count=0
for plugin in "$2" "$3"/*.so; do
    [ -e "$plugin" ] || continue
    count=$((count + 1))
    symbols=$("$nm" -D --defined-only "$plugin" | awk '{ print $NF }')
    [ "$symbols" = csm_plugin_entry_v1 ] || {
        echo "$plugin shows: $symbols"
        failed=1
    }
done
[ "$count" -gt 0 ] || { echo "no plugin found"; exit 1; }
exit $failed
