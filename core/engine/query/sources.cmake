list(APPEND ENGINE_SOURCES query/expr.c query/check.c query/parse.c query/tree.c query/eval.c query/text.c query/plan.c
    query/branch.c query/way.c query/range.c query/order.c query/merge.c query/gather.c query/entry.c query/scan.c
    query/token.c query/cursor.c query/kept.c query/aggregate.c)
