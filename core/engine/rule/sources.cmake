list(APPEND ENGINE_SOURCES
    rule/assign.c rule/chain.c rule/change.c rule/derive.c rule/frame.c rule/state.c rule/state_allowed.c)
