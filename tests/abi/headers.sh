#!/bin/sh
# headers.sh COMPILER STANDARD INCLUDE: every public header compiles alone, at strict warnings, as errors.
set -u
compiler=$1 std=$2 include=$3 failed=0 count=0
case $std in
c++*) lang=c++ more= ;;
*) lang=c more="-Wstrict-prototypes -Wmissing-prototypes -Wvla" ;;
esac
for header in "$include"/csm/*.h; do
    count=$((count + 1))
    printf '#include <csm/%s>\n' "$(basename "$header")" |
        "$compiler" -std="$std" -x "$lang" -I "$include" -fsyntax-only -Werror -Wall -Wextra -Wpedantic -Wshadow \
            -Wconversion -Wcast-qual -Wundef -Wformat=2 -Wnull-dereference $more - || {
        echo "not standing alone as $std: $header"
        failed=1
    }
done
[ "$count" -gt 10 ] || { echo "only $count headers below $include/csm"; exit 1; }
exit $failed
