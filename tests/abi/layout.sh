#!/bin/sh
# layout.sh COMPILER INCLUDE [SNAPSHOT]: prints the layout of every struct of the public headers: its size, offset and size of its
# members. With a snapshot: compares, and says what to do about a difference.
set -u
compiler=$1 include=$2 snapshot=${3-}
here=$(dirname "$0") dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
list=$(cd "$include/csm" && ls *.h | tr '\n' ' ')

for header in $list; do
    echo "#include <csm/$header>"
done | "$compiler" -std=c17 -I "$include" -E -P -x c - | awk -v list="${list% }" -f "$here/layout.awk" >"$dir/layout.c" &&
    "$compiler" -std=c17 -I "$include" "$dir/layout.c" -o "$dir/layout" && "$dir/layout" >"$dir/out" || exit 1
# By name, whichever header declares it: the order of the lines of one struct stays.
sed 's/^[a-z_]*/& &/' "$dir/out" | LC_ALL=C sort -s -k 1,1 | cut -d ' ' -f 2- >"$dir/now"
[ "$(grep -c '\.' "$dir/now")" -gt 100 ] || { echo "the headers were not understood"; exit 1; }
[ -n "$snapshot" ] || { cat "$dir/now"; exit 0; }
diff -u "$snapshot" "$dir/now" && exit 0

# Members that are not where they were: lines "struct.member offset size" of the snapshot that are gone.
moved=$(grep '\..* ' "$snapshot" | grep -vxF -f "$dir/now")
if [ -n "$moved" ] && [ "$(head -n 1 "$snapshot")" = "$(head -n 1 "$dir/now")" ]; then
    echo "Plugins built before would read these at the wrong place:"
    echo "$moved"
    echo "Structs grow at their end only. If this is meant, raise CSM_ABI_MAJOR or CSM_ABI_MINOR in csm/abi.h first."
else
    echo "Nothing that plugins built before read has moved, or the number of the ABI says that it has."
fi
echo "Then renew the snapshot:"
echo "    sh tests/abi/layout.sh cc sdk/include > tests/abi/layout.txt"
exit 1
